/**
 * XEP-0004: Data Forms. Forms that people fill in, and data whose field names programs know.
 *
 * @packageDocumentation
 */
export { FormError } from './errors.ts';
export type { FormFault } from './errors.ts';
export { fillForm } from './fill-form.ts';
export type { FieldEntry } from './fill-form.ts';
export { dataForm, fieldOption, formField, NS_DATA } from './schema.ts';
export type {
  DataForm,
  DataFormInput,
  DataFormType,
  FieldOption,
  FieldOptionInput,
  FieldType,
  FormField,
  FormFieldInput,
} from './schema.ts';
export { FORM_TYPE, formValues, itemValues, manyValues, newField, oneValue, resultForm, submitForm } from './values.ts';
export type { FieldCodec, FormFields, FormValues, FormValuesInput } from './values.ts';
