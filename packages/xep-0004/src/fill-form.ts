import { FormError } from './errors.ts';
import type { DataForm, FormField } from './schema.ts';
import { newField } from './values.ts';

/** What a person enters: texts, choices, a tick. `null` empties a field (§3.6). */
export type FieldEntry = string | readonly string[] | boolean | { toString(): string } | null;

const severalValues: readonly string[] = ['hidden', 'jid-multi', 'list-multi', 'text-multi'];

/**
 * Answers a form that somebody sent: a submission with the entered values by field name, the hidden fields as they came
 * (§3.3), and the defaults of required fields. Other fields are left out and keep their value (§3.5). Names that the form
 * does not have are submitted too (§3.1).
 *
 * A text of several lines becomes one value a line (§3.3), choices are put into the order of their options (§3.3).
 *
 * @throws FormError when a required field gets no value, a value is not among the options, or a field gets too many.
 */
export function fillForm(
  form: Pick<DataForm, 'fields'>,
  entries: Readonly<Record<string, FieldEntry | undefined>>,
): DataForm {
  const fields: FormField[] = [];
  const left = new Set(Object.keys(entries));
  for (const field of form.fields) {
    const { name, type } = field;
    if (name === undefined || type === 'fixed') continue;
    left.delete(name);
    const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
    if (entry === undefined && type !== 'hidden' && !field.required) continue;
    const values = entry === undefined ? field.values : check(field, toValues(entry));
    // A tick that nobody set is “false” (§3.3), which is a value.
    const filled = field.required && type === 'boolean' && values.length === 0 ? ['false'] : values;
    if (field.required && filled.every((value) => value === ''))
      throw new FormError('required', name, 'it is required, enter a value');
    fields.push(newField(name, filled, type));
  }
  for (const name of left) {
    const entry = entries[name];
    if (entry !== undefined) fields.push(newField(name, toValues(entry)));
  }
  return { type: 'submit', instructions: [], fields, items: [], rest: [] };
}

function toValues(entry: FieldEntry): readonly string[] {
  if (entry === null) return [];
  if (Array.isArray(entry)) return entry as readonly string[];
  return String(entry).split(/\r\n|\r|\n/);
}

function check({ name = '', type = 'text-single', options }: FormField, values: readonly string[]): readonly string[] {
  if (values.length > 1 && !severalValues.includes(type))
    throw new FormError('several', name, `it holds one value, got ${values.length}`);
  if (type !== 'list-multi' && type !== 'list-single') return values;
  const allowed = options.map((option) => option.value);
  const foreign = values.find((value) => !allowed.includes(value));
  if (foreign !== undefined)
    throw new FormError('option', name, `“${foreign}” is not among its options: ${allowed.join(', ')}`);
  return [...new Set(allowed)].filter((value) => values.includes(value));
}
