import { XmppError } from '@xeps/core';

/**
 * Why a form can't be filled in: a required field has no value, a value is not among a field's options, or a field that
 * holds one value got several.
 */
export type FormFault = 'required' | 'option' | 'several';

/** A form can't be filled in with these values (§3.2, §3.3). */
export class FormError extends XmppError {
  static override readonly brand = 'FormError';
  readonly reason: FormFault;
  /** The name of the field. */
  readonly field: string;

  constructor(reason: FormFault, field: string, message: string) {
    super('ERR_XMPP_FORM', `field “${field}”: ${message}`);
    this.reason = reason;
    this.field = field;
  }
}
