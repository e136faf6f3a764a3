/**
 * Stanza codecs: one declaration gives the type, the decoder and the encoder of an element.
 *
 * @packageDocumentation
 */
export { CodecError } from './errors.ts';
export { choice, element, elementName, lazy, mapped, versions } from './element.ts';
export {
  attr,
  child,
  childText,
  childTexts,
  children,
  flag,
  langText,
  optional,
  rest,
  text,
  textOf,
  withDefault,
} from './field.ts';
export type {
  AnyField,
  DefaultedField,
  Field,
  FieldForm,
  FieldPlan,
  Header,
  LangMap,
  OptionalField,
  RequiredField,
} from './field.ts';
export type {
  AnySchema,
  ElementSchema,
  Infer,
  InferInput,
  Result,
  Schema,
  SchemaForm,
  Shape,
  ShapeIn,
  ShapeOut,
} from './schema.ts';
export { base64, boolean, dateTime, hex, integer, jid, oneOf, oneOfKnown, string, uri } from './text.ts';
export type { TextCodec } from './text.ts';
export { formatDateTime, parseDateTime } from './date-time.ts';
export { fromJson, toJson } from './json.ts';
export type { Json } from './json.ts';
