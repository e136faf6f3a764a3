import { FORM_TYPE } from '@xeps/xep-0004';
import type { DataForm } from '@xeps/xep-0004';

/** The parts of a form that its FORM_TYPE depends on. */
export type TypedForm = Pick<DataForm, 'type'> & {
  readonly fields: readonly Pick<DataForm['fields'][number], 'name' | 'type' | 'values'>[];
};

/**
 * The FORM_TYPE of a form: the namespace that its field names belong to. Compared as text (§3.6).
 *
 * In forms of type `form` and `result` only a hidden field counts (§4.3), in a submission one of any type (§4.1).
 * `undefined` when there is none, or one without a value.
 */
export function formType(form: TypedForm): string | undefined {
  const anyType = form.type === 'submit' || form.type === 'cancel';
  return form.fields.find((field) => field.name === FORM_TYPE && (anyType || field.type === 'hidden'))?.values[0];
}

/** The first form of that FORM_TYPE. */
export function findFormOfType<F extends TypedForm>(forms: readonly F[], type: string): F | undefined {
  return forms.find((form) => formType(form) === type);
}
