import { newId } from '@xeps/core';
import type { Delivery, Element, SendOptions, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { LangMap } from '@xeps/core/schema';
import { messageEnvelope, messageStanza } from './message-schema.ts';
import type { MessageInfo, MessageThreadInput, MessageType } from './message-schema.ts';

/** What to send to whom (§5.2). */
export interface OutgoingMessage {
  /** The account (§5.1: until it answers), one of its devices, or a room. */
  readonly to: Jid | string;
  /** In whose name; only components speak for several addresses. */
  readonly from?: Jid | string | undefined;
  /** `chat` when left out. */
  readonly type?: MessageType | undefined;
  /** Unguessable when left out. A message that is sent again keeps its id. */
  readonly id?: string | undefined;
  /** The language of the texts that name none of their own (`xml:lang`). */
  readonly lang?: string | undefined;
  /** A text, or the same in several languages. */
  readonly body?: string | LangMap | undefined;
  readonly subject?: string | LangMap | undefined;
  readonly thread?: string | MessageThreadInput | undefined;
  /** Elements of other specifications. */
  readonly payloads?: readonly Element[] | undefined;
}

/** A message that is on its way. */
export interface SentMessage {
  /** The message's own id: what receipts, errors and corrections refer to. */
  readonly id: string;
  readonly delivery: Delivery;
}

/**
 * Sends a message (§5.1); resolves when it was written. Whether the server has taken it is told by `delivery.acked`.
 *
 * Rejects with `JidError` for a `to` that is no address, with `XmlError` for text that XML can't hold, and as
 * `session.send` does.
 *
 * @example
 * ```ts
 * import type { Session } from '@xeps/core';
 * import { sendMessage } from '@xeps/rfc-6121';
 *
 * export async function greet(session: Session): Promise<string> {
 *   const { id } = await sendMessage(session, { to: 'juliet@capulet.lit', body: 'Wherefore art thou?' });
 *   return id;
 * }
 * ```
 */
export async function sendMessage(
  session: Session,
  message: OutgoingMessage,
  options?: SendOptions,
): Promise<SentMessage> {
  const { id = newId(), type = 'chat', lang, from, thread, payloads } = message;
  const stanza = messageStanza.encode({
    id,
    to: toJid(message.to),
    type,
    ...(from !== undefined && { from: toJid(from) }),
    ...(lang !== undefined && { lang }),
    subject: toLangMap(message.subject),
    body: toLangMap(message.body),
    thread: typeof thread === 'string' ? { id: thread } : thread,
    payloads: payloads ?? [],
  });
  return { id, delivery: await session.send(stanza, options) };
}

/**
 * Reads the attributes of a message (§5.2): no type, or one that is not known, is `normal` (§5.2.2).
 *
 * @throws CodecError when the stanza is no message or an address is broken.
 */
export function messageInfo(stanza: Element): MessageInfo {
  return messageEnvelope.decode(stanza);
}

/**
 * Of a text in several languages the one to show (§5.2.3): the first wanted language that there is, also in a wider form
 * (`de` for `de-CH`, RFC 4647 §3.4), then the text that names no language, then the first. `undefined` when there is none.
 *
 * `unnamed` is the language of the text that names none: the stanza's `lang`.
 */
export function textFor(texts: LangMap, languages: readonly string[] = [], unnamed?: string): string | undefined {
  const byLang = new Map<string, string>();
  for (const [lang, text] of texts) {
    const name = (lang === '' ? (unnamed ?? '') : lang).toLowerCase();
    if (!byLang.has(name)) byLang.set(name, text);
  }
  for (const wanted of languages) {
    const subtags = wanted.toLowerCase().split('-');
    for (; subtags.length > 0; subtags.pop()) {
      const text = byLang.get(subtags.join('-'));
      if (text !== undefined) return text;
    }
  }
  return texts.get('') ?? texts.values().next().value;
}

function toLangMap(text: string | LangMap | undefined): LangMap {
  if (text === undefined) return new Map();
  return typeof text === 'string' ? new Map([['', text]]) : text;
}
