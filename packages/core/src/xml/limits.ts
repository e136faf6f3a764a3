/** How much one stanza, one stream header or one element of a file may hold before the parser refuses it. */
export interface XmlLimits {
  /** Bytes of UTF-8 from the `<` of its start tag to the `>` of its end tag. */
  readonly maxBytes: number;
  /** Elements inside each other, itself included. */
  readonly maxDepth: number;
  /** Attributes of one element, namespace declarations included. */
  readonly maxAttributes: number;
  /** Child nodes (elements and texts) at all depths together. */
  readonly maxChildren: number;
}

/** The limits where none are given: generous to every server's own, small enough for a phone. */
export const defaultXmlLimits: XmlLimits = {
  maxBytes: 8 * 1024 * 1024,
  maxDepth: 128,
  maxAttributes: 256,
  maxChildren: 100_000,
};
