/**
 * XEP-0478: Stream Limits Advertisement. What a server takes in, so that this side does not send what would end the
 * stream.
 *
 * @packageDocumentation
 */
export { decodeStreamLimits, exceeds, NS_STREAM_LIMITS } from './limits.ts';
export type { StreamLimits } from './limits.ts';
export { createStreamLimits } from './module.ts';
export type { StreamLimitsTracker } from './module.ts';
