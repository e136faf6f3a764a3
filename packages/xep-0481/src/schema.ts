import { attr, element, optional, text } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput, TextCodec } from '@xeps/core/schema';

/** §2.1: the namespace of content types; who reads them advertises it (§3). */
export const NS_CONTENT = 'urn:xmpp:content';

/** RFC 6838 §4.2: a type and a subtype, and parameters that nobody looks into here. */
const mediaType: TextCodec<string> = { decode: checked, encode: checked, json: true };

function checked(value: string): string {
  const trimmed = value.trim();
  if (/^[A-Za-z0-9][\w!#$&^.+-]{0,126}\/[A-Za-z0-9][\w!#$&^.+-]{0,126}\s*(?:;|$)/.test(trimmed)) return trimmed;
  throw new RangeError('not a media type, such as text/markdown');
}

const $content = /* @__PURE__ */ element(NS_CONTENT, 'content', {
  type: attr(mediaType),
  text: optional(text()),
});
/** §2: what a message says in a certain type. Without a text of its own it is about the body (§2.1). */
export interface Content extends Infer<typeof $content> {}
/** {@link Content} for encoding. */
export interface ContentInput extends InferInput<typeof $content> {}
/** §2: `<content/>`. A message may have several (§2.3); `chooseContent` takes the best. */
export const content: ElementSchema<Content, ContentInput> = $content;
