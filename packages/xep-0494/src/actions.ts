import { isStanzaError } from '@xeps/core';
import type { RequestOptions, Session } from '@xeps/core';
import { ClientAccessError } from './errors.ts';
import { clientsQuery, passwordResetRequired, revokeQuery } from './schema.ts';
import type { ClientAccess } from './schema.ts';

/**
 * All that has access to the account (§3.1). Rejects as `session.request` does: with `StanzaError`
 * `feature-not-implemented` or `service-unavailable` where the server keeps no such list, with `forbidden` where this
 * client may not see it.
 */
export async function listClients(session: Session, options?: RequestOptions): Promise<readonly ClientAccess[]> {
  return (await session.request(clientsQuery, {}, options)).clients;
}

/**
 * Ends the access of a client (§3.2), named by its `id` in the list; its sessions end too. Rejects with
 * `ClientAccessError` where only a new password would end it, with `StanzaError` `item-not-found` when there is no such
 * client any more, and as {@link listClients} does.
 */
export async function revokeClient(session: Session, id: string, options?: RequestOptions): Promise<void> {
  try {
    await session.request(revokeQuery, { id }, options);
  } catch (error) {
    if (isStanzaError(error, 'service-unavailable') && error.application.some(passwordResetRequired.is))
      throw new ClientAccessError('password-reset-required', id, { cause: error });
    throw error;
  }
}
