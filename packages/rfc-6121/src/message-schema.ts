import { NS_CLIENT } from '@xeps/core';
import { attr, child, element, langText, optional, rest, string, text, withDefault } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput, TextCodec } from '@xeps/core/schema';
import { servedJid } from './address.ts';

/** §5.2.2: what a message is part of. */
export type MessageType = 'chat' | 'error' | 'groupchat' | 'headline' | 'normal';

const messageTypes: readonly string[] = ['chat', 'error', 'groupchat', 'headline', 'normal'];

/** §5.2.2: a type that the reader does not know is `normal`. */
const messageType: TextCodec<MessageType> = {
  decode: (value) => (messageTypes.includes(value) ? (value as MessageType) : 'normal'),
  encode(value) {
    if (messageTypes.includes(value)) return value;
    throw new RangeError(`expected one of ${messageTypes.join(', ')}, got “${value}”`);
  },
  json: true,
};

const $body = /* @__PURE__ */ element(NS_CLIENT, 'body', { lang: optional(attr(string, 'xml:lang')), text: text() });
/** §5.2.3: what is said, in one language. */
export interface MessageBody extends Infer<typeof $body> {}
/** What encodes to a `<body/>`. */
export interface MessageBodyInput extends InferInput<typeof $body> {}
/** §5.2.3: `<body/>`. A message may have several, each in another language; `textFor` chooses. */
export const messageBody: ElementSchema<MessageBody, MessageBodyInput> = $body;

const $subject = /* @__PURE__ */ element(NS_CLIENT, 'subject', {
  lang: optional(attr(string, 'xml:lang')),
  text: text(),
});
/** §5.2.4: what the message is about, in one language. */
export interface MessageSubject extends Infer<typeof $subject> {}
/** What encodes to a `<subject/>`. */
export interface MessageSubjectInput extends InferInput<typeof $subject> {}
/** §5.2.4: `<subject/>`. An empty one takes a subject back (XEP-0045 §8.1). */
export const messageSubject: ElementSchema<MessageSubject, MessageSubjectInput> = $subject;

const $thread = /* @__PURE__ */ element(NS_CLIENT, 'thread', { parent: optional(attr()), id: text() });
/** §5.2.5: the conversation that a message belongs to, and the one that it branched off. */
export interface MessageThread extends Infer<typeof $thread> {}
/** What encodes to a `<thread/>`. */
export interface MessageThreadInput extends InferInput<typeof $thread> {}
/** §5.2.5: `<thread/>`. */
export const messageThread: ElementSchema<MessageThread, MessageThreadInput> = $thread;

const $envelope = /* @__PURE__ */ element(NS_CLIENT, 'message', {
  id: optional(attr()),
  from: optional(attr(servedJid)),
  to: optional(attr(servedJid)),
  type: withDefault(attr(messageType), 'normal'),
  lang: optional(attr(string, 'xml:lang')),
});
/** §5.2: the attributes of a message: who sent it to whom, as part of what. Without `from` it is the own account's. */
export interface MessageInfo extends Infer<typeof $envelope> {}
/** What encodes to a `<message/>` without content. */
export interface MessageInfoInput extends InferInput<typeof $envelope> {}
/** §5.2: `<message/>`, its attributes alone. */
export const messageEnvelope: ElementSchema<MessageInfo, MessageInfoInput> = $envelope;

const $message = /* @__PURE__ */ element(NS_CLIENT, 'message', {
  id: optional(attr()),
  from: optional(attr(servedJid)),
  to: optional(attr(servedJid)),
  type: withDefault(attr(messageType), 'normal'),
  lang: optional(attr(string, 'xml:lang')),
  subject: langText(),
  body: langText(),
  thread: optional(child(messageThread)),
  payloads: rest(),
});
/** §5.2: a message: its attributes, the texts by language, and the payloads of other specifications. */
export interface Message extends Infer<typeof $message> {}
/** What encodes to a `<message/>`. */
export interface MessageInput extends InferInput<typeof $message> {}
/** §5.2: `<message/>`, whole. */
export const messageStanza: ElementSchema<Message, MessageInput> = $message;
