/**
 * XEP-0428: Fallback Indication. Says which parts of a text are there for clients that do not know an extension, and leaves them out.
 *
 * @packageDocumentation
 */
export { fallbacks } from './plugin.ts';
export { fallback, NS_FALLBACK } from './schema.ts';
export type { Fallback, FallbackInput, FallbackRange, FallbackRangeInput } from './schema.ts';
export { fallbackRanges, stripFallback, withoutFallback } from './text.ts';
export type { FallbackPart } from './text.ts';
