import { Element } from '../element.ts';
import { childNamespace, namespaceOf } from '../namespace.ts';
import { serialize } from '../xml/index.ts';
import { CodecError, withPath } from './errors.ts';
import { encodeText, textOf } from './field.ts';
import type { AnyField, FieldPlan, Header } from './field.ts';
import type { AnySchema, ElementSchema, Infer, InferInput, Result, Schema, SchemaForm, Shape, ShapeIn, ShapeOut } from './schema.ts';
import type { TextCodec } from './text.ts';

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
export function choice<const V extends Readonly<Record<string, AnySchema>>>(variants: V): Schema<Tagged<V, 'out'>, Tagged<V, 'in'>> {
  return makeSchema<Tagged<V, 'out'>, Tagged<V, 'in'>>({
    '~headers': () => Object.values(variants).flatMap((schema) => schema['~headers']()),
    '~form': () => ({ kind: 'choice', variants }),
    '~decode': (node, ns) => firstOf(Object.entries(variants), ([type, schema]) => takes(schema, node.getName(), ns) && { type, value: schema['~decode'](node, ns) as unknown }) as Tagged<V, 'out'>,
    '~encode'(tagged, parentNs) {
      const variant = variants[tagged.type];
      if (variant === undefined) throw new CodecError(String(tagged.type), `expected one of ${Object.keys(variants).join(', ')}`);
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
    '~decode': (node, ns) => firstOf(all, (schema) => takes(schema, node.getName(), ns) && { value: schema['~decode'](node, ns) }).value,
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
    '~form': () => ({ kind: 'mapped', schema, decode: decode as (value: unknown) => unknown, encode: encode as (value: unknown) => unknown }),
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
  const matching = (parent: Element, each: (child: Element, xmlns: string) => boolean): void => {
    const parentNs = namespaceOf(parent);
    for (const node of parent.children) {
      if (typeof node !== 'object') continue;
      const prefix = node.name.includes(':');
      const xmlns = prefix ? namespaceOf(node) : childNamespace(node, parentNs);
      if (takes(core, prefix ? node.getName() : node.name, xmlns) && each(node, xmlns)) return;
    }
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
      let found: { readonly value: Out } | undefined;
      matching(parent, (node, xmlns) => ((found = { value: read(node, xmlns) }), true));
      return found?.value;
    },
    findAll(parent) {
      const all: Out[] = [];
      matching(parent, (node, xmlns) => (all.push(read(node, xmlns)), false));
      return all;
    },
    safeFind(parent) {
      let found: Result<Out> | undefined;
      matching(parent, (node, xmlns) => ((found = settle(() => read(node, xmlns))), true));
      return found;
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

type ChildPlan = Extract<FieldPlan, { at: 'child' }> & { readonly slot: number; readonly xmlns: string };
interface PlannedField {
  readonly key: string;
  readonly field: AnyField;
  readonly plan: FieldPlan;
}
interface Plan {
  readonly xmlns: string;
  readonly fields: readonly PlannedField[];
  readonly byName: ReadonlyMap<string, readonly ChildPlan[]>;
  /** Whether any field looks at children. */
  readonly deep: boolean;
  readonly rest: boolean;
}

function compile(shape: Shape, xmlns: string): Plan {
  const fields = Object.entries(shape).map(([key, field]) => ({ key, field, plan: field.plan(key, xmlns) }));
  const byName = new Map<string, ChildPlan[]>();
  let rest = false;
  for (const [slot, { plan }] of fields.entries()) {
    if (plan.at === 'rest') rest = true;
    if (plan.at !== 'child') continue;
    for (const header of plan.headers) {
      const known = byName.get(header.name) ?? [];
      byName.set(header.name, known);
      known.push({ ...plan, slot, xmlns: header.xmlns });
    }
  }
  return { xmlns, fields, byName, rest, deep: rest || byName.size > 0 };
}

function decodeFields(plan: Plan, node: Element, xmlns: string): Record<string, unknown> {
  const { fields } = plan;
  // One pass over the children fills a slot for each field; `rest` takes what no field claims.
  const slots: unknown[] | undefined = plan.deep ? fields.map(() => undefined) : undefined;
  let unclaimed: Element[] | undefined;
  if (slots !== undefined) {
    for (const item of node.children) {
      if (typeof item !== 'object') continue;
      if (claim(plan, item, xmlns, slots) || !plan.rest) continue;
      // Whoever moves it elsewhere must still see its namespace.
      item.attrs['xmlns'] ??= namespaceOf(item);
      (unclaimed ??= []).push(item);
    }
  }
  const out: Record<string, unknown> = {};
  for (let i = 0; i < fields.length; i++) {
    const { key, field, plan: how } = fields[i]!;
    let value: unknown;
    if (how.at === 'attr') {
      const raw: unknown = node.attrs[how.name];
      // Trees made by hand hold numbers too; a name such as `constructor` must not find what is no attribute.
      if (typeof raw === 'string' || typeof raw === 'number') value = readText(how.codec, String(raw), `@${how.name}`);
    } else if (how.at === 'child') {
      value = slots![i] ?? how.empty?.();
    } else if (how.at === 'text') {
      const content = textOf(node);
      if (content !== '' || field.presence === 'required') value = readText(how.codec, content, 'text()');
    } else {
      value = unclaimed ?? [];
    }
    if (value !== undefined) out[key] = value;
    else if (field.fallback !== undefined) out[key] = field.fallback;
    else if (field.presence === 'required') throw missing(how, key);
  }
  return out;
}

function claim(plan: Plan, item: Element, parentNs: string, slots: unknown[]): boolean {
  let candidates = plan.byName.get(item.name);
  let itemNs: string;
  if (candidates === undefined && item.name.includes(':')) {
    candidates = plan.byName.get(item.getName());
    itemNs = namespaceOf(item);
  } else {
    itemNs = childNamespace(item, parentNs);
  }
  if (candidates === undefined) return false;
  for (const candidate of candidates) {
    if (candidate.xmlns !== itemNs) continue;
    try {
      slots[candidate.slot] = candidate.read(slots[candidate.slot], item, itemNs);
    } catch (fault) {
      throw withPath(item.getName(), fault);
    }
    return true;
  }
  return false;
}

function encodeFields(plan: Plan, value: Readonly<Record<string, unknown>>, node: Element): void {
  for (const { key, field, plan: how } of plan.fields) {
    const item = value[key];
    if (item === undefined || item === null) {
      if (field.presence === 'required') throw new CodecError(`${node.name} > ${key}`, 'missing');
      continue;
    }
    if (item === field.fallback) continue;
    try {
      if (how.at === 'attr') {
        const content = how.codec.encode(item);
        if (field.fallback === undefined || how.codec.encode(field.fallback) !== content) node.attrs[how.name] = content;
      } else if (how.at === 'text') {
        const content = encodeText(how.codec, item, 'text()');
        if (content !== '') node.children.push(content);
      } else if (how.at === 'child') {
        how.write(item, node);
      } else {
        for (const open of item as readonly Element[]) node.children.push(open);
      }
    } catch (fault) {
      throw withPath(node.name, how.at === 'attr' ? withPath(`@${how.name}`, fault) : fault);
    }
  }
}

function readText(codec: TextCodec<unknown>, content: string, place: string): unknown {
  try {
    return codec.decode(content);
  } catch (fault) {
    throw withPath(place, fault);
  }
}

function missing(how: FieldPlan, key: string): CodecError {
  if (how.at === 'attr') return new CodecError(`@${how.name}`, 'missing');
  if (how.at === 'child') return new CodecError([...new Set(how.headers.map((header) => header.name))].join('|'), 'missing');
  return new CodecError(key, 'missing');
}
