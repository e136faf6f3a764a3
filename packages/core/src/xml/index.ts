/**
 * XML as XMPP uses it (RFC 6120 §11): a parser for streams, one for single elements, and a serialiser.
 *
 * @packageDocumentation
 */
export { XmlError, type XmlCondition, type XmlErrorOptions } from './errors.ts';
export { escapeAttribute, escapeText } from './escape.ts';
export { defaultXmlLimits, type XmlLimits } from './limits.ts';
export { parseElement, type ParseOptions } from './parse-element.ts';
export { openTag, serialize, type SerializeOptions } from './serialize.ts';
export {
  createStreamParser,
  type StreamParser,
  type StreamParserHandlers,
  type StreamParserOptions,
} from './stream-parser.ts';
