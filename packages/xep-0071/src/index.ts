/**
 * XEP-0071: XHTML-IM. Reads the formatted version of a message, sanitised. Nothing writes it: it is deprecated.
 *
 * @packageDocumentation
 */
export { xhtmlSupport } from './plugin.ts';
export { readXhtml, xhtmlText } from './read.ts';
export { sanitizeXhtml } from './sanitize.ts';
export type { XhtmlTree } from './sanitize.ts';
export { NS_XHTML, NS_XHTML_IM, xhtmlIm } from './schema.ts';
export type { XhtmlIm, XhtmlImInput } from './schema.ts';
