import { XmppError } from '@xeps/core';

/**
 * Why a store can't do what it is asked. `version`: a newer program made it. `closed`: it was closed. `full`: there is no
 * room. `broken`: its data are not as they were written. `busy`: another process holds it for too long.
 */
export type StoreErrorReason = 'version' | 'closed' | 'full' | 'broken' | 'busy';

/** A store can't do what it is asked. */
export class StoreError extends XmppError {
  override readonly name = 'StoreError';
  readonly reason: StoreErrorReason;

  constructor(reason: StoreErrorReason, message: string, options?: ErrorOptions) {
    super(`ERR_XMPP_STORE_${reason.toUpperCase()}`, message, options);
    this.reason = reason;
  }
}
