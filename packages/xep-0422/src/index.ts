/**
 * XEP-0422: Message Fastening. Marks payloads as belonging to an earlier message, and reads them.
 *
 * @packageDocumentation
 */
export { fasteningOf } from './fastening.ts';
export type { MessageFastening } from './fastening.ts';
export { fastenings } from './plugin.ts';
export { externalPayload, fastening, NS_FASTEN } from './schema.ts';
export type { ExternalPayload, ExternalPayloadInput, Fastening, FasteningInput } from './schema.ts';
