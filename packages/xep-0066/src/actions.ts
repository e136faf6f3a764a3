import type { RequestOptions, Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { oobOfferQuery } from './schema.ts';
import type { OobOfferInput } from './schema.ts';

/**
 * Offers a file to a device (§2). Resolves when it has fetched all of it, which takes as long as it takes: give a `timeout`
 * that fits. Rejects with `StanzaError`: `item-not-found` when it could not, `not-acceptable` when it would not; else as
 * `session.request` does.
 */
export function offerFile(
  session: Session,
  to: Jid | string,
  offer: OobOfferInput,
  options: Omit<RequestOptions, 'to'> = {},
): Promise<void> {
  return session.request(oobOfferQuery, offer, { ...options, to });
}
