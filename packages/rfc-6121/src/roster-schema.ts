import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import { attr, boolean, children, childTexts, element, oneOfKnown, optional, withDefault } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput, TextCodec } from '@xeps/core/schema';
import { servedJid } from './address.ts';

/** §2: the namespace of rosters. */
export const NS_ROSTER = 'jabber:iq:roster';
/** §2.6.1: the namespace in which a server says that it keeps versions of rosters. */
export const NS_ROSTER_VERSIONING = 'urn:xmpp:features:rosterver';
/** §3.4: the namespace in which a server says that it takes approvals beforehand. */
export const NS_PRE_APPROVAL = 'urn:xmpp:features:pre-approval';

/**
 * §2.1.2.5: who sees whose presence: `to` (this account sees the contact's), `from` (the contact sees this account's),
 * `both`, `none`. `remove` only takes an item off the roster.
 */
export type Subscription = 'both' | 'from' | 'none' | 'remove' | 'to';

const subscriptions: readonly string[] = ['both', 'from', 'none', 'remove', 'to'];

const subscription: TextCodec<Subscription> = {
  // §2.1.2.5: other values are to be ignored.
  decode: (text) => (subscriptions.includes(text) ? (text as Subscription) : 'none'),
  encode(value) {
    if (subscriptions.includes(value)) return value;
    throw new RangeError(`expected one of ${subscriptions.join(', ')}, got “${value}”`);
  },
  json: true,
};

// §2.1.2.2: other values are to be ignored.
const ask: TextCodec<'subscribe'> = /* @__PURE__ */ oneOfKnown('subscribe');

/** §2.1.2.6, §2.3.3: a group has a name. */
const group: TextCodec<string> = {
  decode: (text) => text,
  encode(name) {
    if (name !== '') return name;
    throw new RangeError('a group needs a name');
  },
  json: true,
};

const $item = /* @__PURE__ */ element(NS_ROSTER, 'item', {
  jid: attr(servedJid),
  name: optional(attr()),
  subscription: withDefault(attr(subscription), 'none'),
  ask: optional(attr(ask)),
  approved: withDefault(attr(boolean), false),
  groups: childTexts('group', group),
});
/**
 * §2.1.2: a contact. `ask` says that a request waits for the contact's answer, `approved` that the contact's request will
 * be granted when it comes.
 */
export interface RosterItem extends Infer<typeof $item> {}
/** What encodes to an `<item/>`. */
export interface RosterItemInput extends InferInput<typeof $item> {}
/** §2.1.2: `<item/>`. */
export const rosterItem: ElementSchema<RosterItem, RosterItemInput> = $item;

const $request = /* @__PURE__ */ element(NS_ROSTER, 'query', { ver: optional(attr()) });
/** §2.1.3: the question for the roster. `ver` is the version that is known; empty when none is (§2.6.2). */
export interface RosterRequest extends Infer<typeof $request> {}
/** §2.1.3: `<query/>` as a question. */
export const rosterRequest: ElementSchema<RosterRequest> = $request;

const $list = /* @__PURE__ */ element(NS_ROSTER, 'query', {
  ver: optional(attr()),
  items: children(rosterItem, { skipBroken: true }),
});
/** §2.1.4, §2.1.5, §2.1.6: the roster, or what changes in it. */
export interface RosterList extends Infer<typeof $list> {}
/** What encodes to a `<query/>` with items. */
export interface RosterListInput extends InferInput<typeof $list> {}
/** §2.1.4, §2.1.5, §2.1.6: `<query/>` as an answer, a change or a push. */
export const rosterList: ElementSchema<RosterList, RosterListInput> = $list;

/** §2.1.3: asks for the roster; an empty answer says that the known version still holds (§2.6.3). */
export const rosterQuery: IqQuery<RosterRequest, RosterRequest, RosterList | undefined, RosterListInput | undefined> =
  /* @__PURE__ */ iqQuery('get', rosterRequest, rosterList, { mayBeEmpty: true });

/** §2.1.5, §2.1.6: changes one item; the client asks the server to, and the server tells the client. */
export const rosterChangeQuery: IqQuery<RosterList, RosterListInput, undefined, undefined | void> =
  /* @__PURE__ */ iqQuery('set', rosterList);

/** §2.6.1: `<ver/>` among the stream's features: the server keeps versions of rosters. */
export const rosterVersioning: ElementSchema<object> = /* @__PURE__ */ element(NS_ROSTER_VERSIONING, 'ver');
/** §3.4: `<sub/>` among the stream's features: the server takes approvals beforehand. */
export const preApproval: ElementSchema<object> = /* @__PURE__ */ element(NS_PRE_APPROVAL, 'sub');
