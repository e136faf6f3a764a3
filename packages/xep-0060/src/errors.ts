import { StanzaError } from '@xeps/core';
import { attr, element, elementName, optional } from '@xeps/core/schema';
import type { ElementSchema, Infer, Schema } from '@xeps/core/schema';

/** §16.1: the namespace of the conditions that services add to errors. */
export const NS_PUBSUB_ERRORS = 'http://jabber.org/protocol/pubsub#errors';

const conditions = [
  'closed-node',
  'configuration-required',
  'invalid-jid',
  'invalid-options',
  'invalid-payload',
  'invalid-subid',
  'item-forbidden',
  'item-required',
  'jid-required',
  'max-items-exceeded',
  'max-nodes-exceeded',
  'node-full',
  'nodeid-required',
  'not-in-roster-group',
  'not-subscribed',
  'payload-required',
  'payload-too-big',
  'pending-subscription',
  'precondition-not-met',
  'presence-subscription-required',
  'subid-required',
  'too-many-subscriptions',
  'unsupported',
  'unsupported-access-model',
] as const;
/** §17.2: what a service says beside the condition of an error. */
export type PubsubCondition = (typeof conditions)[number];
/** §17.2: the conditions; the value is the name. */
export const pubsubCondition: Schema<PubsubCondition> = /* @__PURE__ */ elementName(NS_PUBSUB_ERRORS, conditions);

const $unsupported = /* @__PURE__ */ element(NS_PUBSUB_ERRORS, 'unsupported', { feature: optional(attr()) });
/** §17.2: which feature (§10) the service does not have. */
export interface PubsubUnsupported extends Infer<typeof $unsupported> {}
/** §17.2: `<unsupported/>` with its feature. */
export const pubsubUnsupported: ElementSchema<PubsubUnsupported> = $unsupported;

/** What a service says beside the condition of an error; `undefined` when it says nothing, or it is no error of a service. */
export function pubsubConditionOf(error: unknown): PubsubCondition | undefined {
  if (!(error instanceof StanzaError)) return undefined;
  const found = error.application.find((element) => pubsubCondition.is(element));
  return found === undefined ? undefined : pubsubCondition.decode(found);
}
