/**
 * XEP-0224: Attention. Asks for somebody's attention, and tells who asks for the user's.
 *
 * @packageDocumentation
 */
export { requestAttention } from './actions.ts';
export type { AttentionOptions } from './actions.ts';
export { attention } from './plugin.ts';
export type { AttentionApi, AttentionEvents, AttentionPolicy } from './plugin.ts';
export { attentionRequest, NS_ATTENTION } from './schema.ts';
export type { AttentionRequest, AttentionRequestInput } from './schema.ts';
