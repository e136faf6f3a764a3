import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import {
  attr,
  boolean,
  child,
  children,
  element,
  flag,
  integer,
  jid,
  oneOfKnown,
  optional,
  rest,
  string,
  withDefault,
} from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput, Schema, TextCodec } from '@xeps/core/schema';
import { dataForm } from '@xeps/xep-0004';
import { rsmRequest, rsmResult } from '@xeps/xep-0059';

/** §16.1: the namespace of what entities ask of a service. */
export const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
/** §16.1: the namespace of what owners ask of a service. */
export const NS_PUBSUB_OWNER = 'http://jabber.org/protocol/pubsub#owner';
/** §7.1.5: the feature of services that take options with a publication, and the FORM_TYPE of those. */
export const NS_PUBLISH_OPTIONS = 'http://jabber.org/protocol/pubsub#publish-options';

/** §4.1: what somebody may do at a node. */
export type Affiliation = 'member' | 'none' | 'outcast' | 'owner' | 'publish-only' | 'publisher';
/** §4.2: how a subscription stands. */
export type SubscriptionState = 'none' | 'pending' | 'subscribed' | 'unconfigured';

const affiliationKind: TextCodec<Affiliation> = /* @__PURE__ */ oneOfKnown(
  'member',
  'none',
  'outcast',
  'owner',
  'publish-only',
  'publisher',
);
const subscriptionState: TextCodec<SubscriptionState> = /* @__PURE__ */ oneOfKnown(
  'none',
  'pending',
  'subscribed',
  'unconfigured',
);
/** One odd address must not spoil the list that it stands in: it reads as absent. */
const publisherJid: TextCodec<Jid> = {
  decode: (text) => tryParseJid(text.trim(), { lenient: true }) as Jid,
  encode: String,
};

/** `<item/>` in one of the namespaces that have it. */
/* @__NO_SIDE_EFFECTS__ */
const itemIn = (xmlns: string) =>
  element(xmlns, 'item', {
    id: optional(attr()),
    /** §7.1.2: who published it, as the service knows; absent when it does not say. */
    publisher: optional(attr(publisherJid)),
    /** §7.1.3: the payload, one element at most; none where only the id is told (§6.5.6). */
    payloads: rest(),
  });
/** §7.1.1: an item of a node, with its payload as it is: `readItem` decodes it. */
export interface PubsubItem extends Infer<ReturnType<typeof itemIn>> {}
/** {@link PubsubItem} for encoding. */
export interface PubsubItemInput extends InferInput<ReturnType<typeof itemIn>> {}
/** §7.1.1: `<item/>` in requests and answers. */
export const pubsubItem: ElementSchema<PubsubItem, PubsubItemInput> = /* @__PURE__ */ itemIn(NS_PUBSUB);

/** `<subscription/>` in one of the namespaces that have it. */
/* @__NO_SIDE_EFFECTS__ */
const subscriptionIn = (xmlns: string) =>
  element(xmlns, 'subscription', {
    node: optional(attr()),
    jid: attr(jid),
    subid: optional(attr()),
    state: optional(attr(subscriptionState, 'subscription')),
    /** §6.1.5: it can be configured, or must be before anything comes of it. */
    options: optional(child(element(xmlns, 'subscribe-options', { required: flag() }))),
  });
/** §6.1.2: a subscription: whose (`jid`), of which node, and how it stands. */
export interface PubsubSubscription extends Infer<ReturnType<typeof subscriptionIn>> {}
/** {@link PubsubSubscription} for encoding. */
export interface PubsubSubscriptionInput extends InferInput<ReturnType<typeof subscriptionIn>> {}
/** §6.1.2: `<subscription/>` in answers. */
export const pubsubSubscription: ElementSchema<PubsubSubscription, PubsubSubscriptionInput> =
  /* @__PURE__ */ subscriptionIn(NS_PUBSUB);

/** `<affiliation/>`: of oneself at a node, or of somebody at the owner's. */
/* @__NO_SIDE_EFFECTS__ */
const affiliationIn = (xmlns: string) =>
  element(xmlns, 'affiliation', {
    node: optional(attr()),
    jid: optional(attr(jid)),
    affiliation: optional(attr(affiliationKind)),
  });
/** §5.7, §8.9: what somebody may do at a node. */
export interface PubsubAffiliation extends Infer<ReturnType<typeof affiliationIn>> {}
/** {@link PubsubAffiliation} for encoding. */
export interface PubsubAffiliationInput extends InferInput<ReturnType<typeof affiliationIn>> {}

/** `<configure/>` and the like: a form, about a node. */
/* @__NO_SIDE_EFFECTS__ */
const formIn = (xmlns: string, name: string) =>
  element(xmlns, name, { node: optional(attr()), form: optional(child(dataForm)) });
/** §6.1.1: whose subscription of which node. */
/* @__NO_SIDE_EFFECTS__ */
const whoseIn = (name: string) =>
  element(NS_PUBSUB, name, { node: optional(attr()), jid: attr(jid), subid: optional(attr()) });
const list = { skipBroken: true };

/** `<pubsub/>`, whose page (XEP-0059) is asked for in a request and described in an answer. */
/* @__NO_SIDE_EFFECTS__ */
const pubsubWith = <Out, In>(set: Schema<Out, In>) =>
  element(NS_PUBSUB, 'pubsub', {
    /** §8.1: without a name the service makes one up. */
    create: optional(child(element(NS_PUBSUB, 'create', { node: optional(attr()) }))),
    /** §8.1.3 */
    configure: optional(child(formIn(NS_PUBSUB, 'configure'))),
    /** §6.1 */
    subscribe: optional(child(whoseIn('subscribe'))),
    /** §7.1 */
    publish: optional(child(element(NS_PUBSUB, 'publish', { node: attr(), items: children(pubsubItem) }))),
    /** §7.1.5 */
    publishOptions: optional(child(formIn(NS_PUBSUB, 'publish-options'))),
    /** §5.7 */
    affiliations: optional(
      child(
        element(NS_PUBSUB, 'affiliations', {
          node: optional(attr()),
          affiliations: children(affiliationIn(NS_PUBSUB), list),
        }),
      ),
    ),
    /** §6.5 */
    items: optional(
      child(
        element(NS_PUBSUB, 'items', {
          node: attr(),
          maxItems: optional(attr(integer(), 'max_items')),
          subid: optional(attr()),
          items: children(pubsubItem, list),
        }),
      ),
    ),
    /** §7.2 */
    retract: optional(
      child(
        element(NS_PUBSUB, 'retract', {
          node: attr(),
          notify: withDefault(attr(boolean), false),
          items: children(pubsubItem),
        }),
      ),
    ),
    /** §6.1.2 */
    subscription: optional(child(pubsubSubscription)),
    /** §5.6 */
    subscriptions: optional(
      child(
        element(NS_PUBSUB, 'subscriptions', {
          node: optional(attr()),
          subscriptions: children(pubsubSubscription, list),
        }),
      ),
    ),
    /** §6.2 */
    unsubscribe: optional(child(whoseIn('unsubscribe'))),
    /** §6.5.4 */
    set: optional(child(set)),
  });
const $request = /* @__PURE__ */ pubsubWith(rsmRequest);
/** §17.1: what is asked of a service; one thing at a time. */
export interface PubsubRequest extends Infer<typeof $request> {}
/** {@link PubsubRequest} for encoding. */
export interface PubsubRequestInput extends InferInput<typeof $request> {}
/** §17.1: `<pubsub/>` as a request. */
export const pubsubRequest: ElementSchema<PubsubRequest, PubsubRequestInput> = $request;
const $answer = /* @__PURE__ */ pubsubWith(rsmResult);
/** §17.1: what a service answers. */
export interface PubsubAnswer extends Infer<typeof $answer> {}
/** {@link PubsubAnswer} for encoding. */
export interface PubsubAnswerInput extends InferInput<typeof $answer> {}
/** §17.1: `<pubsub/>` as an answer. */
export const pubsubAnswer: ElementSchema<PubsubAnswer, PubsubAnswerInput> = $answer;

/** `<delete/>`, perhaps with where the node is now (§8.4.1). */
/* @__NO_SIDE_EFFECTS__ */
const deleteIn = (xmlns: string) =>
  element(xmlns, 'delete', {
    node: attr(),
    redirect: optional(child(element(xmlns, 'redirect', { uri: attr(string) }))),
  });
const $owner = /* @__PURE__ */ element(NS_PUBSUB_OWNER, 'pubsub', {
  /** §8.9 */
  affiliations: optional(
    child(
      element(NS_PUBSUB_OWNER, 'affiliations', {
        node: attr(),
        affiliations: children(affiliationIn(NS_PUBSUB_OWNER), list),
      }),
    ),
  ),
  /** §8.2 */
  configure: optional(child(formIn(NS_PUBSUB_OWNER, 'configure'))),
  /** §8.3 */
  default: optional(child(formIn(NS_PUBSUB_OWNER, 'default'))),
  /** §8.4 */
  delete: optional(child(deleteIn(NS_PUBSUB_OWNER))),
  /** §8.5 */
  purge: optional(child(element(NS_PUBSUB_OWNER, 'purge', { node: attr() }))),
  /** §8.8 */
  subscriptions: optional(
    child(
      element(NS_PUBSUB_OWNER, 'subscriptions', {
        node: attr(),
        subscriptions: children(subscriptionIn(NS_PUBSUB_OWNER), list),
      }),
    ),
  ),
});
/** §17.4: what an owner asks, and the answer to it. */
export interface PubsubOwner extends Infer<typeof $owner> {}
/** {@link PubsubOwner} for encoding. */
export interface PubsubOwnerInput extends InferInput<typeof $owner> {}
/** §17.4: `<pubsub/>` of owners. */
export const pubsubOwner: ElementSchema<PubsubOwner, PubsubOwnerInput> = $owner;

/** §5, §6: what changes nothing. Some services answer an empty list with an empty result. */
export const pubsubGetQuery: IqQuery<
  PubsubRequest,
  PubsubRequestInput,
  PubsubAnswer | undefined,
  PubsubAnswerInput | undefined
> = /* @__PURE__ */ iqQuery('get', pubsubRequest, pubsubAnswer, { mayBeEmpty: true });
/** §6, §7, §8.1: what changes something. */
export const pubsubSetQuery: IqQuery<
  PubsubRequest,
  PubsubRequestInput,
  PubsubAnswer | undefined,
  PubsubAnswerInput | undefined
> = /* @__PURE__ */ iqQuery('set', pubsubRequest, pubsubAnswer, { mayBeEmpty: true });
/** §8: what an owner wants to know. */
export const pubsubOwnerGetQuery: IqQuery<PubsubOwner, PubsubOwnerInput, PubsubOwner, PubsubOwnerInput> =
  /* @__PURE__ */ iqQuery('get', pubsubOwner, pubsubOwner);
/** §8: what an owner changes. */
export const pubsubOwnerSetQuery: IqQuery<PubsubOwner, PubsubOwnerInput, undefined, undefined | void> =
  /* @__PURE__ */ iqQuery('set', pubsubOwner);

/** §17.3: the namespace of what a service tells. */
export const NS_PUBSUB_EVENT = 'http://jabber.org/protocol/pubsub#event';

const $event = /* @__PURE__ */ element(NS_PUBSUB_EVENT, 'event', {
  /** §8.2.5 */
  configuration: optional(child(formIn(NS_PUBSUB_EVENT, 'configuration'))),
  /** §8.4.2 */
  delete: optional(child(deleteIn(NS_PUBSUB_EVENT))),
  /** §7.1.2, §7.2.2 */
  items: optional(
    child(
      element(NS_PUBSUB_EVENT, 'items', {
        node: attr(),
        items: children(itemIn(NS_PUBSUB_EVENT), list),
        retracted: children(element(NS_PUBSUB_EVENT, 'retract', { id: attr() }), list),
      }),
    ),
  ),
  /** §8.5.2 */
  purge: optional(child(element(NS_PUBSUB_EVENT, 'purge', { node: attr() }))),
  /** §8.8.4 */
  subscription: optional(child(subscriptionIn(NS_PUBSUB_EVENT))),
});
/** §17.3: what happened at a node; `nodeEvents` reads it by the type of the node. */
export interface PubsubEvent extends Infer<typeof $event> {}
/** {@link PubsubEvent} for encoding. */
export interface PubsubEventInput extends InferInput<typeof $event> {}
/** §17.3: `<event/>`, in a message from the service. Anybody can send one: look at who did. */
export const pubsubEvent: ElementSchema<PubsubEvent, PubsubEventInput> = $event;
