import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import { child, element } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';
import { forwarded } from '@xeps/xep-0297';

/** §3: the namespace of carbons, and the feature of a server that has them. */
export const NS_CARBONS = 'urn:xmpp:carbons:2';

/** §6.2: the feature of a server that copies exactly the messages which §6.1 names. */
export const NS_CARBONS_RULES = 'urn:xmpp:carbons:rules:0';

/** §4: `<enable/>`, which has no content. */
export const carbonsEnable: ElementSchema<object> = /* @__PURE__ */ element(NS_CARBONS, 'enable');
/** §4: asks the own server to begin; answered with an empty result. */
export const carbonsEnableQuery: IqQuery<object, object, undefined, undefined | void> = /* @__PURE__ */ iqQuery(
  'set',
  carbonsEnable,
);

/** §5: `<disable/>`, which has no content. */
export const carbonsDisable: ElementSchema<object> = /* @__PURE__ */ element(NS_CARBONS, 'disable');
/** §5: asks the own server to stop; answered with an empty result. */
export const carbonsDisableQuery: IqQuery<object, object, undefined, undefined | void> = /* @__PURE__ */ iqQuery(
  'set',
  carbonsDisable,
);

const $carbonReceived = /* @__PURE__ */ element(NS_CARBONS, 'received', { forwarded: child(forwarded) });
/** §7: a message that came for another device of the account. Only the own account may say so (§11). */
export interface CarbonReceived extends Infer<typeof $carbonReceived> {}
/** {@link CarbonReceived} for encoding. */
export interface CarbonReceivedInput extends InferInput<typeof $carbonReceived> {}
/** §7: `<received/>`. Use the `carbons` plugin to get them checked. */
export const carbonReceived: ElementSchema<CarbonReceived, CarbonReceivedInput> = $carbonReceived;

const $carbonSent = /* @__PURE__ */ element(NS_CARBONS, 'sent', { forwarded: child(forwarded) });
/** §8: a message that another device of the account sent. Only the own account may say so (§11). */
export interface CarbonSent extends Infer<typeof $carbonSent> {}
/** {@link CarbonSent} for encoding. */
export interface CarbonSentInput extends InferInput<typeof $carbonSent> {}
/** §8: `<sent/>`. Use the `carbons` plugin to get them checked. */
export const carbonSent: ElementSchema<CarbonSent, CarbonSentInput> = $carbonSent;

/** §9: `<private/>`, which has no content: the message is not to be copied. */
export const carbonsPrivate: ElementSchema<object> = /* @__PURE__ */ element(NS_CARBONS, 'private');
