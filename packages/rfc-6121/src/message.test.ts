import { CodecError } from '@xeps/core/schema';
import { JidError } from '@xeps/core/jid';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { serialize } from '@xeps/core/xml';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  messageBody,
  messageInfo,
  messageStanza,
  messageSubject,
  messageThread,
  sendMessage,
  textFor,
} from './index.ts';

const golden = [
  [messageBody, '<body>Wherefore art thou, Romeo?</body>', { text: 'Wherefore art thou, Romeo?' }],
  [
    messageBody,
    '<body xmlns="jabber:client" xml:lang="cs">PročeŽ jsi ty, Romeo?</body>',
    { lang: 'cs', text: 'PročeŽ jsi ty, Romeo?' },
  ],
  [messageSubject, '<subject>I implore you!</subject>', { text: 'I implore you!' }],
  [
    messageThread,
    '<thread xmlns="jabber:client" parent="e0ffe42b">0e3141cd</thread>',
    { parent: 'e0ffe42b', id: '0e3141cd' },
  ],
] as const;

it.each(golden)('§5.2.3–5.2.5 %#: text and value are the same thing', (schema, text, value) => {
  const trip = roundTrip(schema as typeof messageBody, text);
  expect(trip.value).toEqual(value);
  expect(trip.output).toBe(trip.input);
});

it('§5.2 reads a whole message, and writes it as it was', () => {
  const text =
    '<message xmlns="jabber:client" id="m1" from="juliet@capulet.lit/balcony" to="romeo@montague.lit" type="chat" xml:lang="en">' +
    '<subject>Help</subject><body>Art thou?</body><body xml:lang="cs">Jsi?</body><thread parent="p">t</thread><x xmlns="urn:x"/></message>';
  const value = messageStanza.decode(xml(text));
  expect([...value.body]).toEqual([
    ['', 'Art thou?'],
    ['cs', 'Jsi?'],
  ]);
  expect(value).toMatchObject({ id: 'm1', type: 'chat', lang: 'en', thread: { id: 't', parent: 'p' } });
  expect(value.payloads.map((element) => element.getNS())).toEqual(['urn:x']);
  expect(serialize(messageStanza.encode(value))).toBe(serialize(xml(text)));
});

it.each([
  ['<message/>', 'normal'],
  ['<message type="sonnet"/>', 'normal'],
  ['<message type=""/>', 'normal'],
  ['<message type="headline"/>', 'headline'],
])('§5.2.2 %s is of type %s', (text, type) => {
  expect(messageInfo(xml(text)).type).toBe(type);
});

it('§5.2 an envelope tells who wrote to whom, and says what is broken', () => {
  const info = messageInfo(xml('<message id="1" from="a@b.example/c" to="d@e.example" xml:lang="de"/>'));
  expect({ ...info, from: String(info.from), to: String(info.to) }).toEqual({
    id: '1',
    from: 'a@b.example/c',
    to: 'd@e.example',
    type: 'normal',
    lang: 'de',
  });
  expect(() => messageInfo(xml('<message from="@b.example"/>'))).toThrow(CodecError);
  expect(() => messageInfo(xml('<presence/>'))).toThrow(CodecError);
});

it('§5.1 sends what it is given, with an id of its own', async () => {
  const { client, server, wire } = link();
  const seen: string[] = [];
  server.on('message', messageBody, ({ text }, stanza) => void seen.push(`${String(stanza.attrs['type'])}: ${text}`));
  const { id, delivery } = await sendMessage(client, {
    to: 'juliet@capulet.lit',
    body: 'Call me but <love>',
    thread: 't1',
  });
  await delivery.acked;
  expect(seen).toEqual(['chat: Call me but <love>']);
  expect(wire[0]).toContain(`id="${id}"`);
  expect(wire[0]).toContain('<thread>t1</thread>');
  const second = await sendMessage(client, {
    to: 'juliet@capulet.lit',
    id: 'mine',
    type: 'normal',
    body: new Map([
      ['', 'a'],
      ['de', 'b'],
    ]),
    subject: 's',
  });
  expect(second.id).toBe('mine');
  expect(wire[1]).not.toContain('type=');
  expect(wire[1]).toContain('<subject>s</subject><body>a</body><body xml:lang="de">b</body>');
});

it('refuses what can’t be sent before anything is on the wire', async () => {
  const { client, wire } = link();
  await expect(sendMessage(client, { to: '@', body: 'x' })).rejects.toBeInstanceOf(JidError);
  await expect(sendMessage(client, { to: 'a@b.example', type: 'letter' as 'chat' })).rejects.toBeInstanceOf(CodecError);
  await expect(
    sendMessage(client, { to: 'a@b.example', body: 'x' }, { signal: AbortSignal.abort(new Error('no')) }),
  ).rejects.toThrow('no');
  expect(wire).toEqual([]);
});

it.each([
  [['de-CH', 'en'], 'Hallo'],
  [['DE'], 'Hallo'],
  [['fr', 'pt-BR'], 'Olá'],
  [['pt'], 'Hello'],
  [['en-GB'], 'Hello'],
  [[], 'Hello'],
])('§5.2.3 who reads %j is shown %s', (languages, expected) => {
  const texts = new Map([
    ['de', 'Hallo'],
    ['pt-BR', 'Olá'],
    ['', 'Hello'],
  ]);
  expect(textFor(texts, languages, 'en')).toBe(expected);
});

it('§5.2.3 any text is better than none', () => {
  expect(textFor(new Map([['de', 'Hallo']]), ['fr'])).toBe('Hallo');
  expect(textFor(new Map())).toBeUndefined();
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.string(), fc.string()), { selector: ([lang]) => lang }),
      fc.array(fc.string()),
      (texts, languages) => {
        const shown = textFor(new Map(texts), languages);
        expect(texts.length === 0 ? shown === undefined : texts.some(([, text]) => text === shown)).toBe(true);
      },
    ),
  );
});
