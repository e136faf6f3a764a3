import { parseJid } from '@xeps/core/jid';
import { roundTrip, xml } from '@xeps/core/testing';
import { expect, it } from 'vitest';
import { discoInfo, discoInfoRequest, discoItems, discoItemsRequest } from './index.ts';

it('§3.1 information', () => {
  const { value, input, output } = roundTrip(
    discoInfo,
    `<query xmlns='http://jabber.org/protocol/disco#info' node='n'><identity category='client' type='pc' name='Psi' xml:lang='en'/>` +
      `<identity category='client' type='web'/><feature var='a'/><feature var='b'/><x xmlns='jabber:x:data' type='result'/></query>`,
  );
  expect(value).toEqual({
    node: 'n',
    identities: [
      { category: 'client', type: 'pc', name: 'Psi', lang: 'en' },
      { category: 'client', type: 'web' },
    ],
    features: ['a', 'b'],
    forms: [{ type: 'result', instructions: [], fields: [], items: [], rest: [] }],
  });
  expect(output).toBe(input);
});

it('§4.1 items', () => {
  const { value, input, output } = roundTrip(
    discoItems,
    `<query xmlns='http://jabber.org/protocol/disco#items' node='n'><item jid='a@b.example/c' node='d' name='e'/><item jid='f.example'/></query>`,
  );
  expect(value).toEqual({
    node: 'n',
    items: [{ jid: parseJid('a@b.example/c'), node: 'd', name: 'e' }, { jid: parseJid('f.example') }],
    rest: [],
  });
  expect(output).toBe(input);
});

it('§3.2, §4.2 questions for nodes', () => {
  for (const [schema, what] of [
    [discoInfoRequest, 'info'],
    [discoItemsRequest, 'items'],
  ] as const) {
    const { value, input, output } = roundTrip(
      schema,
      `<query xmlns='http://jabber.org/protocol/disco#${what}' node='n'/>`,
    );
    expect(value.node).toBe('n');
    expect(output).toBe(input);
  }
});

it('§4.1 passes over what is in items, keeps what is beside them', () => {
  const value = discoItems.decode(
    xml(
      `<query xmlns='http://jabber.org/protocol/disco#items'>text<item jid='a.example'>text<x xmlns='y'/></item><set xmlns='http://jabber.org/protocol/rsm'/></query>`,
    ),
  );
  expect(value.items).toEqual([{ jid: parseJid('a.example') }]);
  expect(value.rest.map((element) => element.name)).toEqual(['set']);
});

it('an address that RFC 7622 refuses does not spoil the list', () => {
  const value = discoItems.decode(
    xml(
      `<query xmlns='http://jabber.org/protocol/disco#items'><item jid='☃@rooms.example'/><item jid='a@rooms.example'/></query>`,
    ),
  );
  expect(value.items.map(({ jid }) => String(jid))).toEqual(['☃@rooms.example', 'a@rooms.example']);
});

it('an item that is none does not hide the others', () => {
  const value = discoItems.decode(
    xml(`<query xmlns='http://jabber.org/protocol/disco#items'><item/><item jid='@'/><item jid='b@c'/></query>`),
  );
  expect(value.items.map(({ jid }) => String(jid))).toEqual(['b@c']);
});

it.each([
  [
    discoInfo,
    `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='client'/></query>`,
    'query > identity/@type',
  ],
  [discoInfo, `<query xmlns='http://jabber.org/protocol/disco#info'><feature/></query>`, 'query > feature/@var'],
])('says what is broken', (schema, text, path) => {
  const result = schema.safeDecode(xml(text));
  expect(result.ok ? '' : result.error.path).toBe(path);
});
