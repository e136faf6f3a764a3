/**
 * XEP-0481: Content Types in Messages. Says of what type a message is, and offers it in several.
 *
 * @packageDocumentation
 */
export { chooseContent, contentsOf } from './choose.ts';
export type { ContentOptions, TypedText } from './choose.ts';
export { contentTypes } from './plugin.ts';
export { content, NS_CONTENT } from './schema.ts';
export type { Content, ContentInput } from './schema.ts';
