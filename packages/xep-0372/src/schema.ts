import { attr, element, integer, optional, uri } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §4.1: the namespace of references; clients that know them advertise it (§3). */
export const NS_REFERENCE = 'urn:xmpp:reference:0';

const $reference = /* @__PURE__ */ element(NS_REFERENCE, 'reference', {
  type: attr(),
  uri: attr(uri),
  begin: optional(attr(integer())),
  end: optional(attr(integer())),
  anchor: optional(attr(uri)),
});
/**
 * §4.1: what a message, or a part of its body, is about. `type` is `mention` (§4.2), `data` (§4.3), or one of another
 * specification. `begin` and, exclusive, `end` count code points of the body; `anchor` is the message that they are about
 * when it is not this one (§4.4).
 */
export interface Reference extends Infer<typeof $reference> {}
/** {@link Reference} for encoding. */
export interface ReferenceInput extends InferInput<typeof $reference> {}
/** §4.1: `<reference/>`. Which of those in a message to go by, `referencesOf` and `mentionsOf` tell. */
export const reference: ElementSchema<Reference, ReferenceInput> = $reference;
