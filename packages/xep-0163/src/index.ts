/**
 * XEP-0163: Personal Eventing Protocol. Publishes at the own account, and tells what contacts and the own devices publish.
 *
 * @packageDocumentation
 */
export { PepError } from './errors.ts';
export type { PepErrorReason } from './errors.ts';
export { pep } from './plugin.ts';
export type { PepApi, PepEvent, PepEventSource, PepPublishOptions, PepSupport } from './plugin.ts';
