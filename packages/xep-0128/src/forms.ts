import type { Session } from '@xeps/core';
import { formValues } from '@xeps/xep-0004';
import type { DataForm, FormFields, FormValues } from '@xeps/xep-0004';
import { getDiscoInfo } from '@xeps/xep-0030';
import type { DiscoInfo, DiscoOptions } from '@xeps/xep-0030';
import { findFormOfType } from '@xeps/xep-0068';

/** The form of a FORM_TYPE among what an entity tells of itself (§2). */
export function findForm(info: Pick<DiscoInfo, 'forms'>, formType: string): DataForm | undefined {
  return findFormOfType(info.forms, formType);
}

/**
 * The values of the form of a FORM_TYPE among what an entity tells of itself (§2); `undefined` when it has none.
 *
 * @throws CodecError when a value does not fit its codec.
 */
export function findFormValues<const F extends FormFields>(
  info: Pick<DiscoInfo, 'forms'>,
  formType: string,
  fields: F,
): FormValues<F> | undefined {
  const form = findForm(info, formType);
  return form === undefined ? undefined : formValues(form, fields);
}

/** Asks an entity for its extended information (§2): all forms, in the order in which it gives them. Rejects as `getDiscoInfo` does. */
export async function getServiceForms(session: Session, options?: DiscoOptions): Promise<DataForm[]> {
  return (await getDiscoInfo(session, options)).forms;
}
