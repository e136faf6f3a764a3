import { attr, children, element, integer, optional } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §2.1: the namespace of fallback indications. */
export const NS_FALLBACK = 'urn:xmpp:fallback:0';

/** §3: `xs:unsignedInt`. */
const offset = /* @__PURE__ */ integer(0, 4_294_967_295);

const $subject = /* @__PURE__ */ element(NS_FALLBACK, 'subject', {
  start: optional(attr(offset)),
  end: optional(attr(offset)),
});
const $body = /* @__PURE__ */ element(NS_FALLBACK, 'body', {
  start: optional(attr(offset)),
  end: optional(attr(offset)),
});
/**
 * §2.2: a part of a text, in Unicode code points (XEP-0426): from `start`, or the beginning, to before `end`, or the end.
 * Without both it is the whole text.
 */
export interface FallbackRange extends Infer<typeof $body> {}
/** What encodes to such a part. */
export interface FallbackRangeInput extends InferInput<typeof $body> {}

const $fallback = /* @__PURE__ */ element(NS_FALLBACK, 'fallback', {
  for: optional(attr()),
  subject: children<FallbackRange, FallbackRangeInput>($subject),
  body: children<FallbackRange, FallbackRangeInput>($body),
});
/**
 * §2.2: what of a message is there for those who do not know the specification `for`. No parts at all mean every body and
 * subject: `fallbackRanges` reads that.
 */
export interface Fallback extends Infer<typeof $fallback> {}
/** What encodes to a `<fallback/>`. */
export interface FallbackInput extends InferInput<typeof $fallback> {}
/** §2.2: `<fallback/>`. A message has one for each specification that it uses. */
export const fallback: ElementSchema<Fallback, FallbackInput> = $fallback;
