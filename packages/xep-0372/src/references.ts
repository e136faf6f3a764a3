import type { Element } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { messageBody } from '@xeps/rfc-6121';
import { codePointIndex } from '@xeps/xep-0426';
import { reference } from './schema.ts';
import type { Reference, ReferenceInput } from './schema.ts';
import { jidFromUri, jidToUri } from './uri.ts';

/** References of one message that are read; what is beyond is passed over. */
const MOST_REFERENCES = 100;

/** A part of a body, as indexes into it, like those of `slice`. */
export interface BodyRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly text: string;
}

/** A reference, and the part of the body that it is about, if it is about one that there is. */
export interface ReadReference extends Reference {
  readonly range?: BodyRange;
}

/** Who is mentioned, and where. */
export interface Mention {
  /** An account, or an occupant of a room. */
  readonly jid: Jid;
  readonly range?: BodyRange;
}

/**
 * The references in a message (§4.1), at most a hundred; broken ones are left out, and so are all of a bounce. Those with
 * an `anchor` are about another message (§4.4): whoever may say something about that one, it is not known here.
 */
export function referencesOf(message: Element): ReadReference[] {
  if (message.attrs['type'] === 'error') return [];
  const found: Reference[] = [];
  for (const child of message.children) {
    if (typeof child !== 'object' || !reference.is(child)) continue;
    const decoded = reference.safeDecode(child);
    if (decoded.ok) found.push(decoded.value);
    if (found.length === MOST_REFERENCES) break;
  }
  if (found.length === 0) return [];
  const body = messageBody.safeFind(message);
  const text = body?.ok === true ? body.value.text : '';
  const index = codePointIndex(text);
  return found.map((one) => {
    if (one.anchor !== undefined || one.begin === undefined || one.end === undefined) return one;
    const start = index.toUtf16(one.begin);
    const end = index.toUtf16(one.end);
    if (start === undefined || end === undefined || start >= end) return one;
    return { ...one, range: { start, end, text: text.slice(start, end) } };
  });
}

/** Who is mentioned in a message (§4.2), as far as it is told by an address. */
export function mentionsOf(message: Element): Mention[] {
  return referencesOf(message).flatMap(({ type, uri, anchor, range }) => {
    if (type !== 'mention' || anchor !== undefined) return [];
    const jid = jidFromUri(uri);
    return jid === undefined ? [] : [{ jid, ...(range !== undefined && { range }) }];
  });
}

/**
 * Whether a message mentions `who`: an account by its bare address, which also its devices stand for, or an occupant of a
 * room by the full one. The mention of a room is one of nobody in it.
 *
 * @throws JidError when `who` is not an address.
 */
export function isMentioned(message: Element, who: Jid | string): boolean {
  const wanted = toJid(who);
  return mentionsOf(message).some(({ jid }) => jid.equals(wanted) || (wanted.isBare && jid.bare().equals(wanted)));
}

/**
 * A mention (§4.2) of an account, by its bare address, or of an occupant, by the full one; with the part of the body that
 * says so, as indexes into it.
 *
 * @throws JidError when `who` is not an address.
 * @throws RangeError when the body has no such part.
 */
export function newMention(
  who: Jid | string,
  where?: { readonly body: string; readonly start: number; readonly end: number },
): ReferenceInput {
  const uri = jidToUri(who);
  if (where === undefined) return { type: 'mention', uri };
  const index = codePointIndex(where.body);
  const begin = index.toCodePoints(where.start);
  const end = index.toCodePoints(where.end);
  if (begin === undefined || end === undefined || begin >= end)
    throw new RangeError(
      `the body of ${where.body.length} units has no part from ${where.start} to ${where.end}: give indexes into it`,
    );
  return { type: 'mention', uri, begin, end };
}
