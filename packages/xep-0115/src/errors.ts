import { XmppError } from '@xeps/core';

/**
 * Why information is not what a verification string stands for, or may not be: it breaks the rules of §5.4, it can be
 * read in two ways (§9.3), it gives another hash, or the hash is of an unknown kind.
 */
export type CapsFault = 'ill-formed' | 'ambiguous' | 'mismatch' | 'hash';

/** Information that a verification string does not vouch for. It may be held against the entity that gave it alone. */
export class CapsError extends XmppError {
  static override readonly brand = 'CapsError';
  readonly reason: CapsFault;

  constructor(reason: CapsFault, message: string) {
    super('ERR_XMPP_CAPS', message);
    this.reason = reason;
  }
}
