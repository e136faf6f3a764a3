/**
 * XEP-0280: Message Carbons. Every device of an account sees both sides of every conversation.
 *
 * @packageDocumentation
 */
export { excludeFromCarbons } from './actions.ts';
export { carbons } from './plugin.ts';
export type { AccountMessage, CarbonsApi, CarbonsEvents, CarbonsState, RefusedCarbon } from './plugin.ts';
export {
  carbonReceived,
  carbonsDisable,
  carbonsDisableQuery,
  carbonSent,
  carbonsEnable,
  carbonsEnableQuery,
  carbonsPrivate,
  NS_CARBONS,
  NS_CARBONS_RULES,
} from './schema.ts';
export type { CarbonReceived, CarbonReceivedInput, CarbonSent, CarbonSentInput } from './schema.ts';
