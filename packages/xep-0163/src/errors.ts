import { XmppError } from '@xeps/core';

/** `unsupported`: the own account can't be published to as asked: it has no eventing, or takes no options (§3, §6.1). */
export type PepErrorReason = 'unsupported';

/** Something can't be published at the own account. */
export class PepError extends XmppError {
  static override readonly brand = 'PepError';
  readonly reason: PepErrorReason;

  constructor(reason: PepErrorReason, message: string) {
    super('ERR_XMPP_PEP', message);
    this.reason = reason;
  }
}
