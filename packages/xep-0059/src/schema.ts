import { attr, child, childText, element, integer, optional, text } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §2: the namespace of result set management; an entity that supports it advertises it (§4). */
export const NS_RSM = 'http://jabber.org/protocol/rsm';

const $rsmRequest = /* @__PURE__ */ element(NS_RSM, 'set', {
  max: optional(childText(integer())),
  after: optional(childText()),
  before: optional(childText()),
  index: optional(childText(integer())),
});
/** §2: which page is asked for. */
export interface RsmRequest extends Infer<typeof $rsmRequest> {}
/** A page to ask for. `before: ''` is the last page (§2.5), `max: 0` asks for the count alone (§2.7). */
export interface RsmRequestInput extends InferInput<typeof $rsmRequest> {}
/** §2: `<set/>` in a request. UIDs are opaque. */
export const rsmRequest: ElementSchema<RsmRequest, RsmRequestInput> = $rsmRequest;

const $rsmFirst = /* @__PURE__ */ element(NS_RSM, 'first', { index: optional(attr(integer())), id: text() });
/** §2.2: the first item of a page, and its approximate place in the full set. */
export interface RsmFirst extends Infer<typeof $rsmFirst> {}
/** {@link RsmFirst} for encoding. */
export interface RsmFirstInput extends InferInput<typeof $rsmFirst> {}
/** §2.2: `<first/>`. */
export const rsmFirst: ElementSchema<RsmFirst, RsmFirstInput> = $rsmFirst;

const $rsmResult = /* @__PURE__ */ element(NS_RSM, 'set', {
  first: optional(child(rsmFirst)),
  last: optional(childText()),
  count: optional(childText(integer())),
});
/** §2.2: which page was given. `first` and `last` are absent when it is empty; `count` may be approximate. */
export interface RsmResult extends Infer<typeof $rsmResult> {}
/** {@link RsmResult} for encoding. */
export interface RsmResultInput extends InferInput<typeof $rsmResult> {}
/** §2.2: `<set/>` in an answer. */
export const rsmResult: ElementSchema<RsmResult, RsmResultInput> = $rsmResult;
