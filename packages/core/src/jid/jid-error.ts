import { quote, XmppError } from '../errors.ts';

/** A part of an XMPP address, RFC 7622 §3.1. */
export type JidPart = 'local' | 'domain' | 'resource';

/** A text that is no XMPP address (RFC 7622). `code` is `ERR_XMPP_JID`. */
export class JidError extends XmppError {
  static override readonly brand = 'JidError';
  /** The part that is wrong. */
  readonly part: JidPart;

  constructor(part: JidPart, message: string, options?: ErrorOptions) {
    super('ERR_XMPP_JID', message, options);
    this.part = part;
  }
}

/** Why `value` can't be that part of an address; says which of its characters is at fault when `at` is given. */
export function partError(part: JidPart, value: string, why: string, at = -1): JidError {
  const code = value.codePointAt(at)?.toString(16).toUpperCase().padStart(4, '0');
  const where = code === undefined ? '' : `: U+${code} at index ${at}`;
  return new JidError(part, `Not an XMPP address: the ${part} part ${quote(value)} ${why}${where}`);
}
