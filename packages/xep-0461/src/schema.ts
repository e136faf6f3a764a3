import { attr, element, jid, optional } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §2: the namespace of replies. */
export const NS_REPLY = 'urn:xmpp:reply:0';

const $reply = /* @__PURE__ */ element(NS_REPLY, 'reply', { to: optional(attr(jid)), id: attr() });
/**
 * §3: which message this one answers. `to` is who wrote that one, as the writer of the answer says; the message with that
 * `id` knows better.
 */
export interface Reply extends Infer<typeof $reply> {}
/** What encodes to a `<reply/>`. */
export interface ReplyInput extends InferInput<typeof $reply> {}
/** §3: `<reply/>`. */
export const reply: ElementSchema<Reply, ReplyInput> = $reply;
