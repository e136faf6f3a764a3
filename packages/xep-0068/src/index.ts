/**
 * XEP-0068: Field Standardization for Data Forms. What a form's field names mean: its FORM_TYPE.
 *
 * @packageDocumentation
 */
export { FORM_TYPE } from '@xeps/xep-0004';
export { extensionFieldName, parseFieldName } from './field-name.ts';
export type { FieldName } from './field-name.ts';
export { findFormOfType, formType } from './form-type.ts';
export type { TypedForm } from './form-type.ts';
