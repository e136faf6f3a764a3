import { Element } from '../element.ts';
import { CodecError, withPath } from './errors.ts';
import type { AnySchema, Schema } from './schema.ts';
import { string } from './text.ts';
import type { TextCodec } from './text.ts';

/** The header of an element: what decides whose it is. */
export interface Header {
  readonly name: string;
  readonly xmlns: string;
}

/** How a property reads from and writes to XML, once its key and its element's namespace are known. */
export type FieldPlan =
  | { readonly at: 'attr'; readonly name: string; readonly codec: TextCodec<unknown> }
  | { readonly at: 'text'; readonly codec: TextCodec<unknown> }
  | {
      readonly at: 'child';
      readonly headers: readonly Header[];
      /** Folds one matching child into the value so far (`undefined` at first). */
      read(soFar: unknown, child: Element, xmlns: string): unknown;
      write(value: unknown, parent: Element): void;
      /** What a reader gets when no child matches. */
      empty?(): unknown;
    }
  | { readonly at: 'rest' };

/** What JSON needs to know of a field (see `json.ts`). */
export type FieldForm =
  | { readonly kind: 'value' | 'values' | 'langs'; readonly codec: TextCodec<unknown> }
  | { readonly kind: 'child' | 'children'; readonly schema: AnySchema }
  | { readonly kind: 'flag' | 'rest' };

/** How one property of a value maps to XML. `Out` is what decoding gives, `In` what encoding takes. */
export interface Field<Out, In = Out> {
  /** Carries the types; never there at run time. */
  readonly '~types'?: { readonly out: Out; readonly in: (value: In) => void };
  /** `defaulted`: always there after decoding, may be left out for encoding. */
  readonly 'presence': 'required' | 'optional' | 'defaulted';
  readonly 'form': FieldForm;
  /** The value that stands for absence; not written. */
  readonly 'fallback'?: unknown;
  'plan'(key: string, xmlns: string): FieldPlan;
}
/** Any field, as in a shape: its types are read through `~types` alone. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyField = Field<any, any>;
/** A field that must be there. */
export interface RequiredField<Out, In = Out> extends Field<Out, In> {
  readonly presence: 'required';
}
/** A field whose key is absent when the XML has nothing. */
export interface OptionalField<Out, In = Out> extends Field<Out, In> {
  readonly presence: 'optional';
}
/** A field with a value even when the XML has nothing. */
export interface DefaultedField<Out, In = Out> extends Field<Out, In> {
  readonly presence: 'defaulted';
}

// The implementations of the overloads below; callers see the overloads' exact types.
// oxlint-disable typescript/no-explicit-any
type AnyText = TextCodec<any>;
type AnyRequired = RequiredField<any>;
type AnyDefaulted = DefaultedField<any>;
// oxlint-enable typescript/no-explicit-any

/** An attribute. Its name is the property's unless given. */
export function attr(): RequiredField<string>;
export function attr<T>(codec: TextCodec<T>, name?: string): RequiredField<T>;
/* @__NO_SIDE_EFFECTS__ */
export function attr(codec: AnyText = string, name?: string): AnyRequired {
  return {
    presence: 'required',
    form: { kind: 'value', codec },
    plan: (key) => ({ at: 'attr', name: name ?? key, codec }),
  };
}

/** The element's own text. Absent when there is none, so that `optional(text())` tells `<a/>` from `<a>x</a>`. */
export function text(): RequiredField<string>;
export function text<T>(codec: TextCodec<T>): RequiredField<T>;
/* @__NO_SIDE_EFFECTS__ */
export function text(codec: AnyText = string): AnyRequired {
  return { presence: 'required', form: { kind: 'value', codec }, plan: () => ({ at: 'text', codec }) };
}

/** One child element; of several, the first. */
/* @__NO_SIDE_EFFECTS__ */
export function child<Out, In>(schema: Schema<Out, In>): RequiredField<Out, In> {
  return {
    presence: 'required',
    form: { kind: 'child', schema },
    plan: (_key, parentNs) => ({
      at: 'child',
      headers: schema['~headers'](),
      read: (soFar, element, xmlns) => (soFar === undefined ? schema['~decode'](element, xmlns) : soFar),
      write: (value, parent) => append(parent, schema['~encode'](value as In, parentNs)),
    }),
  };
}

/**
 * Every child element of that kind, in document order. With `skipBroken`, one that does not fit is left out: for lists
 * of independent things from many hands, such as a roster, where one broken item must not hide the others.
 */
/* @__NO_SIDE_EFFECTS__ */
export function children<Out, In>(
  schema: Schema<Out, In>,
  options?: { readonly skipBroken?: boolean },
): DefaultedField<Out[], readonly In[]> {
  return {
    presence: 'defaulted',
    form: { kind: 'children', schema },
    plan: (_key, parentNs) => ({
      at: 'child',
      headers: schema['~headers'](),
      empty: () => [],
      read(soFar, element, xmlns) {
        try {
          return push(soFar, schema['~decode'](element, xmlns));
        } catch (fault) {
          if (options?.skipBroken === true && fault instanceof CodecError) return soFar;
          throw fault;
        }
      },
      write(value, parent) {
        for (const item of value as readonly In[]) append(parent, schema['~encode'](item, parentNs));
      },
    }),
  };
}

/** The text of a child: `<max>10</max>`. Its name is the property's, its namespace the parent's, unless given. */
export function childText(): RequiredField<string>;
export function childText<T>(codec: TextCodec<T>, name?: string, xmlns?: string): RequiredField<T>;
/* @__NO_SIDE_EFFECTS__ */
export function childText(codec: AnyText = string, name?: string, xmlns?: string): AnyRequired {
  return {
    presence: 'required',
    form: { kind: 'value', codec },
    plan: (key, parentNs) => ({
      at: 'child',
      headers: [{ name: name ?? key, xmlns: xmlns ?? parentNs }],
      read: (soFar, element) => (soFar === undefined ? codec.decode(textOf(element)) : soFar),
      write: (value, parent) =>
        appendText(parent, name ?? key, xmlns ?? parentNs, parentNs, encodeText(codec, value, name ?? key)),
    }),
  };
}

/** The texts of all children of one name: `<value>a</value><value>b</value>`. */
export function childTexts(name: string): DefaultedField<string[], readonly string[]>;
export function childTexts<T>(name: string, codec: TextCodec<T>): DefaultedField<T[], readonly T[]>;
/* @__NO_SIDE_EFFECTS__ */
export function childTexts(name: string, codec: AnyText = string): AnyDefaulted {
  return {
    presence: 'defaulted',
    form: { kind: 'values', codec },
    plan: (_key, parentNs) => ({
      at: 'child',
      headers: [{ name, xmlns: parentNs }],
      empty: () => [],
      read: (soFar, element) => push(soFar, codec.decode(textOf(element))),
      write(value, parent) {
        for (const item of value as readonly unknown[])
          appendText(parent, name, parentNs, parentNs, encodeText(codec, item, name));
      },
    }),
  };
}

/** Texts by language (`xml:lang`, RFC 6120 §8.1.5); the text without a language of its own is under `''`. */
export type LangMap = ReadonlyMap<string, string>;

/** The texts of children of one name, by language. Its name is the property's unless given. */
/* @__NO_SIDE_EFFECTS__ */
export function langText(name?: string, xmlns?: string): DefaultedField<LangMap> {
  return {
    presence: 'defaulted',
    form: { kind: 'langs', codec: string as TextCodec<unknown> },
    plan: (key, parentNs) => ({
      at: 'child',
      headers: [{ name: name ?? key, xmlns: xmlns ?? parentNs }],
      empty: () => new Map(),
      read(soFar, element) {
        const texts = (soFar ?? new Map()) as Map<string, string>;
        const lang = String(element.attrs['xml:lang'] ?? '');
        if (!texts.has(lang)) texts.set(lang, textOf(element));
        return texts;
      },
      write(value, parent) {
        for (const [lang, content] of value as LangMap) {
          const element = appendText(parent, name ?? key, xmlns ?? parentNs, parentNs, content);
          if (lang !== '') element.attrs['xml:lang'] = lang;
        }
      },
    }),
  };
}

/** Whether an empty child of that name is there: `<flip-page/>`. */
/* @__NO_SIDE_EFFECTS__ */
export function flag(name?: string, xmlns?: string): DefaultedField<boolean> {
  return {
    presence: 'defaulted',
    form: { kind: 'flag' },
    fallback: false,
    plan: (key, parentNs) => ({
      at: 'child',
      headers: [{ name: name ?? key, xmlns: xmlns ?? parentNs }],
      read: () => true,
      write: (value, parent) =>
        void (value === true && appendText(parent, name ?? key, xmlns ?? parentNs, parentNs, '')),
    }),
  };
}

/** The child elements that no other field claims, as they are: open content, such as the payload of a pubsub item. */
/* @__NO_SIDE_EFFECTS__ */
export function rest(): DefaultedField<Element[], readonly Element[]> {
  return { presence: 'defaulted', form: { kind: 'rest' }, plan: () => ({ at: 'rest' }) };
}

/** The property is absent where the XML has nothing. */
/* @__NO_SIDE_EFFECTS__ */
export function optional<Out, In>(field: RequiredField<Out, In>): OptionalField<Out, In> {
  return { ...field, presence: 'optional' };
}

/** The property is `value` where the XML has nothing, and a property equal to `value` is not written. */
/* @__NO_SIDE_EFFECTS__ */
export function withDefault<Out, In>(field: RequiredField<Out, In>, value: NoInfer<Out>): DefaultedField<Out, In> {
  return { ...field, presence: 'defaulted', fallback: value };
}

/** All text of an element, children's excluded. */
export function textOf(element: Element): string {
  const { children: nodes } = element;
  const first = nodes[0];
  if (nodes.length === 1 && typeof first === 'string') return first;
  let all = '';
  for (const node of nodes) if (typeof node !== 'object') all += String(node);
  return all;
}

/** Encodes to text; a fault names the place. */
export function encodeText<T>(codec: TextCodec<T>, value: T, place: string): string {
  try {
    return codec.encode(value);
  } catch (fault) {
    throw withPath(place, fault);
  }
}

function push(soFar: unknown, item: unknown): unknown {
  if (soFar === undefined) return [item];
  (soFar as unknown[]).push(item);
  return soFar;
}

function append(parent: Element, element: Element): void {
  element.parent = parent;
  parent.children.push(element);
}

function appendText(parent: Element, name: string, xmlns: string, parentNs: string, content: string): Element {
  const element = new Element(name);
  if (xmlns !== parentNs) element.attrs['xmlns'] = xmlns;
  if (content !== '') element.children.push(content);
  append(parent, element);
  return element;
}
