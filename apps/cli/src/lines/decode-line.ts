/** From an element to its line. */
import { contentNamespace, Element, NS_CLIENT } from '@xeps/core';
import { CodecError, toJson } from '@xeps/core/schema';
import type { Json } from '@xeps/core/schema';
import { serialize } from '@xeps/core/xml';
import { entriesFor } from '../registry.ts';
import type { Entry, IqRole } from '../registry.ts';
import { isStanza } from './line.ts';
import type { ErrorEntry, Line, PayloadEntry, UnknownEntry } from './line.ts';
import { openContent } from './open-content.ts';

/** Payloads inside payloads inside payloads: deeper than this they are left as they are. */
const maxNesting = 16;

/** The line of an element that stands alone: of a stanza with its payloads, or of a payload. */
export function decodeLine(element: Element): Line {
  const xmlns = namespaceOfTop(element);
  element.attrs['xmlns'] = xmlns;
  withoutNeedlessDeclarations(element, '');
  const found: Findings = { payloads: [], unknown: [], errors: [], deeper: [] };
  let text = '';
  if (isStanza(element.name, xmlns)) {
    readPayloads(element, [], found);
    text = directText(element);
  } else {
    read(element, contentNamespace(xmlns), undefined, [], found);
  }
  // Grows while it is gone through.
  for (const look of found.deeper) look();
  const { payloads, unknown, errors } = found;
  return {
    name: element.name,
    xmlns,
    attrs: Object.fromEntries(
      Object.entries(element.attrs as Record<string, string>).filter(([name]) => name !== 'xmlns'),
    ),
    ...(text.trim() !== '' && { text }),
    payloads,
    unknown,
    errors,
  };
}

/** What is found in one element. */
interface Findings {
  readonly payloads: PayloadEntry[];
  readonly unknown: UnknownEntry[];
  readonly errors: ErrorEntry[];
  /** What is to be looked at when everything on this level has been: what is deeper comes after what is around it. */
  readonly deeper: (() => void)[];
}

/** Looks up the children of a stanza. `place`: the elements around the stanza, and the stanza, when it is inside a payload. */
function readPayloads(stanza: Element, place: readonly string[], found: Findings): void {
  const type = stanza.name === 'iq' ? String(stanza.attrs['type']) : undefined;
  for (const child of stanza.children) {
    if (typeof child === 'object')
      read(child, contentNamespace(child.attrs['xmlns'] as string | undefined), type, place, found);
  }
}

function read(
  element: Element,
  xmlns: string,
  iqType: string | undefined,
  place: readonly string[],
  found: Findings,
): void {
  const at = place.length > 0 && { at: place.join(' > ') };
  const candidates = suitable(entriesFor(element.name, xmlns), iqType);
  if (candidates.length === 0) {
    found.unknown.push({ name: element.name, xmlns, ...at });
    return;
  }
  const reading = bestReading(candidates, element, xmlns);
  const {
    entry: { spec, name: schema },
  } = reading;
  if ('error' in reading) {
    const { path, detail: message } = reading.error;
    found.errors.push({
      spec,
      schema,
      path,
      message,
      ...at,
      ...(place.length === 0 && { xml: canonical(element, xmlns) }),
    });
    return;
  }
  found.payloads.push({ spec, schema, value: reading.json, ...at });
  if (place.length >= maxNesting) return;
  found.deeper.push(() => {
    for (const { path, element: open } of openContent(reading.entry.schema, reading.value)) {
      const inside = [...place, ...path];
      const ns = contentNamespace(open.attrs['xmlns'] as string | undefined);
      if (isStanza(open.name, ns)) readPayloads(open, [...inside, open.name], found);
      else read(open, ns, undefined, inside, found);
    }
  });
}

/**
 * Of the schemas of one header, in an IQ: those for requests of its type or for answers, as it is one or the other; an
 * error may hold the request that it answers (RFC 6120 §8.3.1). Elsewhere those that are not for requests alone.
 */
function suitable(entries: readonly Entry[], iqType: string | undefined): readonly Entry[] {
  if (entries.length < 2) return entries;
  const free = ({ roles }: Entry): boolean => roles.size === 0;
  const preferences: readonly ((entry: Entry) => boolean)[] =
    iqType === undefined
      ? [(entry) => free(entry) || entry.roles.has('result')]
      : iqType === 'error'
        ? [({ roles }) => roles.has('get') || roles.has('set'), free]
        : [({ roles }) => roles.has(iqType as IqRole), free];
  for (const preferred of preferences) {
    const found = entries.filter(preferred);
    if (found.length > 0) return found;
  }
  return entries;
}

type Reading =
  | { readonly entry: Entry; readonly value: unknown; readonly json: Json }
  | { readonly entry: Entry; readonly error: CodecError };

/**
 * Of several schemas that can read the element, the one that keeps most of it; the first of equals. Where none keeps all
 * of it and for one it is broken, it is rather that one's, and broken.
 */
function bestReading(candidates: readonly Entry[], element: Element, xmlns: string): Reading {
  const readings = candidates.map((entry) => readAs(entry, element, xmlns));
  const broken = readings.find((reading) => 'error' in reading);
  let best: Reading | undefined;
  let most = broken === undefined ? -1 : sizeOf(element) - 1;
  for (const reading of readings) {
    if ('error' in reading) continue;
    if (readings.length === 1) return reading;
    const size = sizeOf(reading.entry.schema.encode(reading.value));
    if (size > most) [best, most] = [reading, size];
  }
  return best ?? broken ?? readings[0]!;
}

function readAs(entry: Entry, element: Element, xmlns: string): Reading {
  const { schema } = entry;
  try {
    const value: unknown = schema['~decode'](element, xmlns);
    return { entry, value, json: toJson(schema, value) };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return { entry, error };
  }
}

/** How much is in an element: itself, its attributes, its texts, and what is in its children. */
function sizeOf(element: Element): number {
  let size = 1 + Object.keys(element.attrs).filter((name) => name !== 'xmlns').length;
  for (const child of element.children) size += typeof child === 'object' ? sizeOf(child) : child.trim() === '' ? 0 : 1;
  return size;
}

/**
 * Takes away declarations of the namespace that is inherited anyway, content namespaces being one: where a declaration is
 * written must not change the line.
 */
function withoutNeedlessDeclarations(element: Element, inherited: string): void {
  const { xmlns } = element.attrs as { readonly xmlns?: string };
  if (xmlns !== undefined && contentNamespace(xmlns) === contentNamespace(inherited)) delete element.attrs['xmlns'];
  for (const child of element.children)
    if (typeof child === 'object') withoutNeedlessDeclarations(child, xmlns ?? inherited);
}

/** The element's namespace as written: an unprefixed one without any is `jabber:client`. */
function namespaceOfTop(element: Element): string {
  return (element.attrs['xmlns'] as string | undefined) || NS_CLIENT;
}

/** The same text for the same element, wherever its namespace is declared. */
function canonical(element: Element, xmlns: string): string {
  const copy = new Element(element.name);
  copy.attrs = { xmlns, ...element.attrs };
  copy.children = element.children;
  return serialize(copy);
}

function directText(element: Element): string {
  return element.children.filter((node) => typeof node === 'string').join('');
}
