import { XmppError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import { originId } from '@xeps/xep-0359';
import type { StanzaIdReader } from '@xeps/xep-0359';
import { codePointLength } from '@xeps/xep-0426';
import { fallback, stripFallback } from '@xeps/xep-0428';
import type { FallbackInput } from '@xeps/xep-0428';
import { NS_REPLY, reply } from './schema.ts';

/** What of the answered message is repeated for clients that do not know replies (§3.1). */
export interface Quote {
  /** A line before the text, in the writer's language: `Anna wrote:`. */
  readonly heading?: string | undefined;
  /** The answered text, without a quote of its own (see `withoutQuote`). */
  readonly text: string;
}

/** A body with a quote before it, and the indication (XEP-0428) that marks the quote. */
export interface QuotedBody {
  readonly body: string;
  readonly fallback: FallbackInput;
}

/**
 * Puts a quote in the style of XEP-0393 before a body (§3.1) and counts it in code points, as the indication wants it.
 * An answer that begins with `>` itself gets an empty line before it, or it would be read as part of the quote.
 */
export function quoteFallback({ heading, text }: Quote, body: string): QuotedBody {
  const quoted = (heading === undefined ? text : `${heading}\n${text}`)
    .split(/\r\n|\r|\n/)
    .map((line) => `> ${line}\n`)
    .join('');
  const prefix = body.startsWith('>') ? `${quoted}\n` : quoted;
  return {
    body: prefix + body,
    fallback: { for: NS_REPLY, body: [{ start: 0, end: codePointLength(prefix) }] },
  };
}

/**
 * The id by which a message is answered (§4.1): in rooms the one that the room gave to it, otherwise the sender's
 * `<origin-id/>`, or else the message's own. `undefined` when it can't be answered.
 *
 * `stanzaIds` is the room's reader, from `stanzaIdsBy(session, { by: room })`; without it, and with that of another
 * entity, no message of type `groupchat` has an id.
 */
export function referenceId(message: Element, stanzaIds?: StanzaIdReader): string | undefined {
  const { id, from, type } = message.attrs as Readonly<Record<string, string | undefined>>;
  if (type === 'error') return undefined;
  if (type === 'groupchat') {
    const room = from === undefined ? undefined : tryParseJid(from)?.bare();
    return room !== undefined && stanzaIds?.by.equals(room) === true ? stanzaIds.of(message) : undefined;
  }
  const origin = originId.safeFind(message);
  // The empty id is nobody's.
  return (origin?.ok === true ? origin.value.id : id) || undefined;
}

/** How to answer a message. */
export interface ReplyOptions {
  /** What to repeat of it for clients that do not know replies. */
  readonly quote?: Quote | undefined;
  /** For messages of a room: its reader, from `stanzaIdsBy(session, { by: room })`. */
  readonly stanzaIds?: StanzaIdReader | undefined;
}

/** The parts of an answer, for `sendMessage`. */
export interface ReplyContent {
  readonly body: string;
  readonly payloads: readonly Element[];
}

/**
 * Makes the answer to a message (§3): `sendMessage(session, { to, ...replyTo(message, 'Great idea!') })`.
 *
 * Throws `XmppError` when the message can't be answered: it has no id, or it came from a room that gave none to it (§4.1).
 */
export function replyTo(message: Element, body: string, { quote, stanzaIds }: ReplyOptions = {}): ReplyContent {
  const id = referenceId(message, stanzaIds);
  if (id === undefined) {
    throw new XmppError(
      'ERR_XMPP_REPLY',
      message.attrs['type'] === 'groupchat'
        ? 'a message without an id of its room can’t be answered (XEP-0461 §4.1): give stanzaIds of that room, or send the text without a reference'
        : 'a message without an id, or a bounce, can’t be answered (XEP-0461 §4.1): send the text without a reference',
    );
  }
  const to = tryParseJid(String(message.attrs['from'] ?? ''), { lenient: true });
  const payloads = [reply.encode({ id, ...(to !== undefined && { to }) })];
  if (quote === undefined) return { body, payloads };
  const quoted = quoteFallback(quote, body);
  return { body: quoted.body, payloads: [...payloads, fallback.encode(quoted.fallback)] };
}

/**
 * The body of an answer without the quote (§3.1), to be shown beside the message that it answers. Where that message is
 * not known, show the body as it is. What only looks like an answer keeps its body.
 */
export function withoutQuote(body: string, message: Element): string {
  return reply.safeFind(message)?.ok === true ? stripFallback(body, message, NS_REPLY) : body;
}
