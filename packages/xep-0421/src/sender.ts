import type { Element } from '@xeps/core';
import { bareOf, jid as toJid, tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { element } from '@xeps/core/schema';
import { occupantId } from './schema.ts';

/**
 * Who sent a message, as far as later messages may speak about it (corrections, retractions, reactions). Plain data, to
 * be kept with the message.
 */
export interface MessageSender {
  /** The bare address of an account, or the full address of an occupant of a room. */
  readonly address: string;
  /** Who the occupant is, where the room says so (§3). */
  readonly occupantId?: string;
}

/** What is known of where a message came from. */
export interface SenderOptions {
  /**
   * The message came from a room: the occupant counts, not the room's bare address. When left out, that is so for type
   * `groupchat` and for what holds an `<x/>` of XEP-0045 as private messages should (§7.5 there). Say it for every message
   * of an address that is known to be a room, or one occupant could speak for another in private messages.
   */
  readonly room?: boolean | undefined;
  /** The room advertises identifiers, see `roomKnowsOccupantIds`. Otherwise they may be forged and are passed over (§4). */
  readonly occupantIds?: boolean | undefined;
  /** The own account: whose messages without `from` are, and those of its devices. */
  readonly own?: Jid | string | undefined;
}

/** XEP-0045 §7.5: marks private messages as coming through a room. */
const mucUser = /* @__PURE__ */ element('http://jabber.org/protocol/muc#user', 'x');

/**
 * Who sent a message. `undefined` when that can't be told: it is a bounce, has no readable `from`, or has none at all and
 * `own` was not given.
 *
 * Throws `JidError` when `own` is no address.
 *
 * Of a carbon copy or an archived message it is the inner message that counts, once it is known that the account or the
 * archive that was asked sent the outer one. Of what this account says to a room, it is the message that comes back.
 *
 * @example
 * ```ts
 * import type { Element, Session } from '@xeps/core';
 * import { isSameSender, senderOf } from '@xeps/xep-0421';
 *
 * export function mayEdit(session: Session, original: Element, edit: Element, occupantIds: boolean): boolean {
 *   const options = { own: session.jid, occupantIds };
 *   const [author, editor] = [senderOf(original, options), senderOf(edit, options)];
 *   return author !== undefined && editor !== undefined && isSameSender(author, editor);
 * }
 * ```
 */
export function senderOf(message: Element, options: SenderOptions = {}): MessageSender | undefined {
  const { from, type } = message.attrs as Readonly<Record<string, string | undefined>>;
  if (type === 'error') return undefined;
  const own = options.own === undefined ? undefined : String(toJid(options.own).bare());
  if (from === undefined) return own === undefined ? undefined : { address: own };
  const sender = tryParseJid(from, { lenient: true });
  if (sender === undefined) return undefined;
  const bare = String(sender.bare());
  // What a device of the own account sent, also to an occupant, comes from the account and not through a room.
  if (bare === own) return { address: own };
  const inRoom = options.room ?? (type === 'groupchat' || mucUser.safeFind(message) !== undefined);
  if (!inRoom) return { address: bare };
  const address = String(sender);
  // The room itself is no occupant: an identifier in its own messages is about somebody else (as in XEP-0425).
  const id = options.occupantIds === true && !sender.isBare ? occupantIdOf(message) : undefined;
  return id === undefined ? { address } : { address, occupantId: id };
}

/**
 * Whether two messages have the same sender. In a room the identifiers decide where both have one (§4.1: the same person
 * under whatever nickname); when only one has, nothing shows that they are the same. Without identifiers the addresses
 * decide, and a nickname may have changed hands between the messages: then whoever follows the room's presences has to
 * refuse what was sent before the occupant came (XEP-0308 §5).
 */
export function isSameSender(a: MessageSender, b: MessageSender): boolean {
  if (a.occupantId === undefined && b.occupantId === undefined) return a.address === b.address;
  // §4.1: an identifier means something in its own room alone.
  return a.occupantId === b.occupantId && bareOf(a.address) === bareOf(b.address);
}

/** Where a message came from and which way, as far as it decides which later messages may change it. Plain data. */
export interface MessageOrigin {
  /** Whether it went to everybody in a room. */
  readonly groupchat: boolean;
  readonly sender: MessageSender;
}

/**
 * The origin of a message; `undefined` for a bounce or headline, and when its sender can't be told. Throws as
 * {@link senderOf} does.
 */
export function originOf(message: Element, options?: SenderOptions): MessageOrigin | undefined {
  const type = message.attrs['type'] as string | undefined;
  const sender = type === 'headline' ? undefined : senderOf(message, options);
  return sender === undefined ? undefined : { groupchat: type === 'groupchat', sender };
}

/**
 * Whether two messages have the same sender and went the same way: what one occupant is told in private changes nothing
 * for the room.
 */
export function isSameOrigin(a: MessageOrigin, b: MessageOrigin): boolean {
  return a.groupchat === b.groupchat && isSameSender(a.sender, b.sender);
}

/**
 * The identifier in a message or presence of a room; `undefined` when there is none, when it is broken, and when there
 * are several (§4 forbids it). Only of rooms that assign identifiers is it theirs, see `roomKnowsOccupantIds`.
 */
export function occupantIdOf(stanza: Element): string | undefined {
  let found: Element | undefined;
  for (const child of stanza.children) {
    if (typeof child !== 'object' || !occupantId.is(child)) continue;
    if (found !== undefined) return undefined;
    found = child;
  }
  const decoded = found === undefined ? undefined : occupantId.safeDecode(found);
  return decoded?.ok === true ? decoded.value.id : undefined;
}
