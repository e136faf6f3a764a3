/**
 * XEP-0382: Spoiler messages. Hides what a message says until the reader asks for it, with a hint at the topic.
 *
 * @packageDocumentation
 */
export { spoilerHints, spoilerPayloads } from './hints.ts';
export { spoilers } from './plugin.ts';
export { NS_SPOILER, spoiler } from './schema.ts';
export type { Spoiler, SpoilerInput } from './schema.ts';
