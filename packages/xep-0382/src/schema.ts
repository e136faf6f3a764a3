import { attr, element, optional, string, text } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §2: the namespace of spoilers. */
export const NS_SPOILER = 'urn:xmpp:spoiler:0';

const $spoiler = /* @__PURE__ */ element(NS_SPOILER, 'spoiler', {
  lang: optional(attr(string, 'xml:lang')),
  hint: optional(text()),
});
/** §3: the message is a spoiler, with a hint at its topic in one language. */
export interface Spoiler extends Infer<typeof $spoiler> {}
/** What encodes to a `<spoiler/>`. */
export interface SpoilerInput extends InferInput<typeof $spoiler> {}
/** §3: `<spoiler/>`. A message may have several, each with a hint in another language; `spoilerHints` reads them all. */
export const spoiler: ElementSchema<Spoiler, SpoilerInput> = $spoiler;
