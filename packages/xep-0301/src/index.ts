/**
 * XEP-0301: In-Band Real Time Text. Shows a message while it is being written.
 *
 * @packageDocumentation
 */
export type { RttClock } from './clock.ts';
export { createRealTimeText } from './conversation.ts';
export type { RealTimeText, RealTimeTextEvents, RealTimeTextOptions } from './conversation.ts';
export { realTimeText } from './plugin.ts';
export { createRttReceiver } from './receiver.ts';
export type { RttMessage, RttReceiver, RttReceiverOptions } from './receiver.ts';
export { NS_RTT, rtt, rttAction } from './schema.ts';
export type { Rtt, RttAction, RttActionInput, RttEvent, RttInput } from './schema.ts';
export { createRttSender } from './sender.ts';
export type { RttSender, RttSenderOptions, RttUpdateOptions } from './sender.ts';
