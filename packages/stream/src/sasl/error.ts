import { XmppError } from '@xeps/core';

/** The conditions that a server can name in `<failure/>` (RFC 6120 §6.5). */
export type SaslFailureCondition =
  | 'aborted'
  | 'account-disabled'
  | 'credentials-expired'
  | 'encryption-required'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'mechanism-too-weak'
  | 'not-authorized'
  | 'temporary-auth-failure';

/**
 * Why signing in failed: a condition of the server's (RFC 6120 §6.5), or a fault that this side found.
 *
 * - `no-mechanism`: no mechanism is offered, available and usable at once
 * - `insecure`: it would have shown the password to others, or the platform has no cryptography
 * - `nonce`: the server's nonce does not continue ours (RFC 5802 §5.1)
 * - `iteration-count`: below or above what is accepted
 * - `server-signature-invalid`: the server did not prove that it knows the password
 * - `task`: the server wants more than this side can do, such as a second factor (XEP-0388 §2.6.3)
 * - `downgrade`: the server says that a stronger exchange was possible, or the channel is not the same at both ends
 */
export type SaslCondition =
  | SaslFailureCondition
  | 'no-mechanism'
  | 'insecure'
  | 'nonce'
  | 'iteration-count'
  | 'server-signature-invalid'
  | 'downgrade'
  | 'task';

const failureConditions: readonly string[] = [
  'aborted',
  'account-disabled',
  'credentials-expired',
  'encryption-required',
  'incorrect-encoding',
  'invalid-authzid',
  'invalid-mechanism',
  'malformed-request',
  'mechanism-too-weak',
  'not-authorized',
  'temporary-auth-failure',
] satisfies readonly SaslFailureCondition[];

/** Whether `name` is a condition of RFC 6120 §6.5. Others that a server sends are to be read as `not-authorized`. */
/* @__NO_SIDE_EFFECTS__ */
export function isSaslFailureCondition(name: string): name is SaslFailureCondition {
  return failureConditions.includes(name);
}

/** Signing in failed: the server refused, or it did something that this side refuses. Code `ERR_XMPP_SASL`. */
export class SaslError extends XmppError {
  static override readonly brand: string = 'SaslError';
  /** What went wrong. */
  readonly condition: SaslCondition;
  /** What the server wrote for a human, if anything. */
  readonly text: string | undefined;

  constructor(
    condition: SaslCondition,
    message: string,
    options?: ErrorOptions & { readonly text?: string | undefined },
  ) {
    super('ERR_XMPP_SASL', message, options);
    this.condition = condition;
    this.text = options?.text;
  }
}
