import { fillForm, FormError } from '@xeps/xep-0004';
import type { FieldEntry } from '@xeps/xep-0004';
import { RegistrationError } from './errors.ts';
import { registrationFields } from './schema.ts';
import type { Registration, RegistrationField, RegistrationInput } from './schema.ts';

/** What the user says, by field name: of the form when there is one, else of {@link registrationFields}. */
export type RegistrationEntries = Readonly<Record<string, FieldEntry | undefined>>;

/** The fields that a registration asks for when it has no form (§3.1). */
export function requestedFields(asked: Registration): RegistrationField[] {
  return registrationFields.filter((name) => asked[name] !== undefined);
}

/**
 * Answers what a host asks for, in the order of precedence of §6: the form, then the fields, never both.
 *
 * @throws RegistrationError when something is missing, when one registers elsewhere, or when nothing is asked for
 * @throws FormError when a value does not fit the form
 */
export function answerRegistration(asked: Registration, entries: RegistrationEntries): RegistrationInput {
  const { form, oob, instructions, key } = asked;
  if (form !== undefined) {
    const missing = form.fields
      .filter(
        ({ name = '', type, required, values }) =>
          required && type !== 'hidden' && isEmpty(entries[name]) && values.every((value) => value === ''),
      )
      .map(({ name = '' }) => name);
    if (missing.length > 0) throw incomplete(missing);
    try {
      return { form: fillForm(form, entries) };
    } catch (error) {
      if (error instanceof FormError && error.reason === 'required') throw incomplete([error.field], error);
      throw error;
    }
  }
  const fields = requestedFields(asked).filter((name) => name !== 'key');
  if (fields.length > 0) {
    // §3.1: all of them have to be given.
    const missing = fields.filter((name) => isEmpty(entries[name]));
    if (missing.length > 0) throw incomplete(missing);
    const given = Object.fromEntries(fields.map((name) => [name, String(entries[name])]));
    // §7: the key is given back as it came.
    return { ...given, ...(key !== undefined && { key }) };
  }
  if (oob !== undefined || instructions !== undefined) {
    const where = oob?.url ?? 'another place';
    const said = instructions === undefined ? '' : `: ${instructions.trim()}`;
    throw new RegistrationError('elsewhere', `one registers at ${where}${said}`, { url: oob?.url, instructions });
  }
  throw new RegistrationError('not-offered', 'the host asks for nothing that one could register with');
}

function isEmpty(entry: FieldEntry | undefined): boolean {
  return entry === undefined || entry === null || entry === '' || (Array.isArray(entry) && entry.length === 0);
}

function incomplete(fields: readonly string[], cause?: unknown): RegistrationError {
  return new RegistrationError('incomplete', `a value is missing for ${fields.join(', ')}`, { fields, cause });
}
