import { attr, dateTime, element, jid, optional, text } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §2: the namespace of delayed delivery. */
export const NS_DELAY = 'urn:xmpp:delay';

const $delay = /* @__PURE__ */ element(NS_DELAY, 'delay', {
  from: optional(attr(jid)),
  stamp: attr(dateTime),
  reason: optional(text()),
});
/** §2: when a stanza was sent (`stamp`), who says so (`from`), and why it is late. Anybody may have written it (§5). */
export interface Delay extends Infer<typeof $delay> {}
/** {@link Delay} for encoding. */
export interface DelayInput extends InferInput<typeof $delay> {}
/** §2: `<delay/>`. Which of a stanza's to believe is {@link delayOf}'s to say. */
export const delay: ElementSchema<Delay, DelayInput> = $delay;
