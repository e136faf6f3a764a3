// What holds for any input: there and back gives the same lines, and wrong input is refused in words.
import { Element } from '@xeps/core';
import { parseElement, serialize, XmlError } from '@xeps/core/xml';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DataError } from '../src/failure.ts';
import { allEntries } from '../src/registry.ts';
import { printedExamples, specifications } from './printed-examples.ts';
import { decode, encode } from './through.ts';

// Names, namespaces and values that the schemas know, in all combinations.
const headers = allEntries().flatMap(({ schema }) => [...schema['~headers']()]);
const names = [
  ...new Set([
    ...headers.map(({ name }) => name),
    'message',
    'presence',
    'iq',
    'unknown',
    'item',
    'value',
    'jid',
    'first',
  ]),
];
const namespaces = [
  ...new Set([...headers.map(({ xmlns }) => xmlns), 'jabber:client', 'jabber:server', 'urn:example', '']),
];
const keys = [
  'id',
  'type',
  'from',
  'to',
  'jid',
  'node',
  'var',
  'stamp',
  'ver',
  'by',
  'name',
  'category',
  'xml:lang',
  'size',
  'h',
];
const values = [
  '',
  ' ',
  'a',
  '1',
  '-1',
  'get',
  'set',
  'result',
  'error',
  'form',
  'submit',
  'both',
  'true',
  'juliet@capulet.lit/balcony',
  '@',
  '2002-09-10T23:08:25+01:00',
  'urn:example',
  'aGFsbG8=',
  '\u{1f600}\n',
  '<&\'"]]>',
  '\r\t',
];

const attributes = fc.dictionary(fc.constantFrom(...keys), fc.constantFrom(...values), {
  maxKeys: 4,
  noNullPrototype: true,
});
const leaf = fc.constantFrom(...values);
const { tree } = fc.letrec<{ tree: Element; node: Element | string }>((tie) => ({
  node: fc.oneof({ maxDepth: 5, withCrossShrink: true }, leaf, tie('tree')),
  tree: fc
    .record({
      header: fc.oneof(
        fc.constantFrom(...headers),
        fc.record({ name: fc.constantFrom(...names), xmlns: fc.option(fc.constantFrom(...namespaces)) }),
      ),
      attrs: attributes,
      first: fc.boolean(),
      children: fc.array(tie('node'), { maxLength: 4, depthIdentifier: 'tree' }),
    })
    .map(({ header: { name, xmlns }, attrs, first, children }) => {
      const element = new Element(name);
      // The declaration may stand before the attributes or behind them.
      element.attrs = xmlns === null ? attrs : first ? { xmlns, ...attrs } : { ...attrs, xmlns };
      element.children = children;
      return element;
    }),
}));
const stanza = fc
  .record({
    name: fc.constantFrom('message', 'presence', 'iq'),
    attrs: attributes,
    children: fc.array(tree, { maxLength: 4 }),
  })
  .map(({ name, attrs, children }) => {
    const element = new Element(name);
    element.attrs = attrs;
    element.children = children;
    return element;
  });

it('decode | encode | decode gives the same lines', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(stanza, tree), { minLength: 1, maxLength: 3 }), async (elements) => {
      const lines = await decode(elements.map((element) => serialize(element)).join('\n'));
      expect(await decode(await encode(lines))).toBe(lines);
    }),
    { numRuns: 1000 },
  );
});

/** What stands in the tests where there is no collection of examples. */
const samples = [
  `<message from='a@b/c' id='1'><result xmlns='urn:xmpp:mam:2' id='2'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2010-07-10T23:08:25Z'/>` +
    `<message xmlns='jabber:client' from='d@e'><body>x</body><stanza-id xmlns='urn:xmpp:sid:0' id='3' by='a@b'/></message></forwarded></result></message>`,
  `<iq type='result'><query xmlns='http://jabber.org/protocol/disco#info'><identity category='client' type='pc'/><feature var='urn:xmpp:ping'/>` +
    `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:example</value></field></x></query></iq>`,
];
const printed = [
  ...samples,
  ...specifications
    .flatMap(printedExamples)
    .filter(({ wellFormed }) => wellFormed)
    .map(({ xml }) => xml),
].flatMap((xml) => {
  try {
    return [serialize(parseElement(xml, { xmlns: 'jabber:client' }))];
  } catch {
    return []; // several stanzas, or a prefix that is not declared
  }
});

function within(element: Element): Element[] {
  return [element, ...element.children.flatMap((child) => (typeof child === 'object' ? within(child) : []))];
}

type Change = {
  readonly what: 'drop' | 'double' | 'unset' | 'set' | 'move' | 'text';
  readonly where: number;
  readonly which: number;
  readonly value: string;
};

/** Does one thing to one element of a tree. */
function change(tree: Element, { what, where, which, value }: Change): void {
  const all = within(tree);
  const element = all[where % all.length]!;
  const { attrs, children } = element;
  const key = Object.keys(attrs)[which % Math.max(1, Object.keys(attrs).length)];
  if (what === 'drop') children.splice(which % Math.max(1, children.length), 1);
  else if (what === 'double' && children.length > 0) children.push(children[which % children.length]!);
  else if (what === 'unset' && key !== undefined) delete attrs[key];
  else if (what === 'set' && key !== undefined && key !== 'xmlns') attrs[key] = value;
  else if (what === 'move') children.push(parseElement(serialize(all[which % all.length]!)));
  else if (what === 'text') children.splice(which % (children.length + 1), 0, value);
}

it('the same for printed examples that something was done to', { timeout: 60_000 }, async () => {
  const changes: fc.Arbitrary<Change[]> = fc.array(
    fc.record({
      what: fc.constantFrom('drop', 'double', 'unset', 'set', 'move', 'text'),
      where: fc.nat(),
      which: fc.nat(),
      value: fc.constantFrom(...values),
    }),
    { minLength: 1, maxLength: 3 },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...printed), changes, async (xml, all) => {
      const tree = parseElement(xml);
      for (const one of all) change(tree, one);
      const lines = await decode(serialize(tree));
      expect(await decode(await encode(lines))).toBe(lines);
    }),
    { numRuns: 3000 },
  );
});

it('any division of the input gives the same lines', async () => {
  await fc.assert(
    fc.asyncProperty(stanza, fc.array(fc.nat(), { maxLength: 4 }), async (element, cuts) => {
      const bytes = new TextEncoder().encode(serialize(element));
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const parts = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      const lines = await decode(...parts);
      expect(lines).toBe(await decode(bytes));
      const text = new TextEncoder().encode(lines);
      const cut = (cuts[0] ?? 0) % (text.length + 1);
      expect(await encode(text.subarray(0, cut), text.subarray(cut))).toBe(await encode(lines));
    }),
  );
});

it('hostile input to decode is refused as XML', async () => {
  const soup = fc.array(
    fc.constantFrom(
      '<',
      '>',
      '/',
      '<message',
      '</message>',
      '<a>',
      '</a>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?xml',
      '?>',
      '&',
      ';',
      ' ',
      "'",
      'x:y',
      '\u0000',
      '\ufeff',
      '<!DOCTYPE a>',
      'xmlns=""',
    ),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        soup.map((parts) => parts.join('')),
      ),
      async (input) => {
        await decode(input).catch((error: unknown) => expect(error).toBeInstanceOf(XmlError));
      },
    ),
    { numRuns: 1000 },
  );
});

it('hostile input to encode is refused as data', { timeout: 60_000 }, async () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const named = allEntries().map(({ spec, name }) => ({ spec, schema: name }));
  const payload = fc
    .record({ entry: fc.constantFrom(...named), value: json })
    .map(({ entry, value }) => ({ ...entry, value }));
  const line = fc.record(
    {
      name: fc.oneof(fc.constant('message'), fc.constant('iq'), fc.string(), json),
      xmlns: fc.oneof(fc.constant('jabber:client'), fc.string(), json),
      attrs: fc.oneof(fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.string()), json),
      payloads: fc.oneof(fc.array(fc.oneof(payload, json), { maxLength: 3 }), json),
      unknown: fc.oneof(fc.array(fc.record({ name: fc.string(), xmlns: fc.string() }), { maxLength: 2 }), json),
      errors: fc.oneof(fc.array(fc.record({ xml: fc.oneof(fc.constant('<a'), fc.string()) }), { maxLength: 2 }), json),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        line.map((value) => JSON.stringify(value)),
        fc.json(),
        fc.string(),
      ),
      async (text) => {
        const written = await encode(text).catch((error: unknown) => {
          expect(error).toBeInstanceOf(DataError);
          return '';
        });
        // What was taken can be read.
        await decode(written);
      },
    ),
    { numRuns: 3000 },
  );
});
