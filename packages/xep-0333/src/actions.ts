import type { Element, SendOptions, Session } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { sendMessage } from '@xeps/rfc-6121';
import type { MessageThreadInput, MessageType, SentMessage } from '@xeps/rfc-6121';
import { hint } from '@xeps/xep-0334';
import type { StanzaIdReader } from '@xeps/xep-0359';
import { displayed } from './schema.ts';

/** A marker to send. */
export interface OutgoingMarker {
  /** Who wrote the message (the bare address is right, §4.2), or the room. */
  readonly to: Jid | string;
  /** Of the newest message that was displayed; see `markedId`. */
  readonly id: string;
  /** As the message's; `chat` when left out. */
  readonly type?: MessageType | undefined;
  /** The thread of the message, where it has one. */
  readonly thread?: string | MessageThreadInput | undefined;
}

/**
 * Tells that a message, and all before it, were displayed (§4.2). It asks nobody whether that is right: `mark` of the
 * `displayedMarkers` plugin does. Rejects as `sendMessage` does.
 */
export function sendDisplayed(
  session: Session,
  { to, id, type = 'chat', thread }: OutgoingMarker,
  options?: SendOptions,
): Promise<SentMessage> {
  // §2: whoever is not online is to find it too; without a body, servers store only what asks for it (XEP-0334 §4.4).
  const payloads = [displayed.encode({ id }), hint.encode('store')];
  return sendMessage(session, { to, type, thread, payloads }, options);
}

/**
 * The id by which markers speak of a message. In a room that assigns ids it is that one and no other (§4.3), in other
 * rooms and between two people the message's own. `undefined` when the message can't be marked.
 *
 * `stanzaIds` is what `stanzaIdsBy(session, { by: room })` gave: undefined for a room that assigns none.
 */
export function markedId(message: Element, stanzaIds?: StanzaIdReader): string | undefined {
  const { id, from, type } = message.attrs as Readonly<Record<string, string | undefined>>;
  if (type === 'error') return undefined;
  if (type === 'groupchat' && stanzaIds !== undefined) {
    const room = tryParseJid(from ?? '')?.bare();
    return room !== undefined && stanzaIds.by.equals(room) ? stanzaIds.of(message) : undefined;
  }
  // The empty id is nobody's.
  return id || undefined;
}
