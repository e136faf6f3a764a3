import type { Delivery, Element, SendOptions, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { LangMap } from '@xeps/core/schema';
import { presenceStanza, toStatus } from './presence-schema.ts';
import type { PresenceType, Show } from './presence-schema.ts';

/** How available one is (§4.7.2). */
export interface Availability {
  readonly show?: Show | undefined;
  /** Words, or the same in several languages. */
  readonly status?: string | LangMap | undefined;
  /** -128 to 127. */
  readonly priority?: number | undefined;
  /** Elements of other specifications. */
  readonly payloads?: readonly Element[] | undefined;
}

/** What to tell about one's presence, and whom. */
export interface OutgoingPresence extends Availability {
  /** Tells one entity alone (§4.6); everybody who is subscribed when left out. */
  readonly to?: Jid | string | undefined;
  /** In whose name; only components speak for several addresses. */
  readonly from?: Jid | string | undefined;
  /** Available when left out. */
  readonly type?: PresenceType | undefined;
}

/**
 * Sends a presence: initial (§4.2), later (§4.4), last (`unavailable`, §4.5) or to one entity (§4.6).
 * Rejects with `CodecError` for a priority out of range, and as `session.send` does.
 *
 * The server forgets it with the session: whoever reconnects sends it again, or lets the `presence` plugin do so.
 */
export async function sendPresence(
  session: Session,
  presence: OutgoingPresence = {},
  options?: SendOptions,
): Promise<Delivery> {
  const { to, from, type, show, status, priority, payloads } = presence;
  const stanza = presenceStanza.encode({
    ...(to !== undefined && { to: toJid(to) }),
    ...(from !== undefined && { from: toJid(from) }),
    type,
    show,
    status: toStatus(status),
    priority,
    payloads: payloads ?? [],
  });
  return session.send(stanza, options);
}
