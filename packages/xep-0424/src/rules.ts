import type { Element } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import { attr, element, flag } from '@xeps/core/schema';
import { originId } from '@xeps/xep-0359';
import type { StanzaIdReader } from '@xeps/xep-0359';
import { isSameOrigin, originOf } from '@xeps/xep-0421';
import type { MessageOrigin, SenderOptions } from '@xeps/xep-0421';
import { NS_RETRACT } from './schema.ts';

/** What to keep of a message so as to retract it, and to judge its retractions. Plain data. */
export interface RetractableMessage extends MessageOrigin {
  /** The id by which a retraction names it (§5.1): in a room the room's stanza id, otherwise the message's own. */
  readonly id: string;
}

/** A message that takes an earlier one back. Plain data. */
export interface MessageRetraction extends MessageOrigin {
  /** The id of the message that is retracted. */
  readonly retracts: string;
}

/** How to find the id of a message, beside how to find its sender. */
export interface RetractableOptions extends SenderOptions {
  /** The room's ids, `await stanzaIdsBy(session, { by: room })`; `undefined` where the room assigns none. */
  readonly stanzaIds?: StanzaIdReader | undefined;
  /** For a message out of the room's own archive: its id there, which is its stanza id (XEP-0313 §3.5). */
  readonly archiveId?: string | undefined;
}

/** XEP-0425 puts a moderator's retractions into the same element. */
const retract = /* @__PURE__ */ element(NS_RETRACT, 'retract', {
  id: attr(),
  moderated: flag('moderated', 'urn:xmpp:message-moderate:1'),
});

/**
 * What to keep of a message that came in or was sent, above all the id by which it can be retracted (§5.1). `undefined` for
 * what can't be: it has no such id, is a bounce or headline, or its sender can't be told.
 *
 * In a room that is the id which the room assigned, so that one's own messages can be retracted once they have come back;
 * in a room that assigns none it is the sender's origin id. Of a carbon copy or an archived message it is the inner
 * message. Throws as `senderOf` does.
 */
export function retractableOf(message: Element, options: RetractableOptions = {}): RetractableMessage | undefined {
  const origin = originOf(message, options);
  if (origin === undefined) return undefined;
  const id = origin.groupchat ? idInRoom(message, options) : (message.attrs['id'] as string | undefined);
  return id === undefined || id === '' ? undefined : { id, ...origin };
}

/**
 * Reads a retraction: `undefined` when the message is none, when it is broken, a bounce or headline, when it says that it
 * is a moderator's (XEP-0425, which has rules of its own), or when its sender can't be told. Whether it counts is
 * `mayRetract`'s to say. Throws as `senderOf` does.
 */
export function retractionOf(message: Element, options?: SenderOptions): MessageRetraction | undefined {
  const found = retract.safeFind(message);
  if (found?.ok !== true || found.value.moderated || found.value.id === '') return undefined;
  const origin = originOf(message, options);
  return origin === undefined ? undefined : { retracts: found.value.id, ...origin };
}

/**
 * Whether a retraction counts (§5): it names this message, has the same sender, and went the same way. Look among the
 * messages of the same conversation, and at all of them that have the id: anybody can send one with the id of another
 * (§6.1). What is refused is no retraction and is not to be shown as one.
 */
export function mayRetract(original: RetractableMessage, by: MessageRetraction): boolean {
  return by.retracts === original.id && isSameOrigin(original, by);
}

/** §5.1: the id that the room assigned; where it assigns none, the sender's. */
function idInRoom(message: Element, { archiveId, stanzaIds }: RetractableOptions): string | undefined {
  if (archiveId !== undefined) return archiveId;
  if (stanzaIds === undefined) {
    const found = originId.safeFind(message);
    return found?.ok === true ? found.value.id : undefined;
  }
  // The ids of another room, or of the own account, mean nothing in this one.
  const from = tryParseJid(String(message.attrs['from'] ?? ''), { lenient: true });
  return from?.bare().equals(stanzaIds.by) === true ? stanzaIds.of(message) : undefined;
}
