/** A message as `listen` and `history` write it. */
import type { Element } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { messageStanza, textFor } from '@xeps/rfc-6121';
import type { MessageType } from '@xeps/rfc-6121';
import { oobData } from '@xeps/xep-0066';
import { indented, oneLine } from './text.ts';

/** A line of JSON for a message. What is not known is left out. */
export interface MessageLine {
  readonly type: 'message';
  /** Whether the account got it or sent it. */
  readonly direction: 'received' | 'sent';
  /** It is a copy of what another device got or sent (XEP-0280). */
  readonly carbon?: true;
  /** When it was sent as far as that is known, else when it came: ISO 8601, UTC. */
  readonly at: string;
  /** It waited on the way, or comes from the archive. */
  readonly delayed?: true;
  /** Its id in the account's archive (XEP-0359), what `history --before` takes. */
  readonly stanzaId?: string;
  /** The id that its sender gave it. */
  readonly id?: string;
  readonly from: string;
  readonly to: string;
  readonly messageType: MessageType;
  readonly subject?: string;
  readonly body?: string;
  readonly thread?: string;
  /** The file or page that it brings (XEP-0066). */
  readonly url?: string;
}

/** What is known of a message beside its stanza. */
export interface MessageContext {
  /** The account. */
  readonly own: Jid;
  readonly direction: 'received' | 'sent';
  readonly carbon?: boolean;
  readonly at: Date;
  readonly delayed?: boolean;
  readonly stanzaId?: string | undefined;
}

/** The line for a message; `undefined` for one that says nothing to people, such as a receipt or “is typing”. */
export function messageLine(
  stanza: Element,
  { own, direction, carbon, at, delayed, stanzaId }: MessageContext,
): MessageLine | undefined {
  const decoded = messageStanza.safeDecode(stanza);
  if (!decoded.ok || decoded.value.type === 'error') return undefined;
  const { id, from = own.bare(), to = own.bare(), type, lang, thread } = decoded.value;
  const body = textFor(decoded.value.body, [], lang);
  const subject = textFor(decoded.value.subject, [], lang);
  const oob = oobData.safeFind(stanza);
  const url = oob?.ok === true ? oob.value.url : undefined;
  if (body === undefined && subject === undefined && url === undefined) return undefined;
  return {
    type: 'message',
    direction,
    ...(carbon === true && { carbon }),
    at: at.toISOString(),
    ...(delayed === true && { delayed }),
    ...(stanzaId !== undefined && { stanzaId }),
    ...(id !== undefined && { id }),
    from: String(from),
    to: String(to),
    messageType: type,
    ...(subject !== undefined && { subject }),
    ...(body !== undefined && { body }),
    ...(thread !== undefined && { thread: thread.id }),
    ...(url !== undefined && { url }),
  };
}

/** The line for people: when, who, what. A message that the account sent shows where it went. */
export function messageText(
  { at, direction, from, to, subject, body, url }: MessageLine,
  now: Date = new Date(),
): string {
  const when = new Date(at);
  const day = `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
  const clock = `${two(when.getHours())}:${two(when.getMinutes())}:${two(when.getSeconds())}`;
  const time = when.toDateString() === now.toDateString() ? clock : `${day} ${clock}`;
  const who = direction === 'sent' ? `to ${bare(to)}` : bare(from);
  const words = [
    ...(subject === undefined ? [] : [`[${oneLine(subject)}]`]),
    ...(body === undefined ? [] : [indented(body)]),
  ];
  if (url !== undefined && body?.includes(url) !== true) words.push(`<${oneLine(url)}>`);
  return `${time} ${oneLine(who)}: ${words.join(' ')}`;
}

function bare(address: string): string {
  return tryParseJid(address)?.bare().toString() ?? address;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
