import { XmppError } from '../errors.ts';

/** What is wrong with the XML, as the stream error condition that answers it (RFC 6120 §4.9.3). */
export type XmlCondition =
  | 'not-well-formed'
  | 'restricted-xml'
  | 'policy-violation'
  | 'bad-namespace-prefix'
  | 'unsupported-encoding'
  | 'bad-format';

/** Where an `XmlError` was found. */
export interface XmlErrorOptions extends ErrorOptions {
  readonly line?: number;
  readonly column?: number;
  readonly path?: string;
}

/** XML that must not be read, or a tree that must not be written. */
export class XmlError extends XmppError {
  static override readonly brand = 'XmlError';
  /** The stream error condition to answer with. */
  readonly condition: XmlCondition;
  /** Counted from 1 over all that the parser was given; 0 when the fault is in a tree that was to be written. */
  readonly line: number;
  /** Counted from 1 in UTF-16 code units, as editors do; 0 when the fault is in a tree that was to be written. */
  readonly column: number;
  /** Writing only: the faulty place, as `message > body` or `message > origin-id/@id`. */
  readonly path: string | undefined;

  /** What is wrong there, without the place. */
  readonly detail: string;

  constructor(condition: XmlCondition, message: string, options: XmlErrorOptions = {}) {
    const { line = 0, column = 0, path } = options;
    const place = line > 0 ? ` (line ${line}, column ${column})` : path === undefined ? '' : ` (at ${path})`;
    super('ERR_XMPP_XML', message + place, options);
    this.condition = condition;
    this.line = line;
    this.column = column;
    this.path = path;
    this.detail = message;
  }
}
