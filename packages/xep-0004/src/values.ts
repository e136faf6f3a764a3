import { CodecError, jid } from '@xeps/core/schema';
import type { TextCodec } from '@xeps/core/schema';
import type { DataForm, FormField } from './schema.ts';

/** XEP-0068 §3.1: the name of the hidden field that says what the names of the others mean. */
export const FORM_TYPE = 'FORM_TYPE';

/** How a property reads from and writes to a field, where a text codec alone does not say it. */
export interface FieldCodec<Out, In = Out> {
  /** The field's name; the property's when left out. */
  readonly name?: string;
  /** `undefined`: the field says nothing. Throws `RangeError` for values that do not fit. */
  read(values: readonly string[]): Out | undefined;
  write(value: In): readonly string[];
}

// Codecs in a record: their types are read by inference.
// oxlint-disable-next-line typescript/no-explicit-any
type AnyCodec = TextCodec<any> | FieldCodec<any, any>;
/**
 * The fields of a form whose names are known (XEP-0068), by property: a text codec for a field of that very name,
 * {@link oneValue} and {@link manyValues} for others.
 */
export type FormFields = Readonly<Record<string, AnyCodec>>;
type Out<C> = C extends FieldCodec<infer T, never> ? T : C extends TextCodec<infer T> ? T : never;
type In<C> = C extends FieldCodec<unknown, infer T> ? T : C extends TextCodec<infer T> ? T : never;

/** What {@link formValues} reads; a field that is not there or empty is absent. */
export type FormValues<F extends FormFields> = { -readonly [K in keyof F]?: Out<F[K]> };
/** What {@link submitForm} writes: `undefined` leaves a field out (§3.5: it keeps its value), `null` empties it (§3.6). */
export type FormValuesInput<F extends FormFields> = { readonly [K in keyof F]?: In<F[K]> | null | undefined };

/** A field of one value, under another name than the property's. Several lines are one text with newlines (§3.3). */
/* @__NO_SIDE_EFFECTS__ */
export function oneValue<T>(codec: TextCodec<T>, name?: string): FieldCodec<T> {
  return {
    ...(name !== undefined && { name }),
    read(values) {
      if (values.length === 0) return undefined;
      const text = values.join('\n');
      try {
        return codec.decode(text);
      } catch (fault) {
        // §3.6: many write an absent value as an empty one.
        if (text === '') return undefined;
        throw fault;
      }
    },
    write: (value) => codec.encode(value).split(/\r\n|\r|\n/),
  };
}

/** A field of several values: `list-multi`, `jid-multi`, `text-multi` line by line. */
/* @__NO_SIDE_EFFECTS__ */
export function manyValues<T>(codec: TextCodec<T>, name?: string): FieldCodec<T[], readonly T[]> {
  return {
    ...(name !== undefined && { name }),
    read(values) {
      const all = values.map((value) => codec.decode(value));
      if ((codec as unknown) !== jid) return all;
      // §3.3: duplicate addresses must be ignored, and equal addresses have equal texts.
      const seen = new Set<string>();
      return all.filter((value) => !seen.has(String(value)) && seen.add(String(value)));
    },
    write: (values) => values.map((value) => codec.encode(value)),
  };
}

/**
 * Reads the fields of a form. Fields that `fields` does not name are passed over, as §3.1 asks of whoever processes a
 * submission.
 *
 * @throws CodecError when a value does not fit its codec.
 *
 * @example
 * ```ts
 * import { formValues } from '@xeps/xep-0004';
 * import type { DataForm } from '@xeps/xep-0004';
 * import { integer } from '@xeps/core/schema';
 *
 * export function occupants(form: DataForm): number | undefined {
 *   return formValues(form, { 'muc#roominfo_occupants': integer() })['muc#roominfo_occupants'];
 * }
 * ```
 */
export function formValues<const F extends FormFields>(form: Pick<DataForm, 'fields'>, fields: F): FormValues<F> {
  return readFields(form.fields, fields);
}

/**
 * Reads the rows of a table of results (§3.4).
 *
 * @throws CodecError when a value does not fit its codec.
 */
export function itemValues<const F extends FormFields>(form: Pick<DataForm, 'items'>, fields: F): FormValues<F>[] {
  return form.items.map((item) => readFields(item, fields));
}

/**
 * A submission (§3.1) of a form whose field names are known beforehand, so that nobody has to ask for the form first.
 *
 * @throws CodecError when a value does not fit its codec.
 */
export function submitForm<const F extends FormFields>(
  formType: string,
  fields: F,
  values: FormValuesInput<F>,
): DataForm {
  return writeForm('submit', formType, fields, values);
}

/**
 * A form of type `result`: data about something, such as what a service tells of itself (XEP-0128).
 *
 * @throws CodecError when a value does not fit its codec.
 */
export function resultForm<const F extends FormFields>(
  formType: string,
  fields: F,
  values: FormValuesInput<F>,
): DataForm {
  return writeForm('result', formType, fields, values);
}

function readFields<F extends FormFields>(from: readonly FormField[], fields: F): FormValues<F> {
  const byName = new Map<string, FormField>();
  for (const field of from) if (field.name !== undefined && !byName.has(field.name)) byName.set(field.name, field);
  const out: Record<string, unknown> = {};
  for (const [key, any] of Object.entries(fields)) {
    const codec = toFieldCodec(any);
    const field = byName.get(codec.name ?? key);
    if (field === undefined) continue;
    const value = guard(codec.name ?? key, () => codec.read(field.values));
    if (value !== undefined) out[key] = value;
  }
  return out as FormValues<F>;
}

function writeForm<F extends FormFields>(
  type: DataForm['type'],
  formType: string,
  fields: F,
  values: FormValuesInput<F>,
): DataForm {
  const written = [newField(FORM_TYPE, [formType], 'hidden')];
  for (const [key, any] of Object.entries(fields)) {
    const value = values[key];
    if (value === undefined) continue;
    const codec = toFieldCodec(any);
    const name = codec.name ?? key;
    written.push(newField(name, value === null ? [] : guard(name, () => codec.write(value as never))));
  }
  return { type, instructions: [], fields: written, items: [], rest: [] };
}

/** A field as a form's sender writes it: a name, its values, and a type where the context does not say it. */
export function newField(name: string, values: readonly string[], type?: FormField['type']): FormField {
  return { name, ...(type !== undefined && { type }), required: false, values: [...values], options: [], rest: [] };
}

function toFieldCodec(codec: AnyCodec): FieldCodec<unknown, never> {
  return 'read' in codec ? codec : oneValue(codec);
}

function guard<T>(name: string, action: () => T): T {
  try {
    return action();
  } catch (fault) {
    throw new CodecError(`x > field[@var='${name}'] > value`, fault instanceof Error ? fault.message : String(fault), {
      cause: fault,
    });
  }
}
