// How the fields of an element are read and written: a declaration, compiled once into tables and closures.
import type { Element } from '../element.ts';
import { childNamespace, namespaceOf } from '../namespace.ts';
import { CodecError, withPath } from './errors.ts';
import { encodeText, textOf } from './field.ts';
import type { AnyField, FieldPlan } from './field.ts';
import type { Shape } from './schema.ts';
import type { TextCodec } from './text.ts';

type AttrPlan = Extract<FieldPlan, { at: 'attr' }>;
type ChildPlan = Extract<FieldPlan, { at: 'child' }>;
/** A field of an element and how it is read, in the order of the declaration. */
interface PlannedField {
  readonly key: string;
  readonly field: AnyField;
  readonly plan: FieldPlan;
}
/** Which field takes children of one name. */
interface Claim {
  readonly xmlns: string;
  readonly key: string;
  readonly plan: ChildPlan;
}
/** An element's fields, sorted by where they are read from. */
export interface Plan {
  readonly fields: readonly PlannedField[];
  readonly attributes: readonly { readonly key: string; readonly plan: AttrPlan }[];
  readonly claims: ReadonlyMap<string, readonly Claim[]>;
  readonly text: { readonly key: string; readonly codec: TextCodec<unknown>; readonly required: boolean } | undefined;
  /** The key of the open content. */
  readonly rest: string | undefined;
  /** Fields that have something to say where the XML has nothing. */
  readonly completed: readonly PlannedField[];
}

/** Sorts the fields of an element, once. */
export function compile(shape: Shape, xmlns: string): Plan {
  const fields = Object.entries(shape).map(([key, field]) => ({ key, field, plan: field.plan(key, xmlns) }));
  const claims = new Map<string, Claim[]>();
  const attributes: { key: string; plan: AttrPlan }[] = [];
  let text: Plan['text'];
  let rest: string | undefined;
  for (const { key, field, plan } of fields) {
    if (plan.at === 'attr') attributes.push({ key, plan });
    else if (plan.at === 'text') text = { key, codec: plan.codec, required: field.presence === 'required' };
    else if (plan.at === 'rest') rest = key;
    else {
      for (const header of plan.headers) {
        const known = claims.get(header.name);
        const claim = { xmlns: header.xmlns, key, plan };
        if (known === undefined) claims.set(header.name, [claim]);
        else known.push(claim);
      }
    }
  }
  return {
    fields,
    attributes,
    claims,
    text,
    rest,
    completed: fields.filter(({ field }) => field.presence !== 'optional'),
  };
}

/** One pass over the attributes and one over the children; then what must be there, and what stands for absence. */
export function decodeFields(plan: Plan, node: Element, xmlns: string): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const { attrs } = node;
  for (const { key, plan: how } of plan.attributes) {
    const raw: unknown = attrs[how.name];
    // A name such as `constructor` must not find what is no attribute; trees made by hand hold numbers too.
    if (typeof raw !== 'string' && typeof raw !== 'number') continue;
    const value = readText(how.codec, String(raw), `@${how.name}`);
    // A codec may decide that what it does not know is as good as absent.
    if (value !== undefined) out[key] = value;
  }
  if (plan.text !== undefined) {
    const { key, codec, required } = plan.text;
    const content = textOf(node);
    const value = content !== '' || required ? readText(codec, content, 'text()') : undefined;
    if (value !== undefined) out[key] = value;
  }
  if (plan.claims.size > 0 || plan.rest !== undefined) readChildren(plan, node, xmlns, out);
  for (const { key, field, plan: how } of plan.completed) {
    if (out[key] !== undefined) continue;
    const empty = how.at === 'child' ? how.empty?.() : how.at === 'rest' ? [] : undefined;
    const value = empty ?? field.fallback;
    if (value !== undefined) out[key] = value;
    else if (field.presence === 'required') throw missing(how, key);
  }
  return out;
}

function readChildren(plan: Plan, node: Element, xmlns: string, out: Record<string, unknown>): void {
  for (const child of node.children) {
    if (typeof child !== 'object') continue;
    const claim = claimOf(plan, child, xmlns);
    if (claim !== undefined) {
      const { key, plan: how } = claim;
      try {
        const value = how.read(out[key], child, claim.xmlns);
        if (value !== undefined) out[key] = value;
      } catch (fault) {
        throw withPath(child.getName(), fault);
      }
    } else if (plan.rest !== undefined) {
      // Whoever moves it elsewhere must still see its namespace.
      child.attrs['xmlns'] ??= namespaceOf(child);
      ((out[plan.rest] ??= []) as Element[]).push(child);
    }
  }
}

function claimOf(plan: Plan, child: Element, parentNs: string): Claim | undefined {
  const claims = plan.claims.get(child.name);
  if (claims === undefined) {
    if (!child.name.includes(':')) return undefined;
    const own = namespaceOf(child);
    return plan.claims.get(child.getName())?.find((claim) => claim.xmlns === own);
  }
  const own = childNamespace(child, parentNs);
  for (const claim of claims) if (claim.xmlns === own) return claim;
  return undefined;
}

/** Writes the fields of an element, strictly. */
export function encodeFields(plan: Plan, value: Readonly<Record<string, unknown>>, node: Element): void {
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
        if (field.fallback === undefined || how.codec.encode(field.fallback) !== content)
          node.attrs[how.name] = content;
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

function readText(codec: TextCodec<unknown>, content: string, step: string): unknown {
  try {
    return codec.decode(content);
  } catch (fault) {
    throw withPath(step, fault);
  }
}

function missing(how: FieldPlan, key: string): CodecError {
  if (how.at === 'attr') return new CodecError(`@${how.name}`, 'missing');
  if (how.at === 'child')
    return new CodecError([...new Set(how.headers.map((header) => header.name))].join('|'), 'missing');
  return new CodecError(key, 'missing');
}
