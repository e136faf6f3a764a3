import { Element } from '../element.ts';
import { childNamespace, namespaceOf } from '../namespace.ts';
import { serialize } from '../xml/index.ts';
import { CodecError, withPath } from './errors.ts';
import type { Header } from './field.ts';
import { compile, decodeFields, encodeFields } from './plan.ts';
import type { Plan } from './plan.ts';
import type {
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

/**
 * Declares an element: namespace, name, and its fields in the order in which they are written.
 *
 * @example
 * ```ts
 * import { attr, dateTime, element, jid, optional, text } from '@xeps/core/schema';
 *
 * const delay = element('urn:xmpp:delay', 'delay', {
 *   stamp: attr(dateTime),
 *   from: optional(attr(jid)),
 *   reason: optional(text()),
 * });
 * const stanza = delay.encode({ stamp: new Date() });
 * ```
 */
/* @__NO_SIDE_EFFECTS__ */
export function element<const S extends Shape = Record<never, never>>(
  xmlns: string,
  name: string,
  shape?: S,
): ElementSchema<ShapeOut<S>, ShapeIn<S>> {
  const fields: Shape = shape ?? {};
  const headers = [{ name, xmlns }];
  let compiled: Plan | undefined;
  const plan = (): Plan => (compiled ??= compile(fields, xmlns));
  const schema = makeSchema<Record<string, unknown>, Readonly<Record<string, unknown>>>({
    '~headers': () => headers,
    '~form': () => ({ kind: 'element', fields }),
    '~decode': (node, ns) => decodeFields(plan(), node, ns),
    '~encode'(value, parentNs) {
      const node = new Element(name);
      if (parentNs !== xmlns) node.attrs['xmlns'] = xmlns;
      encodeFields(plan(), value, node);
      return node;
    },
  });
  return { ...schema, name, xmlns } as unknown as ElementSchema<ShapeOut<S>, ShapeIn<S>>;
}

/** The tagged union of a choice. */
type Tagged<V extends Readonly<Record<string, AnySchema>>, W extends 'out' | 'in'> = {
  [K in keyof V & string]: { readonly type: K; readonly value: W extends 'out' ? Infer<V[K]> : InferInput<V[K]> };
}[keyof V & string];

/** One of several elements; the value is tagged with the variant's key. Of two variants with one header, the first that decodes. */
/* @__NO_SIDE_EFFECTS__ */
export function choice<const V extends Readonly<Record<string, AnySchema>>>(
  variants: V,
): Schema<Tagged<V, 'out'>, Tagged<V, 'in'>> {
  return makeSchema<Tagged<V, 'out'>, Tagged<V, 'in'>>({
    '~headers': () => Object.values(variants).flatMap((schema) => schema['~headers']()),
    '~form': () => ({ kind: 'choice', variants }),
    '~decode': (node, ns) =>
      firstOf(
        Object.entries(variants),
        ([type, schema]) =>
          takes(schema, node.getName(), ns) && { type, value: schema['~decode'](node, ns) as unknown },
      ) as Tagged<V, 'out'>,
    '~encode'(tagged, parentNs) {
      const variant = variants[tagged.type];
      if (variant === undefined)
        throw new CodecError(String(tagged.type), `expected one of ${Object.keys(variants).join(', ')}`);
      return variant['~encode'](tagged.value, parentNs);
    },
  });
}

/** The reading half of a schema. */
type Reader<Out> = Pick<Schema<Out>, '~headers' | '~decode'>;

/** One element in several versions of its namespace: any of them is read, the first is written. */
/* @__NO_SIDE_EFFECTS__ */
export function versions<Out, In>(written: Schema<Out, In>, ...read: readonly Reader<Out>[]): Schema<Out, In> {
  const all: readonly Reader<Out>[] = [written, ...read];
  return makeSchema<Out, In>({
    '~headers': () => all.flatMap((schema) => schema['~headers']()),
    '~form': () => ({ kind: 'alias', schema: written }),
    '~decode': (node, ns) =>
      firstOf(all, (schema) => takes(schema, node.getName(), ns) && { value: schema['~decode'](node, ns) }).value,
    '~encode': written['~encode'],
  });
}

/** A schema that is known later: for elements that contain themselves, and for modules that need each other. */
/* @__NO_SIDE_EFFECTS__ */
export function lazy<Out, In>(get: () => Schema<Out, In>): Schema<Out, In> {
  return makeSchema<Out, In>({
    '~headers': () => get()['~headers'](),
    '~form': () => ({ kind: 'alias', schema: get() }),
    '~decode': (node, ns) => get()['~decode'](node, ns),
    '~encode': (value, parentNs) => get()['~encode'](value, parentNs),
  });
}

/** A schema with another type for its values. `decode` may throw an error that says what is wrong. */
/* @__NO_SIDE_EFFECTS__ */
export function mapped<Out, In, Inner, InnerIn>(
  schema: Schema<Inner, InnerIn>,
  decode: (value: Inner) => Out,
  encode: (value: In) => InnerIn,
): Schema<Out, In> {
  return makeSchema<Out, In>({
    '~headers': schema['~headers'],
    '~form': () => ({
      kind: 'mapped',
      schema,
      decode: decode as (value: unknown) => unknown,
      encode: encode as (value: unknown) => unknown,
    }),
    '~decode'(node, ns) {
      const inner = schema['~decode'](node, ns);
      try {
        return decode(inner);
      } catch (fault) {
        throw withPath('', fault);
      }
    },
    '~encode': (value, parentNs) => schema['~encode'](encode(value), parentNs),
  });
}

/** An empty element whose name is the value: `<composing xmlns='…'/>`. */
/* @__NO_SIDE_EFFECTS__ */
export function elementName<const N extends string>(xmlns: string, names: readonly N[]): Schema<N> {
  return makeSchema<N, N>({
    '~headers': () => names.map((name) => ({ name, xmlns })),
    '~form': () => ({ kind: 'name' }),
    '~decode': (node) => node.getName() as N,
    '~encode'(name, parentNs) {
      if (!names.includes(name)) throw new CodecError(String(name), `expected one of ${names.join(', ')}`);
      const node = new Element(name);
      if (parentNs !== xmlns) node.attrs['xmlns'] = xmlns;
      return node;
    },
  });
}

interface SchemaCore<Out, In> {
  readonly '~headers': () => readonly Header[];
  readonly '~form': () => SchemaForm;
  readonly '~decode': (element: Element, xmlns: string) => Out;
  readonly '~encode': (value: In, parentNs: string | undefined) => Element;
}

/** The public face of a schema, from its core. */
function makeSchema<Out, In>(core: SchemaCore<Out, In>): Schema<Out, In> {
  const read = (node: Element, xmlns: string): Out => {
    try {
      return core['~decode'](node, xmlns);
    } catch (fault) {
      throw withPath(node.getName(), fault);
    }
  };
  /** The next matching child from `from` on; -1 when there is none. */
  const next = (parent: Element, parentNs: string, from: number): number => {
    const nodes = parent.children;
    const headers = core['~headers']();
    for (let i = from; i < nodes.length; i++) {
      const node = nodes[i];
      if (typeof node !== 'object') continue;
      for (const header of headers) {
        if (fits(node, parentNs, header)) return i;
      }
    }
    return -1;
  };
  const readAt = (parent: Element, parentNs: string, at: number): Out | undefined => {
    if (at < 0) return undefined;
    const node = parent.children[at] as Element;
    return read(node, namespaceWithin(node, parentNs));
  };
  const schema: Schema<Out, In> = {
    ...core,
    is: (node) => takes(core, node.getName(), namespaceOf(node)),
    decode(node) {
      const xmlns = namespaceOf(node);
      if (takes(core, node.getName(), xmlns)) return read(node, xmlns);
      const expected = core['~headers']().map((header) => `<${header.name} xmlns='${header.xmlns}'/>`);
      throw new CodecError(node.name, `expected ${expected.join(' or ')}, got xmlns='${xmlns}'`);
    },
    safeDecode: (node) => settle(() => schema.decode(node)),
    find(parent) {
      const parentNs = namespaceOf(parent);
      return readAt(parent, parentNs, next(parent, parentNs, 0));
    },
    findAll(parent) {
      const parentNs = namespaceOf(parent);
      const all: Out[] = [];
      for (let at = next(parent, parentNs, 0); at >= 0; at = next(parent, parentNs, at + 1)) {
        all.push(readAt(parent, parentNs, at) as Out);
      }
      return all;
    },
    safeFind(parent) {
      const found = settle(() => schema.find(parent));
      return found.ok && found.value === undefined ? undefined : (found as Result<Out>);
    },
    encode: (value) => core['~encode'](value, undefined),
    stringify: (value) => serialize(core['~encode'](value, undefined)),
  };
  return schema;
}

function takes(schema: Pick<AnySchema, '~headers'>, name: string, xmlns: string): boolean {
  for (const header of schema['~headers']()) if (header.name === name && header.xmlns === xmlns) return true;
  return false;
}

/** Whether a child has that header. Our parser's trees have no prefixes; those of other parsers are looked at if need be. */
function fits(node: Element, parentNs: string, header: Header): boolean {
  if (node.name === header.name) return childNamespace(node, parentNs) === header.xmlns;
  return node.name.endsWith(header.name) && node.getName() === header.name && namespaceOf(node) === header.xmlns;
}

/** The namespace of a child, with or without a prefix. */
function namespaceWithin(node: Element, parentNs: string): string {
  return node.name.includes(':') ? namespaceOf(node) : childNamespace(node, parentNs);
}

function settle<Out>(decode: () => Out): Result<Out> {
  try {
    return { ok: true, value: decode() };
  } catch (fault) {
    if (fault instanceof CodecError) return { ok: false, error: fault };
    throw fault;
  }
}

/** The first attempt that gives something; when all that fit are broken, the first one's fault. */
function firstOf<T, R>(candidates: readonly T[], attempt: (candidate: T) => R | false): R {
  let first: unknown;
  for (const candidate of candidates) {
    try {
      const result = attempt(candidate);
      if (result !== false) return result;
    } catch (fault) {
      first ??= fault;
    }
  }
  throw first;
}
