import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import { attr, children, element, jid, mapped, optional, rest, string } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput, Schema } from '@xeps/core/schema';
import { dataForm } from '@xeps/xep-0004';

/** §3: the namespace of questions about an entity. */
export const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
/** §4: the namespace of questions about the items of an entity. */
export const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';

const $identity = /* @__PURE__ */ element(NS_DISCO_INFO, 'identity', {
  category: attr(),
  type: attr(),
  name: optional(attr()),
  lang: optional(attr(string, 'xml:lang')),
});
/** §3.1: what an entity is: a category and a type from the registry, perhaps with a name for people. */
export interface DiscoIdentity extends Infer<typeof $identity> {}
/** What encodes to an `<identity/>`. */
export interface DiscoIdentityInput extends InferInput<typeof $identity> {}
/** §3.1: `<identity/>`. */
export const discoIdentity: ElementSchema<DiscoIdentity, DiscoIdentityInput> = $identity;

/** §3.1: `<feature/>`, whose value is its `var`. */
export const discoFeature: Schema<string> = /* @__PURE__ */ mapped(
  /* @__PURE__ */ element(NS_DISCO_INFO, 'feature', { name: attr(string, 'var') }),
  ({ name }): string => name,
  (name: string) => ({ name }),
);

const $infoRequest = /* @__PURE__ */ element(NS_DISCO_INFO, 'query', { node: optional(attr()) });
/** §3.1, §3.2: what is asked: an entity, or one of its nodes. */
export interface DiscoInfoRequest extends Infer<typeof $infoRequest> {}
/** §3.1: `<query/>` as a question. */
export const discoInfoRequest: ElementSchema<DiscoInfoRequest> = $infoRequest;

const $info = /* @__PURE__ */ element(NS_DISCO_INFO, 'query', {
  node: optional(attr()),
  identities: children(discoIdentity),
  features: children(discoFeature),
  forms: children(dataForm),
});
/** §3.1: what an entity is and can do. Its `forms` are service discovery extensions (XEP-0128). */
export interface DiscoInfo extends Infer<typeof $info> {}
/** What encodes to an answer about an entity. */
export interface DiscoInfoInput extends InferInput<typeof $info> {}
/** §3.1: `<query/>` as an answer. */
export const discoInfo: ElementSchema<DiscoInfo, DiscoInfoInput> = $info;

/** §3: the question what an entity is and can do. */
export const discoInfoQuery: IqQuery<DiscoInfoRequest, DiscoInfoRequest, DiscoInfo, DiscoInfoInput> =
  /* @__PURE__ */ iqQuery('get', discoInfoRequest, discoInfo);

const $item = /* @__PURE__ */ element(NS_DISCO_ITEMS, 'item', {
  jid: attr(jid),
  node: optional(attr()),
  name: optional(attr()),
});
/** §4.1: an entity, or a node of one, that belongs to another. */
export interface DiscoItem extends Infer<typeof $item> {}
/** What encodes to an `<item/>`. */
export interface DiscoItemInput extends InferInput<typeof $item> {}
/** §4.1: `<item/>`. */
export const discoItem: ElementSchema<DiscoItem, DiscoItemInput> = $item;

const $itemsRequest = /* @__PURE__ */ element(NS_DISCO_ITEMS, 'query', { node: optional(attr()), rest: rest() });
/** §4.1, §4.2: what is asked: an entity, or one of its nodes. `rest` may hold a page request (XEP-0059). */
export interface DiscoItemsRequest extends Infer<typeof $itemsRequest> {}
/** What encodes to a question for items. */
export interface DiscoItemsRequestInput extends InferInput<typeof $itemsRequest> {}
/** §4.1: `<query/>` as a question. */
export const discoItemsRequest: ElementSchema<DiscoItemsRequest, DiscoItemsRequestInput> = $itemsRequest;

const $items = /* @__PURE__ */ element(NS_DISCO_ITEMS, 'query', {
  node: optional(attr()),
  items: children(discoItem, { skipBroken: true }),
  rest: rest(),
});
/** §4.1: what belongs to an entity. `rest` may hold where the page is in the whole (XEP-0059). */
export interface DiscoItems extends Infer<typeof $items> {}
/** What encodes to a list of items. */
export interface DiscoItemsInput extends InferInput<typeof $items> {}
/** §4.1: `<query/>` as an answer. */
export const discoItems: ElementSchema<DiscoItems, DiscoItemsInput> = $items;

/** §4: the question what belongs to an entity. */
export const discoItemsQuery: IqQuery<DiscoItemsRequest, DiscoItemsRequestInput, DiscoItems, DiscoItemsInput> =
  /* @__PURE__ */ iqQuery('get', discoItemsRequest, discoItems);
