import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import { attr, childText, element, optional, uri } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §2: the namespace of files that are offered. */
export const NS_OOB_OFFER = 'jabber:iq:oob';
/** §3: the namespace of addresses that go with a message or presence. */
export const NS_OOB = 'jabber:x:oob';

const $offer = /* @__PURE__ */ element(NS_OOB_OFFER, 'query', {
  sid: optional(attr()),
  url: childText(uri),
  desc: optional(childText()),
});
/** §2: a file to be fetched. `sid` names the stream that was negotiated for it (§6). */
export interface OobOffer extends Infer<typeof $offer> {}
/** What encodes to a `<query/>`. */
export interface OobOfferInput extends InferInput<typeof $offer> {}
/** §2: `<query/>`. */
export const oobOffer: ElementSchema<OobOffer, OobOfferInput> = $offer;

/** §2: offers a file; the answer is empty, and comes when the file was fetched. */
export const oobOfferQuery: IqQuery<OobOffer, OobOfferInput, undefined, undefined | void> = /* @__PURE__ */ iqQuery(
  'set',
  oobOffer,
);

const $data = /* @__PURE__ */ element(NS_OOB, 'x', { url: childText(uri), desc: optional(childText()) });
/**
 * §3: an address that goes with a message or presence. Its scheme may be any (§5): open those that you know, and what is
 * behind it may be harmful (§7).
 */
export interface OobData extends Infer<typeof $data> {}
/** What encodes to an `<x/>`. */
export interface OobDataInput extends InferInput<typeof $data> {}
/** §3: `<x/>`. */
export const oobData: ElementSchema<OobData, OobDataInput> = $data;
