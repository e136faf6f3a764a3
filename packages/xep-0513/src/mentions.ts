import type { Element } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { messageBody, messageEnvelope } from '@xeps/rfc-6121';
import { jidFromUri } from '@xeps/xep-0372';
import type { BodyRange } from '@xeps/xep-0372';
import { codePointIndex } from '@xeps/xep-0426';
import type { CodePointIndex } from '@xeps/xep-0426';
import type { MentionPermissions, MentionRight } from './permissions.ts';
import { mention } from './schema.ts';
import type { MentionElement, MentionInput } from './schema.ts';

/** Mentions of one message that are read; what is beyond is passed over. */
const MOST_MENTIONS = 100;

/** A mention, and the part of the body that it is about, if it is about one that there is. */
export interface Mention extends MentionElement {
  readonly range?: BodyRange;
}

/** What an occupant of a room may do (XEP-0045 §5.1). */
export type OccupantRole = 'moderator' | 'participant' | 'visitor';

/** The user, as mentions may mean them. */
export interface Mentionable {
  readonly jid: Jid | string;
  /** Who the user is in the room of the message, where that assigns identifiers (XEP-0421). */
  readonly occupantId?: string | undefined;
  readonly role?: OccupantRole | undefined;
  readonly affiliation?: 'owner' | 'admin' | 'member' | 'none' | undefined;
  /** The URIs of the user's hats in that room (XEP-0317). */
  readonly hats?: readonly string[] | undefined;
  /** The URIs of the spaces that the user belongs to (XEP-0503). */
  readonly spaces?: readonly string[] | undefined;
  /** Whether the user is there now, in whatever sense (§3.5.1); false when left out. */
  readonly isActive?: boolean | undefined;
}

/** What is known of the room that a message came through. */
export interface MentionContext {
  /** What the room allows (§3.6). Where it says nothing, people may be mentioned by everybody, groups by moderators. */
  readonly permissions?: MentionPermissions | undefined;
  /** The role of the sender, from the room's presence; `participant` when left out. */
  readonly senderRole?: OccupantRole | undefined;
  /** The URI of the space that the room belongs to. */
  readonly space?: string | undefined;
}

/**
 * The mentions in a message, at most a hundred, also those that nothing in the text shows (§7: show a list of them).
 * Broken ones, those of nobody, and all of a bounce are left out.
 */
export function mentionsOf(message: Element): Mention[] {
  if (message.attrs['type'] === 'error') return [];
  const found: MentionElement[] = [];
  for (const child of message.children) {
    if (typeof child !== 'object' || !mention.is(child)) continue;
    const decoded = mention.safeDecode(child);
    if (!decoded.ok) continue;
    const { value } = decoded;
    if ((value.group ?? value.occupantId ?? value.jid) !== undefined) found.push(value);
    if (found.length === MOST_MENTIONS) break;
  }
  if (found.length === 0) return [];
  const bodies = new Map<string, { readonly text: string; index?: CodePointIndex }>();
  for (const child of message.children) {
    if (typeof child !== 'object' || !messageBody.is(child)) continue;
    const { lang = '', text } = messageBody.decode(child);
    if (!bodies.has(lang)) bodies.set(lang, { text });
  }
  return found.map((one) => {
    // §3.4: a body may have its language from the stanza or the stream.
    const body = bodies.get(one.hreflang ?? '') ?? bodies.get('');
    if (body === undefined || one.begin === undefined || one.end === undefined) return one;
    body.index ??= codePointIndex(body.text);
    const start = body.index.toUtf16(one.begin);
    const end = body.index.toUtf16(one.end);
    if (start === undefined || end === undefined || start >= end) return one;
    return { ...one, range: { start, end, text: body.text.slice(start, end) } };
  });
}

/**
 * Whether a message wants to notify the user and may: one of its mentions means them (§3.1, §3.2), without `noping` and
 * with them `active` if it says so (§3.5), and in a room it is none too many, by somebody who has the right (§3.6).
 *
 * Groups are heard in rooms only, and `channel` of the room itself only: elsewhere nobody's right is known.
 *
 * @throws JidError when `who.jid` is not an address.
 *
 * @example
 * ```ts
 * import type { Session } from '@xeps/core';
 * import { getMentionPermissions, isMentioned } from '@xeps/xep-0513';
 *
 * export async function follow(session: Session, room: string, occupantId: string): Promise<void> {
 *   const permissions = await getMentionPermissions(session, room).catch(() => undefined);
 *   session.on('message', (message) => {
 *     if (isMentioned(message, { jid: session.jid, occupantId }, { permissions })) console.log('that is for me');
 *   });
 * }
 * ```
 */
export function isMentioned(message: Element, who: Mentionable, context: MentionContext = {}): boolean {
  const envelope = messageEnvelope.safeDecode(message);
  if (!envelope.ok) return false;
  const { from, type } = envelope.value;
  const all = mentionsOf(message);
  const room = type === 'groupchat' ? from?.bare() : undefined;
  if (type === 'groupchat' && room === undefined) return false;
  if (room !== undefined && all.length > (context.permissions?.count ?? MOST_MENTIONS)) return false;
  return all.some(
    (one) =>
      !one.noping &&
      (!one.active || who.isActive === true) &&
      (room === undefined ? isAccount(one, who) : isMember(one, who, room, context) && mayMention(one, from, context)),
  );
}

/** §3.1, outside of rooms. */
function isAccount(one: MentionElement, who: Mentionable): boolean {
  return one.group === undefined && one.jid?.bare().equals(toJid(who.jid).bare()) === true;
}

function isMember(one: MentionElement, who: Mentionable, room: Jid, context: MentionContext): boolean {
  const { group, uri } = one;
  switch (group) {
    case undefined:
      // §3.1: where the room has identifiers, an address is none.
      return who.occupantId === undefined ? isAccount(one, who) : one.occupantId === who.occupantId;
    case 'channel':
      return uri === undefined || jidFromUri(uri)?.equals(room) === true;
    case 'space':
      return who.spaces?.includes(uri ?? context.space ?? '') === true;
    case 'server':
      return uri !== undefined && jidFromUri(uri)?.equals(toJid(who.jid).domain) === true;
    case 'moderators':
    case 'participants':
    case 'visitors':
      return who.role !== undefined && group === `${who.role}s`;
    case 'owner':
    case 'admin':
    case 'member':
    case 'none':
      return who.affiliation === group;
    case 'hats':
      return uri !== undefined && who.hats?.includes(uri) === true;
    default:
      return false;
  }
}

/** §3.6: whether the sender has the right that the room asks for. */
function mayMention({ group }: MentionElement, from: Jid | undefined, context: MentionContext): boolean {
  const needed = neededRight(group, context.permissions);
  // The room itself, by its bare address, is above its occupants.
  const role = from?.isBare === true ? 'moderator' : (context.senderRole ?? 'participant');
  return needed === 'participants' ? role !== 'visitor' : needed === 'moderators' && role === 'moderator';
}

function neededRight(group: MentionElement['group'], permissions: MentionPermissions = {}): MentionRight {
  if (group === undefined) return permissions.individual ?? 'participants';
  if (group === 'channel' || group === 'space' || group === 'server' || group === 'hats')
    return permissions[group] ?? 'moderators';
  return permissions.associations ?? 'moderators';
}

/**
 * A mention with the part of the body that says so (§3.3), as indexes into it.
 *
 * @throws RangeError when the body has no such part.
 */
export function mentionAt(
  where: { readonly body: string; readonly start: number; readonly end: number },
  mentioned: MentionInput,
): MentionInput {
  const index = codePointIndex(where.body);
  const begin = index.toCodePoints(where.start);
  const end = index.toCodePoints(where.end);
  if (begin === undefined || end === undefined || begin >= end)
    throw new RangeError(
      `the body of ${where.body.length} units has no part from ${where.start} to ${where.end}: give indexes into it`,
    );
  return { ...mentioned, begin, end };
}
