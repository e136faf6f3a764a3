import { XmppError } from '@xeps/core';
import type { Element, RequestOptions, SendOptions, Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { integer, string } from '@xeps/core/schema';
import { sendMessage } from '@xeps/rfc-6121';
import type { SentMessage } from '@xeps/rfc-6121';
import { manyValues, oneValue } from '@xeps/xep-0004';
import { getDiscoInfo } from '@xeps/xep-0030';
import type { DiscoInfo } from '@xeps/xep-0030';
import { findFormValues } from '@xeps/xep-0128';
import { hint } from '@xeps/xep-0334';
import { emojiKey, isEmoji } from './emoji.ts';
import { NS_REACTIONS, reactions as reactionsSchema } from './schema.ts';
import type { Reactions } from './schema.ts';

/** Reactions of one sender to one message that are read and sent. */
const MOST_REACTIONS = 32;

/** §2.2: the FORM_TYPE under which entities say which reactions they take. */
export const NS_REACTIONS_RESTRICTIONS = 'urn:xmpp:reactions:0:restrictions';

/** Of the texts of a `<reactions/>` those that count: each a single emoji, none twice (§4), at most 32. */
export function cleanReactions(texts: readonly string[]): string[] {
  const clean = new Map<string, string>();
  for (const text of texts) {
    if (!isEmoji(text)) continue;
    if (!clean.has(emojiKey(text))) clean.set(emojiKey(text), text);
    if (clean.size === MOST_REACTIONS) break;
  }
  return [...clean.values()];
}

/**
 * The reactions that a message brings, those that count; an empty list takes earlier ones back (§3.2). `undefined` when
 * it brings none: there is no `<reactions/>` or a broken one, there are several (§4 forbids it), or it is a bounce (§3.3).
 *
 * A body beside it is for clients that do not know reactions only where XEP-0428 says so.
 */
export function readReactions(message: Element): Reactions | undefined {
  if (message.attrs['type'] === 'error') return undefined;
  let found: Reactions | undefined;
  for (const child of message.children) {
    if (typeof child !== 'object' || !reactionsSchema.is(child)) continue;
    const decoded = reactionsSchema.safeDecode(child);
    if (found !== undefined || !decoded.ok) return undefined;
    found = decoded.value;
  }
  return found === undefined || found.id === ''
    ? undefined
    : { id: found.id, reactions: cleanReactions(found.reactions) };
}

/** Reactions to send. */
export interface OutgoingReactions {
  /** The account that one talks with, the room, or the occupant. */
  readonly to: Jid | string;
  /** As the message's; `chat` when left out (§4). */
  readonly type?: 'chat' | 'groupchat' | undefined;
  /**
   * The message's id (§4.2), which `referenceId` (XEP-0461) finds: in rooms the one that the room gave to it. Of a message
   * that was corrected, the original's (§4).
   */
  readonly id: string;
  /** All that are to stand from now on (§3.2); none takes them all back. */
  readonly reactions: readonly string[];
  /** False when the message itself asked not to be stored (`no-store`); otherwise servers are asked to (§4). */
  readonly store?: boolean | undefined;
}

/**
 * Reacts to a message, in place of what this account reacted with before (§3.1, §3.2). The `messageReactions` plugin tells
 * when they are refused.
 *
 * Rejects with `XmppError` when a reaction is not a single emoji (§4) or there are more than 32, and as `sendMessage` does.
 *
 * @example
 * ```ts
 * import type { Session } from '@xeps/core';
 * import { sendReactions } from '@xeps/xep-0444';
 *
 * export async function wave(session: Session, id: string): Promise<void> {
 *   await sendReactions(session, { to: 'romeo@capulet.net', id, reactions: ['👋', '🐢'] });
 * }
 * ```
 */
export async function sendReactions(
  session: Session,
  { to, type = 'chat', id, reactions, store = true }: OutgoingReactions,
  options?: SendOptions,
): Promise<SentMessage> {
  if (!reactions.every(isEmoji)) {
    throw new XmppError('ERR_XMPP_REACTION', 'a reaction is a single emoji (XEP-0444 §4): check with isEmoji');
  }
  // §4: the same reaction must not be there twice.
  const clean = new Map(reactions.map((reaction) => [emojiKey(reaction), reaction]));
  if (clean.size > MOST_REACTIONS) {
    throw new XmppError('ERR_XMPP_REACTION', `${clean.size} reactions to one message: send at most ${MOST_REACTIONS}`);
  }
  const payloads = [reactionsSchema.encode({ id, reactions: [...clean.values()] })];
  if (store) payloads.push(hint.encode('store'));
  return sendMessage(session, { to, type, payloads }, options);
}

/** Which reactions an entity takes (§2.2); what is absent is not restricted. */
export interface ReactionRestrictions {
  /** How many each user may have on one message. */
  readonly maxPerUser?: number;
  /** The only ones that are taken. */
  readonly allowlist?: readonly string[];
}

/**
 * Reads what an entity tells of itself (§2.2): which reactions it takes; no restrictions when it names none.
 *
 * @throws CodecError when the form does not fit.
 */
export function readReactionRestrictions(info: Pick<DiscoInfo, 'forms'>): ReactionRestrictions {
  return (
    findFormValues(info, NS_REACTIONS_RESTRICTIONS, {
      maxPerUser: oneValue(integer(), 'max_reactions_per_user'),
      allowlist: manyValues(string),
    }) ?? {}
  );
}

/**
 * Asks which reactions a contact's client, a gateway or a room takes (§2.2); `undefined` when it does not know reactions.
 * Rejects as `getDiscoInfo` does, and with `CodecError` when the form does not fit.
 */
export async function getReactionRestrictions(
  session: Session,
  options: RequestOptions,
): Promise<ReactionRestrictions | undefined> {
  const info = await getDiscoInfo(session, options);
  return info.features.includes(NS_REACTIONS) ? readReactionRestrictions(info) : undefined;
}

/** Whether an entity with those restrictions takes all of these reactions at once (§2.2). */
export function allowsReactions(
  { maxPerUser, allowlist }: ReactionRestrictions,
  reactions: readonly string[],
): boolean {
  return (
    (maxPerUser === undefined || reactions.length <= maxPerUser) &&
    (allowlist === undefined || reactions.every((reaction) => allowlist.includes(reaction)))
  );
}
