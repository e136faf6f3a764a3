/**
 * XEP-0424: Message Retraction. Takes messages back, and says which retractions count.
 *
 * @packageDocumentation
 */
export { sendRetraction } from './actions.ts';
export type { OutgoingRetraction } from './actions.ts';
export { retractions } from './plugin.ts';
export { mayRetract, retractableOf, retractionOf } from './rules.ts';
export type { MessageRetraction, RetractableMessage, RetractableOptions } from './rules.ts';
export { NS_RETRACT, NS_RETRACT_TOMBSTONE, retraction, tombstone } from './schema.ts';
export type { Retraction, RetractionInput, Tombstone, TombstoneInput } from './schema.ts';
