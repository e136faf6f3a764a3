import { XmppError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { discoInfoQuery, getDiscoInfo } from '@xeps/xep-0030';
import { sendMessage } from '@xeps/rfc-6121';
import { NS_SID, stanzaIdsBy } from '@xeps/xep-0359';
import type { StanzaIdReader } from '@xeps/xep-0359';
import { fallback, NS_FALLBACK, withoutFallback } from '@xeps/xep-0428';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NS_REPLY, quoteFallback, referenceId, replies, reply, replyTo, withoutQuote } from './index.ts';

const ns = `xmlns="${NS_REPLY}"`;

it.each([
  [`<reply ${ns} to="anna@example.com/tablet" id="message-id1"/>`, 'anna@example.com/tablet'],
  [`<reply ${ns} id="message-id1"/>`, 'undefined'],
])('§3 golden %#', (text, to) => {
  const trip = roundTrip(reply, text);
  expect([String(trip.value.to), trip.value.id]).toEqual([to, 'message-id1']);
  expect(trip.output).toBe(trip.input);
});

it.each([`<reply ${ns}/>`, `<reply ${ns} id="1" to="@"/>`])('§3 broken: %s', (text) => {
  expect(() => reply.decode(xml(text))).toThrow(CodecError);
});

it('§2 is advertised', async () => {
  const { client, server } = link();
  client.use(replies);
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_REPLY);
});

describe('§3.1 the quote', () => {
  it.each([
    [
      { heading: 'Anna wrote:', text: 'We should bake a cake' },
      'Great idea!',
      '> Anna wrote:\n> We should bake a cake\nGreat idea!',
      38,
    ],
    [{ text: 'a\nb' }, 'c', '> a\n> b\nc', 8],
    [{ text: 'a\r\n\rb' }, 'c', '> a\n> \n> b\nc', 11],
    [{ text: '> a' }, 'c', '> > a\nc', 6],
    [{ text: 'a' }, '> c', '> a\n\n> c', 5],
    [{ text: '👨‍👨‍👦‍👦' }, '🐢', '> 👨‍👨‍👦‍👦\n🐢', 10],
    [{ heading: 'x\n\ny', text: '' }, 'c', '> x\n> \n> y\n> \nc', 14],
  ])('%#', (quote, answer, body, end) => {
    const quoted = quoteFallback(quote, answer);
    expect(quoted.body).toBe(body);
    expect(quoted.fallback).toEqual({ for: NS_REPLY, body: [{ start: 0, end }] });
  });

  it('comes off as it was put on, and every line of it is quoted', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string(),
        fc.string({ unit: 'grapheme' }),
        (text, heading, body) => {
          const quoted = quoteFallback({ heading, text }, body);
          const ranges = fallback.decode(fallback.encode(quoted.fallback)).body;
          expect(withoutFallback(quoted.body, ranges)).toBe(body);
          const lines = quoted.body
            .slice(0, quoted.body.length - body.length)
            .trimEnd()
            .split('\n');
          expect(lines.every((line) => line.startsWith('>'))).toBe(true);
        },
      ),
    );
  });

  const message = (payloads: string): Element => xml(`<message from='max@example.com'>${payloads}</message>`);
  const mark = `<fallback xmlns='${NS_FALLBACK}' for='${NS_REPLY}'><body start='0' end='4'/></fallback>`;
  it.each([
    ['an answer', `<reply ${ns} id='1'/>${mark}`, 'b'],
    ['an answer without a quote', `<reply ${ns} id='1'/>`, '> a\nb'],
    ['a quote without an answer', mark, '> a\nb'],
    ['a broken answer', `<reply ${ns}/>${mark}`, '> a\nb'],
    ['a quote for something else', `<reply ${ns} id='1'/>${mark.replace(NS_REPLY, 'urn:x')}`, '> a\nb'],
    ['nothing', '', '> a\nb'],
  ])('of %s', (_what, payloads, shown) => {
    expect(withoutQuote('> a\nb', message(payloads))).toBe(shown);
  });
});

async function readerBy(by?: string): Promise<StanzaIdReader> {
  const { client, server } = link();
  server.handle(discoInfoQuery, () => ({
    identities: [{ category: 'conference', type: 'text' }],
    features: [NS_SID],
  }));
  return (await stanzaIdsBy(client, by === undefined ? {} : { by }))!;
}
const sid = (id: string, by: string): string => `<stanza-id xmlns='${NS_SID}' id='${id}' by='${by}'/>`;
const oid = (id: string): string => `<origin-id xmlns='${NS_SID}' id='${id}'/>`;

describe('§4.1 the id of', () => {
  it.each([
    ['a chat message', `<message id='m1' type='chat' from='a@b.example/c'/>`, 'm1'],
    ['a message of no type', `<message id='m1'/>`, 'm1'],
    ['one with an origin id', `<message id='m1' type='chat' from='a@b.example/c'>${oid('o1')}</message>`, 'o1'],
    ['one with a broken one', `<message id='m1' type='chat'><origin-id xmlns='${NS_SID}'/></message>`, 'm1'],
    ['one with an id of the account', `<message id='m1' type='chat'>${sid('s1', 'room@muc.example')}</message>`, 'm1'],
    ['one without', `<message type='chat'/>`, undefined],
    ['one with an empty id', `<message type='chat' id=''/>`, undefined],
    ['a bounce', `<message id='m1' type='error'/>`, undefined],
    [
      'a room’s message',
      `<message id='m1' type='groupchat' from='room@muc.example/a'>${oid('o1')}${sid('s1', 'room@muc.example')}</message>`,
      's1',
    ],
    [
      'a room’s message without one of the room',
      `<message id='m1' type='groupchat' from='room@muc.example/a'>${oid('o1')}${sid('s1', 'romeo@montague.lit')}</message>`,
      undefined,
    ],
    [
      'another room’s message',
      `<message id='m1' type='groupchat' from='evil@muc.example/a'>${sid('s1', 'room@muc.example')}</message>`,
      undefined,
    ],
    ['a message of nobody', `<message id='m1' type='groupchat'>${sid('s1', 'room@muc.example')}</message>`, undefined],
  ])('%s', async (_what, text, id) => {
    expect(referenceId(xml(text), await readerBy('room@muc.example'))).toBe(id);
  });

  it('a room’s message is none of the account’s or of nobody', async () => {
    const text = `<message type='groupchat' from='room@muc.example/a'>${sid('s1', 'romeo@montague.lit')}${sid('s2', 'room@muc.example')}</message>`;
    expect(referenceId(xml(text), await readerBy())).toBeUndefined();
    expect(referenceId(xml(text))).toBeUndefined();
  });
});

it('§3 an answer says to which message, with and without a quote', async () => {
  const { client, wire } = link();
  const original = xml(
    `<message from='anna@example.com/laptop' id='message-id1' type='chat'><body>We should bake a cake</body></message>`,
  );
  const quote = { heading: 'Anna wrote:', text: 'We should bake a cake' };
  await sendMessage(client, { to: 'anna@example.com', ...replyTo(original, 'Great idea!', { quote }) });
  await sendMessage(client, { to: 'anna@example.com', ...replyTo(original, 'Great idea!') });
  expect(wire[0]).toContain(
    '<body>&gt; Anna wrote:\n&gt; We should bake a cake\nGreat idea!</body>' +
      `<reply ${ns} to="anna@example.com/laptop" id="message-id1"/>` +
      `<fallback xmlns="${NS_FALLBACK}" for="${NS_REPLY}"><body start="0" end="38"/></fallback>`,
  );
  expect(wire[1]).toContain(
    `<body>Great idea!</body><reply ${ns} to="anna@example.com/laptop" id="message-id1"/></message>`,
  );
});

it('§4.1 what has no id can’t be answered, and an own message has no author to name', () => {
  expect(() => replyTo(xml(`<message type='groupchat' id='1' from='room@muc.example/a'/>`), 'x')).toThrow(XmppError);
  expect(() => replyTo(xml(`<message/>`), 'x')).toThrow(XmppError);
  const [payload] = replyTo(xml(`<message id='1'/>`), 'x').payloads;
  expect(reply.decode(payload!)).toEqual({ id: '1' });
});
