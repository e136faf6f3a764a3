import type { Element } from '../element.ts';
import type { AnyField, Header } from './field.ts';
import type { CodecError } from './errors.ts';

/** What decoding gave: a value, or what is wrong with the element. */
export type Result<Out> =
  | { readonly ok: true; readonly value: Out }
  | { readonly ok: false; readonly error: CodecError };

/**
 * The codec of one kind of element: its type, decoder and encoder in one value.
 *
 * Decoding is liberal: attributes and children that no field names are passed over. Encoding is strict.
 * "Not mine" (`is` is false, `find` is undefined) is distinct from "mine but broken" (a {@link CodecError}).
 */
export interface Schema<Out, In = Out> {
  /** Carries the types; never there at run time. */
  readonly '~types'?: { readonly out: Out; readonly in: (value: In) => void };
  /** Whether the element's name and namespace fit; its contents are not looked at. */
  'is'(element: Element): boolean;
  /** Decodes an element. Throws `CodecError` when it is of another kind or broken. */
  'decode'(element: Element): Out;
  /** Like `decode`, with the fault as a value. */
  'safeDecode'(element: Element): Result<Out>;
  /** The first child of this kind, decoded; `undefined` when there is none. Throws `CodecError` when it is broken. */
  'find'(parent: Element): Out | undefined;
  /** Every child of this kind. Throws `CodecError` when one is broken. */
  'findAll'(parent: Element): Out[];
  /** Like `find`, with the fault as a value. */
  'safeFind'(parent: Element): Result<Out> | undefined;
  /** Makes the element. Throws `CodecError` with a path when the value does not fit. */
  'encode'(value: In): Element;
  /** The element as text, ready to be sent. Throws `CodecError` as `encode` does, `XmlError` for text that XML can't hold. */
  'stringify'(value: In): string;

  /** The headers that this schema takes. */
  readonly '~headers': () => readonly Header[];
  /** Decodes an element whose header is known to fit; `xmlns` is its namespace. */
  readonly '~decode': (element: Element, xmlns: string) => Out;
  /** Encodes for a parent in namespace `parentNs` (`undefined`: none), which decides whether `xmlns` is written. */
  readonly '~encode': (value: In, parentNs: string | undefined) => Element;
  /** How it is composed, for tools such as `json.ts`. */
  readonly '~form': () => SchemaForm;
}
/** Any schema: its types are read through `~types` alone. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnySchema = Schema<any, any>;

/** The composition of a schema. */
export type SchemaForm =
  | { readonly kind: 'element'; readonly fields: Readonly<Record<string, AnyField>> }
  | { readonly kind: 'choice'; readonly variants: Readonly<Record<string, AnySchema>> }
  | { readonly kind: 'alias'; readonly schema: AnySchema }
  | {
      readonly kind: 'mapped';
      readonly schema: AnySchema;
      decode(value: unknown): unknown;
      encode(value: unknown): unknown;
    }
  | { readonly kind: 'name' };

/** A schema of one header. */
export interface ElementSchema<Out, In = Out> extends Schema<Out, In> {
  readonly name: string;
  readonly xmlns: string;
}

/** The type that a schema decodes to. */
export type Infer<S extends AnySchema> = NonNullable<S['~types']>['out'];
/** The type that a schema encodes: like the decoded one, but defaulted properties may be left out. */
export type InferInput<S extends AnySchema> = Parameters<NonNullable<S['~types']>['in']>[0];

/** The fields of an element, by property. */
export type Shape = Readonly<Record<string, AnyField>>;
type OutOf<F extends AnyField> = NonNullable<F['~types']>['out'];
type InOf<F extends AnyField> = Parameters<NonNullable<F['~types']>['in']>[0];
type KeysOf<S extends Shape, P extends AnyField['presence']> = {
  [K in keyof S]: S[K]['presence'] extends P ? K : never;
}[keyof S];
type Simplify<T> = { [K in keyof T]: T[K] } & {};

/** What an element of that shape decodes to. */
export type ShapeOut<S extends Shape> = Simplify<
  { -readonly [K in KeysOf<S, 'required' | 'defaulted'>]: OutOf<S[K]> } & {
    -readonly [K in KeysOf<S, 'optional'>]?: OutOf<S[K]>;
  }
>;
/** What encodes to an element of that shape. */
export type ShapeIn<S extends Shape> = Simplify<
  { readonly [K in KeysOf<S, 'required'>]: InOf<S[K]> } & {
    readonly [K in KeysOf<S, 'optional' | 'defaulted'>]?: InOf<S[K]> | undefined;
  }
>;
