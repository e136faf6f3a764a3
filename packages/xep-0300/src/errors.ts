import { XmppError } from '@xeps/core';

/** Why no hash is computed: the algorithm is one that must not be used (XEP-0414 §5), or it is not known here. */
export type HashFault = 'insecure' | 'unknown';

/** A hash can't be computed. */
export class HashError extends XmppError {
  static override readonly brand = 'HashError';
  readonly reason: HashFault;

  constructor(reason: HashFault, message: string) {
    super('ERR_XMPP_HASH', message);
    this.reason = reason;
  }
}
