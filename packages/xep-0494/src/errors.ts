import { XmppError } from '@xeps/core';

/**
 * Why a client's access can't be revoked:
 *
 * - `password-reset-required`: it knows the password, and keeps its access until that is another one.
 */
export type ClientAccessFault = 'password-reset-required';

/** A client's access can't be revoked. What the server refuses for other reasons is a `StanzaError` instead. */
export class ClientAccessError extends XmppError {
  static override readonly brand = 'ClientAccessError';
  readonly reason: ClientAccessFault;
  /** The client's id in the list. */
  readonly clientId: string;

  constructor(reason: ClientAccessFault, clientId: string, options?: ErrorOptions) {
    super(
      'ERR_XMPP_CLIENT_ACCESS',
      `the client ${clientId} has signed in with the password: only changing that ends its access (XEP-0077 §3.3, changePassword)`,
      options,
    );
    this.reason = reason;
    this.clientId = clientId;
  }
}
