import {
  attr,
  child,
  children,
  childText,
  childTexts,
  element,
  flag,
  mapped,
  oneOf,
  optional,
  rest,
  string,
} from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput, Schema, TextCodec } from '@xeps/core/schema';

/** §3: the namespace of data forms. */
export const NS_DATA = 'jabber:x:data';

/** §3.1: what a form is there for. */
export type DataFormType = 'form' | 'submit' | 'cancel' | 'result';

/** §3.3: what a field holds. */
export type FieldType =
  | 'boolean'
  | 'fixed'
  | 'hidden'
  | 'jid-multi'
  | 'jid-single'
  | 'list-multi'
  | 'list-single'
  | 'text-multi'
  | 'text-private'
  | 'text-single';

const fieldTypes: readonly string[] = [
  'boolean',
  'fixed',
  'hidden',
  'jid-multi',
  'jid-single',
  'list-multi',
  'list-single',
  'text-multi',
  'text-private',
  'text-single',
];

/** §3.3: a type that the reader does not know is `text-single`. */
const fieldType: TextCodec<FieldType> = {
  decode: (text) => (fieldTypes.includes(text) ? (text as FieldType) : 'text-single'),
  encode(value) {
    if (fieldTypes.includes(value)) return value;
    throw new RangeError(`expected one of ${fieldTypes.join(', ')}, got “${value}”`);
  },
  json: true,
};

const $option = /* @__PURE__ */ element(NS_DATA, 'option', { label: optional(attr()), value: childText() });
/** §3.2: one of the choices of a list field. */
export interface FieldOption extends Infer<typeof $option> {}
/** What encodes to an `<option/>`. */
export interface FieldOptionInput extends InferInput<typeof $option> {}
/** §3.2: `<option/>`, one of the choices of a list field. */
export const fieldOption: ElementSchema<FieldOption, FieldOptionInput> = $option;

const $field = /* @__PURE__ */ element(NS_DATA, 'field', {
  name: optional(attr(string, 'var')),
  type: optional(attr(fieldType)),
  label: optional(attr()),
  desc: optional(childText()),
  required: flag(),
  values: childTexts('value'),
  options: children(fieldOption),
  rest: rest(),
});
/**
 * §3.2: a field. `name` is the attribute `var`; a field without `type` is `text-single` in a form to be filled in and of
 * the type known from context elsewhere. What other specifications put into fields (media, validation) is in `rest`.
 */
export interface FormField extends Infer<typeof $field> {}
/** What encodes to a `<field/>`. */
export interface FormFieldInput extends InferInput<typeof $field> {}
/** §3.2: `<field/>`. */
export const formField: ElementSchema<FormField, FormFieldInput> = $field;

const fieldsIn = (name: string): Schema<FormField[], readonly FormFieldInput[]> =>
  mapped(
    element(NS_DATA, name, { fields: children(formField) }),
    ({ fields }): FormField[] => fields,
    (fields: readonly FormFieldInput[]) => ({ fields }),
  );
const item = /* @__PURE__ */ fieldsIn('item');
const reported = /* @__PURE__ */ fieldsIn('reported');

const $form = /* @__PURE__ */ element(NS_DATA, 'x', {
  type: attr(oneOf('form', 'submit', 'cancel', 'result')),
  title: optional(childText()),
  instructions: childTexts('instructions'),
  fields: children(formField),
  reported: optional(child(reported)),
  items: children(item),
  rest: rest(),
});
/**
 * §3: a form, a submission or a result. A table of results (§3.4) has its header in `reported` and its rows in `items`,
 * each a list of fields. What other specifications put into forms (layout) is in `rest`.
 */
export interface DataForm extends Infer<typeof $form> {}
/** What encodes to an `<x/>`. */
export interface DataFormInput extends InferInput<typeof $form> {}
/** §3: `<x/>`. */
export const dataForm: ElementSchema<DataForm, DataFormInput> = $form;
