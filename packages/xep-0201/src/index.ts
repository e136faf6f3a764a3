/**
 * XEP-0201: Best Practices for Message Threads. Begins threads, keeps replies in them, and follows how they branch.
 *
 * @packageDocumentation
 */
export { childThread, newThread, replyThread, threadAncestors, threadOf } from './threads.ts';
