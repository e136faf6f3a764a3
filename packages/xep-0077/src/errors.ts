import { XmppError } from '@xeps/core';

/**
 * Why a registration can't be made:
 *
 * - `incomplete`: something that is asked for was not given; `fields` says what;
 * - `elsewhere`: one registers at `url`, or as `instructions` say;
 * - `not-offered`: nothing is asked for.
 */
export type RegistrationFault = 'elsewhere' | 'incomplete' | 'not-offered';

/** What is known of a fault beside its reason. */
export interface RegistrationErrorDetails extends ErrorOptions {
  readonly fields?: readonly string[] | undefined;
  readonly url?: string | undefined;
  readonly instructions?: string | undefined;
}

/** A registration can't be made this way. What the host refuses is a `StanzaError` instead. */
export class RegistrationError extends XmppError {
  static override readonly brand = 'RegistrationError';
  readonly reason: RegistrationFault;
  /** The fields that lack a value. */
  readonly fields: readonly string[];
  /** Where to register instead; of a scheme that the application knows, or not to be opened. */
  readonly url: string | undefined;
  readonly instructions: string | undefined;

  constructor(
    reason: RegistrationFault,
    message: string,
    { fields = [], url, instructions, ...options }: RegistrationErrorDetails = {},
  ) {
    super('ERR_XMPP_REGISTRATION', message, options);
    this.reason = reason;
    this.fields = fields;
    this.url = url;
    this.instructions = instructions;
  }
}
