/**
 * XEP-0461: Message Replies. Says which message another one answers, with a quote for clients that do not know it.
 *
 * @packageDocumentation
 */
export { quoteFallback, referenceId, replyTo, withoutQuote } from './actions.ts';
export type { Quote, QuotedBody, ReplyContent, ReplyOptions } from './actions.ts';
export { replies } from './plugin.ts';
export { NS_REPLY, reply } from './schema.ts';
export type { Reply, ReplyInput } from './schema.ts';
