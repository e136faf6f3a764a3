import type { RequestOptions, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { moderationQuery } from './schema.ts';

/** How to moderate. */
export interface ModerateOptions extends Pick<RequestOptions, 'signal' | 'timeout'> {
  /** Why, for the occupants to read (§3). */
  readonly reason?: string | undefined;
}

/**
 * Has a room retract somebody's message (§3), which takes a moderator. `stanzaId` is the id that the room gave to the
 * message, as the reader of `stanzaIdsBy` (XEP-0359) finds it. Resolves when the room has done it; it then tells everybody.
 * A request like any retraction: who has seen the message has seen it (§6).
 *
 * Rejects as `session.request` does: `StanzaError` `forbidden` (§3.2) for who is no moderator, `item-not-found` for a
 * message that the room does not have, `service-unavailable` and the like from a room without `NS_MODERATION` among its
 * features (§2). Rejects with `JidError` when `room` is no address.
 */
export async function moderate(
  session: Session,
  room: Jid | string,
  stanzaId: string,
  options: ModerateOptions = {},
): Promise<void> {
  const { reason, signal, timeout } = options;
  const request = { id: stanzaId, retract: true, reason };
  await session.request(moderationQuery, request, { to: toJid(room).bare(), signal, timeout });
}
