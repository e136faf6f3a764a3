import { boolean, integer, oneOfKnown, string } from '@xeps/core/schema';
import type { TextCodec } from '@xeps/core/schema';
import { manyValues, oneValue, submitForm } from '@xeps/xep-0004';
import type { DataForm, FormValues, FormValuesInput } from '@xeps/xep-0004';
import { NS_PUBLISH_OPTIONS } from './schema.ts';

/** §16.4.4: the FORM_TYPE of the configuration of a node. */
export const NS_NODE_CONFIG = 'http://jabber.org/protocol/pubsub#node_config';

/** §16.7: a number, or as much as the service allows. */
const integerOrMax: TextCodec<number | 'max'> = {
  decode: (text) => (text.trim() === 'max' ? 'max' : count.decode(text)),
  encode: (value) => (value === 'max' ? value : count.encode(value)),
  json: true,
};
const count = /* @__PURE__ */ integer();

const $fields = {
  /** §4.5: who may subscribe and retrieve items. */
  accessModel: /* @__PURE__ */ oneValue(
    oneOfKnown('authorize', 'open', 'presence', 'roster', 'whitelist'),
    'pubsub#access_model',
  ),
  /** Whether anybody is told of anything. */
  deliverNotifications: /* @__PURE__ */ oneValue(boolean, 'pubsub#deliver_notifications'),
  /** Whether what is told has the payload in it. */
  deliverPayloads: /* @__PURE__ */ oneValue(boolean, 'pubsub#deliver_payloads'),
  description: /* @__PURE__ */ oneValue(string, 'pubsub#description'),
  /** Seconds until an item is removed. */
  itemExpire: /* @__PURE__ */ oneValue(integerOrMax, 'pubsub#item_expire'),
  /** How many items are kept. */
  maxItems: /* @__PURE__ */ oneValue(integerOrMax, 'pubsub#max_items'),
  /** Bytes. */
  maxPayloadSize: /* @__PURE__ */ oneValue(count, 'pubsub#max_payload_size'),
  /** The type of the messages that tell of something. */
  notificationType: /* @__PURE__ */ oneValue(oneOfKnown('headline', 'normal'), 'pubsub#notification_type'),
  notifyConfig: /* @__PURE__ */ oneValue(boolean, 'pubsub#notify_config'),
  notifyDelete: /* @__PURE__ */ oneValue(boolean, 'pubsub#notify_delete'),
  notifyRetract: /* @__PURE__ */ oneValue(boolean, 'pubsub#notify_retract'),
  notifySub: /* @__PURE__ */ oneValue(boolean, 'pubsub#notify_sub'),
  /** Whether items are kept at all. */
  persistItems: /* @__PURE__ */ oneValue(boolean, 'pubsub#persist_items'),
  /** Whether only who is online is told. */
  presenceBasedDelivery: /* @__PURE__ */ oneValue(boolean, 'pubsub#presence_based_delivery'),
  /** Who may publish. */
  publishModel: /* @__PURE__ */ oneValue(oneOfKnown('open', 'publishers', 'subscribers'), 'pubsub#publish_model'),
  /** §7.1.2: what happens when an item too many is published. */
  publishNodeFull: /* @__PURE__ */ oneValue(
    oneOfKnown('discard-oldest', 'reject', 'retract-oldest'),
    'pubsub#publish_node_full',
  ),
  /** Whether all items go when their publisher goes offline. */
  purgeOffline: /* @__PURE__ */ oneValue(boolean, 'pubsub#purge_offline'),
  /** Who may subscribe and retrieve items when `accessModel` is `roster`. */
  rosterGroupsAllowed: /* @__PURE__ */ manyValues(string, 'pubsub#roster_groups_allowed'),
  sendLastPublishedItem: /* @__PURE__ */ oneValue(
    oneOfKnown('never', 'on_sub', 'on_sub_and_presence'),
    'pubsub#send_last_published_item',
  ),
  /** Whether subscriptions are allowed. */
  subscribe: /* @__PURE__ */ oneValue(boolean, 'pubsub#subscribe'),
  /** A name for people. */
  title: /* @__PURE__ */ oneValue(string, 'pubsub#title'),
  /** What the payloads are, usually by their namespace. */
  type: /* @__PURE__ */ oneValue(string, 'pubsub#type'),
};
/** How a node works, as far as a form says it; read it with `formValues(form, nodeConfigFields)`. */
export interface NodeConfig extends FormValues<typeof $fields> {}
/** How a node is to work: `undefined` leaves an option as it is, `null` empties it. */
export interface NodeConfigInput extends FormValuesInput<typeof $fields> {}
/** The types of the fields of a configuration. */
export interface NodeConfigFields extends Readonly<typeof $fields> {}
/** §16.4.4: the fields of the configuration of a node, by property: for `formValues` and `submitForm` of XEP-0004. */
export const nodeConfigFields: NodeConfigFields = $fields;

/** What is submitted to configure a node (§8.1.3, §8.2.4). */
export function nodeConfigForm(config: NodeConfigInput): DataForm {
  return submitForm(NS_NODE_CONFIG, $fields, config);
}

/** What a publication is conditional on (§7.1.5); nothing when there is no option. */
export function publishOptionsForm(options: NodeConfigInput): DataForm | undefined {
  const form = submitForm(NS_PUBLISH_OPTIONS, $fields, options);
  return form.fields.length > 1 ? form : undefined;
}
