/**
 * XEP-0203: Delayed Delivery. Tells when a stanza was sent that did not come at once, and whom to believe about it.
 *
 * @packageDocumentation
 */
export { delayOf, isDelayed } from './actions.ts';
export { delay, NS_DELAY } from './schema.ts';
export type { Delay, DelayInput } from './schema.ts';
