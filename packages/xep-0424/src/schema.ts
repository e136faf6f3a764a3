import { attr, dateTime, element, optional } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §2: the namespace of retractions; clients that know them advertise it, and servers that archive them. */
export const NS_RETRACT = 'urn:xmpp:message-retract:1';
/** §4: the feature of archives that put a tombstone in the place of what was retracted. */
export const NS_RETRACT_TOMBSTONE = 'urn:xmpp:message-retract:1#tombstone';

const $retraction = /* @__PURE__ */ element(NS_RETRACT, 'retract', { id: attr() });
/** §3: takes the message with that id back; which id that is, `retractableOf` knows (§5.1). */
export interface Retraction extends Infer<typeof $retraction> {}
/** What encodes to a `<retract/>`. */
export interface RetractionInput extends InferInput<typeof $retraction> {}
/** §3: `<retract/>`. Anybody can write one about any message: `mayRetract` says which count. */
export const retraction: ElementSchema<Retraction, RetractionInput> = $retraction;

const $tombstone = /* @__PURE__ */ element(NS_RETRACT, 'retracted', {
  /** The id of the retraction message; only tombstones of XEP-0425 have none. */
  id: optional(attr()),
  by: optional(attr()),
  /** When it was retracted. */
  stamp: optional(attr(dateTime)),
});
/** §4: says that the message which holds it had contents that were retracted. */
export interface Tombstone extends Infer<typeof $tombstone> {}
/** What encodes to a `<retracted/>`. */
export interface TombstoneInput extends InferInput<typeof $tombstone> {}
/** §4: `<retracted/>`. The word of an archive: in a message that came by itself it means nothing. */
export const tombstone: ElementSchema<Tombstone, TombstoneInput> = $tombstone;
