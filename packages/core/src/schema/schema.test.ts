import { expect, expectTypeOf, it } from 'vitest';
import { Element } from '../element.ts';
import { parseJid } from '../jid/index.ts';
import { roundTrip, xml } from '../testing/index.ts';
import {
  attr,
  base64,
  boolean,
  child,
  childText,
  childTexts,
  children,
  choice,
  CodecError,
  dateTime,
  element,
  elementName,
  flag,
  fromJson,
  hex,
  integer,
  jid,
  langText,
  lazy,
  mapped,
  oneOf,
  oneOfKnown,
  optional,
  rest,
  string,
  text,
  toJson,
  uri,
  versions,
  withDefault,
} from './index.ts';
import type { Infer, InferInput, LangMap, Schema } from './index.ts';

const NS = 'urn:test';
const delay = element('urn:xmpp:delay', 'delay', {
  stamp: attr(dateTime),
  from: optional(attr(jid)),
  reason: optional(text()),
});
const first = element(NS, 'first', { index: optional(attr(integer())), id: text() });
const set = element(NS, 'set', {
  first: optional(child(first)),
  last: optional(childText()),
  count: optional(childText(integer())),
});
const everything = element(NS, 'all', {
  name: attr(),
  kind: withDefault(attr(oneOf('a', 'b'), 'type'), 'a'),
  on: withDefault(attr(boolean), true),
  when: optional(attr(dateTime)),
  who: optional(attr(jid)),
  data: optional(childText(base64)),
  print: optional(childText(hex, 'fingerprint')),
  link: optional(childText(uri)),
  values: childTexts('value'),
  numbers: childTexts('n', integer(-5, 5)),
  titles: langText('title'),
  urgent: flag(),
  flip: flag('flip-page'),
  set: optional(child(set)),
  firsts: children(first),
  open: rest(),
});

it('infers what decoding gives and what encoding takes', () => {
  type Out = Infer<typeof everything>;
  expectTypeOf<Out['name']>().toEqualTypeOf<string>();
  expectTypeOf<Out['kind']>().toEqualTypeOf<'a' | 'b'>();
  expectTypeOf<Pick<Out, 'when'>>().toEqualTypeOf<{ when?: Date }>();
  expectTypeOf<Out['values']>().toEqualTypeOf<string[]>();
  expectTypeOf<Out['titles']>().toEqualTypeOf<LangMap>();
  expectTypeOf<Out['open']>().toEqualTypeOf<Element[]>();
  expectTypeOf<Out['name']>().not.toBeAny();
  expectTypeOf<InferInput<typeof everything>['kind']>().toEqualTypeOf<'a' | 'b' | undefined>();
  expectTypeOf<{ name: string }>().toExtend<InferInput<typeof everything>>();
  // @ts-expect-error name is required
  expect(() => everything.encode({})).toThrow(CodecError);
});

it('decodes every kind of field', () => {
  const source = `<all xmlns='${NS}' name='n' type='b' on='0' when='2002-09-10T23:08:25Z' who='juliet@capulet.lit' ignored='x'>
    <data>AAEC</data><fingerprint>00ff</fingerprint><link>https://xmpp.org/</link><value>1</value><value/><n>-5</n>
    <title>t</title><title xml:lang='de'>T</title><urgent/><flip-page/><set><first index='0'>a</first><last>b</last><count>2</count></set>
    <first>x</first><first index='1'>y</first><other xmlns='urn:other'><deep/></other></all>`;
  const { value, output } = roundTrip(everything, source);
  expect(value).toMatchObject({
    name: 'n',
    kind: 'b',
    on: false,
    when: new Date('2002-09-10T23:08:25Z'),
    data: new Uint8Array([0, 1, 2]),
    print: new Uint8Array([0, 255]),
    link: 'https://xmpp.org/',
    values: ['1', ''],
    numbers: [-5],
    titles: new Map([
      ['', 't'],
      ['de', 'T'],
    ]),
    urgent: true,
    flip: true,
    set: { first: { index: 0, id: 'a' }, last: 'b', count: 2 },
    firsts: [{ id: 'x' }, { index: 1, id: 'y' }],
  });
  expect(value.who?.equals('juliet@capulet.lit')).toBe(true);
  expect(value.open.map(String)).toEqual([`<other xmlns="urn:other"><deep/></other>`]);
  expect(toJson(everything, everything.decode(xml(output)))).toEqual(toJson(everything, value));
});

it('absent: an optional key is not there, a default is, lists are empty; defaults are not written', () => {
  const { value, output } = roundTrip(everything, `<all xmlns='${NS}' name='n' type='a' on='1'/>`);
  expect(value).toEqual({
    name: 'n',
    kind: 'a',
    on: true,
    values: [],
    numbers: [],
    titles: new Map(),
    urgent: false,
    flip: false,
    firsts: [],
    open: [],
  });
  expect(output).toBe(`<all xmlns="${NS}" name="n"/>`);
});

it.for([
  [
    `<set xmlns='${NS}'><first index='x'>a</first></set>`,
    'set > first/@index: not a whole number from 0 to 9007199254740991: "x"',
  ],
  [
    `<set xmlns='${NS}'><count>many</count></set>`,
    'set > count: not a whole number from 0 to 9007199254740991: "many"',
  ],
  [`<set xmlns='${NS}'><count>-1</count></set>`, 'set > count: not a whole number from 0 to 9007199254740991: "-1"'],
] as const)('names the place of a fault: %s', ([source, message]) => {
  const result = set.safeDecode(xml(source));
  expect(!result.ok && result.error.message).toBe(message);
});

it.for([
  [`<delay xmlns='urn:xmpp:delay'/>`, 'delay/@stamp: missing'],
  [`<delay xmlns='urn:xmpp:delay' stamp='yesterday'/>`, 'delay/@stamp: '],
  [`<delay xmlns='urn:xmpp:delay' stamp='2002-09-10T23:08:25Z' from='@'/>`, 'delay/@from: '],
] as const)('mine but broken: %s', ([source, message]) => {
  expect(() => delay.decode(xml(source))).toThrow(message);
  const parent = xml(`<message>${source}</message>`);
  expect(() => delay.find(parent)).toThrow(CodecError);
  expect(delay.safeFind(parent)).toMatchObject({ ok: false, error: { path: message.split(':')[0] } });
});

it('not mine: neither name nor namespace may differ', () => {
  const message = xml(
    `<message><delay xmlns='jabber:x:delay' stamp='x'/><delay/><x xmlns='urn:xmpp:delay'/></message>`,
  );
  expect(delay.find(message)).toBeUndefined();
  expect(delay.safeFind(message)).toBeUndefined();
  expect(delay.findAll(message)).toEqual([]);
  expect(() => delay.decode(message)).toThrow(`expected <delay xmlns='urn:xmpp:delay'/>`);
});

it('encoding is strict', () => {
  expect(() => set.encode({ count: 1.5 })).toThrow('set > count: not a whole number');
  expect(() => everything.encode({ name: 'n', kind: 'c' as 'a' })).toThrow('all/@type: expected one of a, b');
  expect(() => set.encode({ first: { id: undefined as unknown as string } })).toThrow('set > first > id: missing');
  expect(() => everything.stringify({ name: 'a\u0000b' })).toThrow(/name/);
});

it('reads the prefixed elements of other parsers', () => {
  const message = new Element('message', { 'xmlns:d': 'urn:xmpp:delay' });
  message.c('d:delay', { stamp: '2002-09-10T23:08:25Z' });
  expect(delay.find(message)?.stamp.getUTCFullYear()).toBe(2002);
  const wrapper = new Element('t:set', { 'xmlns:t': NS });
  wrapper.c('t:count').t('3');
  expect(set.decode(wrapper).count).toBe(3);
});

it('oneOfKnown: an unknown word reads as nothing, and is not written', () => {
  const presence = element(NS, 'p', {
    show: optional(childText(oneOfKnown('away', 'dnd'))),
    kind: withDefault(attr(oneOfKnown('a', 'b')), 'a'),
  });
  expect(presence.decode(xml(`<p xmlns='${NS}' kind='z'><show>sleepy</show></p>`))).toStrictEqual({ kind: 'a' });
  expect(presence.decode(xml(`<p xmlns='${NS}' kind='b'><show> dnd </show></p>`))).toStrictEqual({
    show: 'dnd',
    kind: 'b',
  });
  expect(() => presence.encode({ show: 'sleepy' as 'away' })).toThrow('expected one of away, dnd');
});

it('xmlns="" is no namespace, not the parent’s', () => {
  const parent = xml(`<set xmlns='${NS}'><count xmlns=''>1</count></set>`);
  expect(set.decode(parent)).toEqual({});
  expect(element(NS, 'count', {}).is(parent.children[0] as Element)).toBe(false);
});

it('what `rest` took keeps its namespace wherever it goes', () => {
  const { open } = everything.decode(xml(`<all xmlns='${NS}' name='n'><unclaimed/></all>`));
  expect(String(open[0])).toBe(`<unclaimed xmlns="${NS}"/>`);
});

it('skipBroken: a broken item does not hide the others', () => {
  const item = element(NS, 'item', { jid: attr(jid) });
  const source = xml(`<list xmlns='${NS}'><item jid='a@b'/><item jid='@'/><item/><item jid='c@d'/></list>`);
  expect(
    element(NS, 'list', { items: children(item, { skipBroken: true }) })
      .decode(source)
      .items.map((one) => String(one.jid)),
  ).toEqual(['a@b', 'c@d']);
  expect(() => element(NS, 'list', { items: children(item) }).decode(source)).toThrow('list > item/@jid');
});

it('choice tags what it found', () => {
  const either = choice({ delay, set });
  expect(either.find(xml(`<message><set xmlns='${NS}'/></message>`))).toEqual({ type: 'set', value: {} });
  expect(either.stringify({ type: 'set', value: { count: 1 } })).toBe(`<set xmlns="${NS}"><count>1</count></set>`);
  expect(() => either.encode({ type: 'other' as 'set', value: {} })).toThrow('expected one of delay, set');
});

it('versions reads all and writes the first', () => {
  const ping = versions(element('urn:p:1', 'p', { a: attr() }), element('urn:p:0', 'p', { a: attr() }));
  expect(ping.find(xml(`<message><p xmlns='urn:p:0' a='x'/></message>`))).toEqual({ a: 'x' });
  expect(ping.stringify({ a: 'x' })).toBe(`<p xmlns="urn:p:1" a="x"/>`);
});

it('lazy lets an element contain itself', () => {
  interface Tree {
    readonly branches: readonly Tree[];
  }
  const tree: Schema<Tree> = element(NS, 'tree', { branches: children(lazy((): Schema<Tree> => tree)) });
  const source = `<tree xmlns="${NS}"><tree><tree/></tree><tree/></tree>`;
  expect(roundTrip(tree, source).output).toBe(source);
});

it('mapped changes the type of a value', () => {
  const feature = mapped(
    element(NS, 'feature', { var: attr() }),
    ({ var: name }) => name,
    (name: string) => ({ var: name }),
  );
  const info = element(NS, 'query', { features: children(feature) });
  expect(roundTrip(info, `<query xmlns="${NS}"><feature var="a"/></query>`)).toMatchObject({
    value: { features: ['a'] },
    output: `<query xmlns="${NS}"><feature var="a"/></query>`,
  });
});

it('elementName: the name is the value', () => {
  const state = elementName('urn:s', ['active', 'gone']);
  expect(state.find(xml(`<message><gone xmlns='urn:s'/></message>`))).toBe('gone');
  expect(state.stringify('active')).toBe('<active xmlns="urn:s"/>');
  expect(() => state.encode('x' as 'gone')).toThrow('expected one of active, gone');
});

it('names from foreign XML can not reach a prototype', () => {
  const value = element(NS, 'o', { titles: langText('title'), proto: optional(attr(string, 'toString')) }).decode(
    xml(`<o xmlns='${NS}' constructor='x'><title xml:lang='__proto__'>a</title></o>`),
  );
  expect(value.titles.get('__proto__')).toBe('a');
  expect('proto' in value).toBe(false);
});

it('JSON and back', () => {
  const value = everything.decode(
    xml(`<all xmlns='${NS}' name='n' when='2002-09-10T23:08:25Z' who='juliet@capulet.lit'><data>AAEC</data><n>2</n><title xml:lang='de'>T</title>
      <urgent/><set><count>1</count></set><first index='1'>y</first><other xmlns='urn:other'/></all>`),
  );
  const json = toJson(everything, value);
  expect(JSON.parse(JSON.stringify(json))).toEqual({
    name: 'n',
    kind: 'a',
    on: true,
    when: '2002-09-10T23:08:25Z',
    who: 'juliet@capulet.lit',
    data: 'AAEC',
    values: [],
    numbers: [2],
    titles: { de: 'T' },
    urgent: true,
    flip: false,
    set: { count: 1 },
    firsts: [{ index: 1, id: 'y' }],
    open: ['<other xmlns="urn:other"/>'],
  });
  expect(everything.stringify(fromJson(everything, json))).toBe(everything.stringify(value));
  expect(() => fromJson(everything, { name: 'n', firsts: 'x' })).toThrow('firsts: expected a JSON array');
  expect(() => fromJson(everything, { name: { toString: 'x' } })).toThrow(
    'name: expected a JSON string, number or boolean',
  );
  expect(() => fromJson(everything, {})).toThrow('name: missing');
  expect(everything.stringify(fromJson(everything, { name: 'n', open: ['<none/>'] }))).toBe(
    `<all xmlns="${NS}" name="n"><none xmlns=""/></all>`,
  );
  const tagged = choice({ set });
  expect(fromJson(tagged, toJson(tagged, { type: 'set', value: { count: 3 } }))).toEqual({
    type: 'set',
    value: { count: 3 },
  });
});

it('addresses read as addresses', () => {
  expect(delay.stringify({ stamp: new Date(0), from: parseJid('Juliet@Capulet.lit') })).toBe(
    '<delay xmlns="urn:xmpp:delay" stamp="1970-01-01T00:00:00Z" from="juliet@capulet.lit"/>',
  );
});
