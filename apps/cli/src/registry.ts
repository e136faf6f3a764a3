/** Every schema of every package, by what it reads and by its name. */
import type { IqQuery } from '@xeps/core';
import type { AnySchema } from '@xeps/core/schema';
import { specifications as packages } from './registry.generated.ts';
import { stanzaError } from './stanza-error-schema.ts';

/** A schema with its names. */
export interface Entry {
  /** `XEP-0313`, `RFC 6121`. */
  readonly spec: string;
  /** The export's name; `metadataQuery.request` for one that only an IQ query exports. */
  readonly name: string;
  readonly schema: AnySchema;
  /** The parts that it has in IQs: `get` and `set` are requests. */
  readonly roles: ReadonlySet<IqRole>;
}

/** What an IQ's payload is: a request, by its type, or an answer. */
export type IqRole = 'get' | 'set' | 'result';

/** The schemas that take an element of this name and namespace, in the packages' order. */
export function entriesFor(name: string, xmlns: string): readonly Entry[] {
  return byHeader.get(`${name}|${xmlns}`) ?? [];
}

/** The schema of these names. */
export function entryNamed(spec: string, name: string): Entry | undefined {
  return byName.get(`${spec}|${name}`);
}

/** All schemas. */
export function allEntries(): readonly Entry[] {
  return entries;
}

const specifications: typeof packages = [...packages, ['RFC 6120', { stanzaError }]];

type AnyQuery = IqQuery<unknown, unknown, unknown, unknown>;

const entries = collect();
const byName: ReadonlyMap<string, Entry> = new Map(entries.map((entry) => [`${entry.spec}|${entry.name}`, entry]));
const byHeader: ReadonlyMap<string, readonly Entry[]> = index(entries);

function collect(): readonly Entry[] {
  const found = new Map<
    AnySchema,
    { readonly spec: string; readonly name: string; readonly schema: AnySchema; readonly roles: Set<IqRole> }
  >();
  // Exported schemas first, so that a query's schema has the name of its own export.
  for (const [spec, exported] of specifications) {
    for (const [name, schema] of Object.entries(exported)) {
      if (isSchema(schema) && !found.has(schema)) found.set(schema, { spec, name, schema, roles: new Set() });
    }
  }
  for (const [spec, exported] of specifications) {
    for (const [name, query] of Object.entries(exported)) {
      if (!isQuery(query)) continue;
      for (const [part, role] of [
        ['request', query.type],
        ['response', 'result'],
      ] as const) {
        const schema = query[part] as AnySchema | undefined;
        if (schema === undefined) continue;
        const entry = found.get(schema) ?? { spec, name: `${name}.${part}`, schema, roles: new Set() };
        found.set(schema, entry);
        entry.roles.add(role);
      }
    }
  }
  return [...found.values()];
}

function index(all: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const map = new Map<string, Entry[]>();
  for (const entry of all) {
    for (const { name, xmlns } of entry.schema['~headers']()) {
      const known = map.get(`${name}|${xmlns}`);
      if (known === undefined) map.set(`${name}|${xmlns}`, [entry]);
      else if (!known.includes(entry)) known.push(entry);
    }
  }
  return map;
}

function isSchema(value: unknown): value is AnySchema {
  return typeof value === 'object' && value !== null && typeof (value as Partial<AnySchema>)['~headers'] === 'function';
}

function isQuery(value: unknown): value is AnyQuery {
  return (
    typeof value === 'object' &&
    value !== null &&
    isSchema((value as Partial<AnyQuery>).request) &&
    'mayBeEmpty' in value
  );
}
