/** From a line to its element. */
import { contentNamespace, Element, NS_CLIENT } from '@xeps/core';
import { fromJson, toJson } from '@xeps/core/schema';
import type { Json } from '@xeps/core/schema';
import { parseElement } from '@xeps/core/xml';
import { DataError } from '../failure.ts';
import { entryNamed } from '../registry.ts';
import { isStanza } from './line.ts';

type JsonObject = { readonly [key: string]: Json };

/**
 * The element that a line stands for. Attributes are those of `attrs`; a payload on a line of its own that has no
 * `attrs` has those of its value. Entries with `at` stand in another payload's value already.
 *
 * @throws DataError with the place in the line
 */
export function encodeLine(json: Json): Element {
  const line = object(json, 'the line');
  const name = text(line['name'], 'name');
  const xmlns = line['xmlns'] === undefined ? NS_CLIENT : text(line['xmlns'], 'xmlns');
  const attrs = line['attrs'] === undefined ? undefined : attributes(line['attrs']);
  const parts = payloadsOf(line);
  if (!isStanza(name, xmlns)) return alone(name, xmlns, attrs, parts);
  const stanza = new Element(name);
  stanza.attrs = { xmlns, ...attrs };
  if (line['text'] !== undefined) stanza.children.push(text(line['text'], 'text'));
  for (const part of parts) {
    const payload = part.make(contentNamespace(xmlns));
    payload.parent = stanza;
    stanza.children.push(payload);
  }
  return stanza;
}

function alone(
  name: string,
  xmlns: string,
  attrs: Readonly<Record<string, string>> | undefined,
  parts: readonly Part[],
): Element {
  const [part, ...more] = parts;
  if (part === undefined || more.length > 0) {
    throw new DataError(
      `<${name} xmlns='${xmlns}'/> is no stanza, so it has exactly one entry in payloads, unknown or errors; this has ${parts.length}`,
    );
  }
  const element = part.make(undefined);
  if (element.name !== name) throw new DataError(`name: the line says ${name}, its only payload is <${element.name}/>`);
  if (attrs !== undefined) element.attrs = { xmlns, ...attrs };
  return element;
}

/** A payload that can be made for a parent in a namespace, or for none. */
interface Part {
  make(parentNs: string | undefined): Element;
}

function payloadsOf(line: JsonObject): readonly Part[] {
  const parts: Part[] = [];
  const each = (
    key: string,
    make: (entry: JsonObject, place: string, parentNs: string | undefined) => Element,
  ): void => {
    for (const [index, json] of list(line[key], key).entries()) {
      const place = `${key}[${index}]`;
      const entry = object(json, place);
      if (entry['at'] === undefined) parts.push({ make: (parentNs) => make(entry, place, parentNs) });
    }
  };
  each('payloads', payload);
  each('unknown', (entry, place, parentNs) => {
    const element = new Element(text(entry['name'], `${place}.name`));
    const xmlns = text(entry['xmlns'], `${place}.xmlns`);
    if (xmlns !== parentNs) element.attrs['xmlns'] = xmlns;
    return element;
  });
  each('errors', (entry, place, parentNs) => {
    const xml = text(entry['xml'], `${place}.xml`);
    return at(`${place}.xml`, () => {
      const element = parseElement(xml);
      if (element.attrs['xmlns'] === parentNs) delete element.attrs['xmlns'];
      return element;
    });
  });
  return parts;
}

function payload(entry: JsonObject, place: string, parentNs: string | undefined): Element {
  const spec = text(entry['spec'], `${place}.spec`);
  const name = text(entry['schema'], `${place}.schema`);
  const known = entryNamed(spec, name);
  if (known === undefined)
    throw new DataError(`${place}: there is no schema ${JSON.stringify(name)} of ${JSON.stringify(spec)} here`);
  const value = entry['value'];
  if (value === undefined) throw new DataError(`${place}.value: missing`);
  return at(`${place}.value`, () => {
    const { schema } = known;
    const element = schema['~encode'](fromJson(schema, value), parentNs);
    // JSON has no types to hold a wrong value off: what can't be read back was wrong.
    toJson(schema, schema['~decode'](element, element.attrs['xmlns'] ?? parentNs));
    return element;
  });
}

function at<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new DataError(`${place}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function attributes(json: Json): Readonly<Record<string, string>> {
  const entries = Object.entries(object(json, 'attrs')).filter(([name]) => name !== 'xmlns');
  return Object.fromEntries(entries.map(([name, value]) => [name, text(value, `attrs.${name}`)]));
}

function object(json: Json | undefined, place: string): JsonObject {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as JsonObject;
  throw new DataError(`${place}: expected a JSON object`);
}

function list(json: Json | undefined, place: string): readonly Json[] {
  if (json === undefined) return [];
  if (Array.isArray(json)) return json as readonly Json[];
  throw new DataError(`${place}: expected a JSON array`);
}

function text(json: Json | undefined, place: string): string {
  if (typeof json === 'string') return json;
  throw new DataError(`${place}: ${json === undefined ? 'missing' : 'expected a JSON string'}`);
}
