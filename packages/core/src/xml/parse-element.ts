import type { Element } from '../element.ts';
import { declarationEnd } from './declaration.ts';
import { defaultXmlLimits, type XmlLimits } from './limits.ts';
import { rootScope } from './namespaces.ts';
import { fail, startPosition } from './position.ts';
import { parseTree } from './tree.ts';

/** Options of `parseElement`. */
export interface ParseOptions {
  /** The namespace of names without a prefix and without `xmlns` around them. */
  readonly xmlns?: string;
  /** Namespaces by prefix, as if an element around it had declared them. */
  readonly prefixes?: ReadonlyMap<string, string>;
  readonly limits?: Partial<XmlLimits>;
}

const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * Reads exactly one complete element: a WebSocket frame (RFC 7395 §3.3.3), a small document. White space around it and
 * an XML declaration before it are allowed. Throws `XmlError` for anything else, and where a limit is passed.
 */
export function parseElement(text: string, options: ParseOptions = {}): Element {
  const limits = options.limits === undefined ? defaultXmlLimits : { ...defaultXmlLimits, ...options.limits };
  const { maxBytes } = limits;
  // A UTF-16 code unit is one to three bytes: the exact count is needed near the limit only.
  if (text.length > maxBytes || (text.length * 3 > maxBytes && encoder.encode(text).length > maxBytes)) {
    fail(text, 0, startPosition, 'policy-violation', `more than ${maxBytes} bytes`);
  }
  const start = text.startsWith('<?xml') ? declarationEnd(text, startPosition) : 0;
  return parseTree({ text, start, scope: rootScope(options.xmlns, options.prefixes), limits, origin: startPosition });
}
