import { parseJid } from '@xeps/core/jid';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  isMentioned,
  jidFromUri,
  jidToUri,
  mentionsOf,
  newMention,
  NS_REFERENCE,
  reference,
  references,
  referencesOf,
} from './index.ts';

it.each([
  [
    '§4.2 mention',
    `<reference xmlns="${NS_REFERENCE}" type="mention" uri="xmpp:juliet@capulet.lit" begin="72" end="78"/>`,
    { type: 'mention', uri: 'xmpp:juliet@capulet.lit', begin: 72, end: 78 },
  ],
  [
    '§4.3 data',
    `<reference xmlns="${NS_REFERENCE}" type="data" uri="https://example.com/"/>`,
    { type: 'data', uri: 'https://example.com/' },
  ],
  [
    '§4.4 anchor',
    `<reference xmlns="${NS_REFERENCE}" type="data" uri="xmpp:a.lit" anchor="xmpp:b.lit?;item=1"/>`,
    { type: 'data', uri: 'xmpp:a.lit', anchor: 'xmpp:b.lit?;item=1' },
  ],
])('%s: text and value are the same thing', (_section, text, value) => {
  const trip = roundTrip(reference, text);
  expect(trip.value).toEqual(value);
  expect(trip.output).toBe(trip.input);
});

it.each(['type="mention"', 'uri="xmpp:a.lit"', 'type="mention" uri="a"', 'type="x" uri="xmpp:a" begin="-1"'])(
  '§4.1 broken: %s',
  (attrs) => {
    expect(reference.safeDecode(xml(`<reference xmlns="${NS_REFERENCE}" ${attrs}/>`)).ok).toBe(false);
  },
);

const ref = (attrs: string): string => `<reference xmlns='${NS_REFERENCE}' ${attrs}/>`;
const mention = (uri: string, more = ''): string => ref(`type='mention' uri='${uri}' ${more}`);
const message = (content: string, attrs = '') => xml(`<message ${attrs}>${content}</message>`);

it('§4.1 ranges count code points, begin inclusive, end exclusive', () => {
  const body = '😀 soft, Juliet &amp; 月!';
  const read = (begin: number, end: number) =>
    referencesOf(message(`<body>${body}</body>${mention('xmpp:j@c.lit', `begin='${begin}' end='${end}'`)}`))[0]!.range;
  expect(read(8, 14)).toEqual({ start: 9, end: 15, text: 'Juliet' });
  expect(read(0, 1)).toEqual({ start: 0, end: 2, text: '😀' });
  expect(read(17, 19)).toEqual({ start: 18, end: 20, text: '月!' });
  // A range that is not there leaves the reference.
  for (const [begin, end] of [
    [17, 20],
    [5, 5],
    [5, 4],
    [99, 100],
  ] as const) {
    expect(read(begin, end)).toBeUndefined();
  }
});

it('§4.2 reads who is mentioned, and passes over what is broken or about something else', () => {
  const found = mentionsOf(
    message(
      `<body>Hail</body>${mention('xmpp:juliet@capulet.lit', `begin='0' end='4'`)}${ref(`type='mention'`)}` +
        `${ref(`type='data' uri='xmpp:nurse@capulet.lit'`)}${mention('https://evil.example/romeo@montague.lit')}` +
        `${mention('xmpp:@')}${mention('xmpp:tybalt@capulet.lit', `anchor='xmpp:room@muc.lit?;item=1'`)}` +
        mention('xmpp:room@muc.lit/romeo'),
    ),
  );
  expect(found.map(({ jid, range }) => [String(jid), range?.text])).toEqual([
    ['juliet@capulet.lit', 'Hail'],
    ['room@muc.lit/romeo', undefined],
  ]);
  expect(mentionsOf(message(''))).toEqual([]);
});

it.each([
  ['xmpp:juliet@capulet.lit', true],
  ['XMPP:JULIET@capulet.lit', true],
  ['xmpp:juliet@capulet.lit/balcony', true],
  ['xmpp:juliet@capulet.lit?message', true],
  ['xmpp://romeo@montague.lit/juliet@capulet.lit', true],
  ['xmpp:jul%69et@capulet.lit', true],
  ['xmpp:juliet%40capulet.lit@evil.example', false],
  ['xmpp:juliet@capulet.lit.evil.example', false],
  ['xmpp:capulet.lit', false],
  ['mailto:juliet@capulet.lit', false],
  ['xmpp:evil.example#juliet@capulet.lit', false],
])('§4.2 %s mentions juliet@capulet.lit: %s', (uri, expected) => {
  expect(isMentioned(message(mention(uri)), 'juliet@capulet.lit')).toBe(expected);
});

it('an occupant is mentioned by name: a mention of the room is none of everybody in it', () => {
  const who = parseJid('room@muc.lit/romeo');
  expect(isMentioned(message(mention('xmpp:room@muc.lit/romeo')), who)).toBe(true);
  expect(isMentioned(message(mention('xmpp:room@muc.lit')), who)).toBe(false);
  expect(isMentioned(message(mention('xmpp:room@muc.lit/Mallory')), who)).toBe(false);
  expect(isMentioned(message(mention('xmpp:other@muc.lit/romeo')), who)).toBe(false);
});

it('a bounce mentions nobody, and neither does the hundred and first reference', () => {
  expect(mentionsOf(message(mention('xmpp:a@b.lit'), `type='error'`))).toEqual([]);
  const many = message(mention('xmpp:x@y.lit').repeat(100) + mention('xmpp:a@b.lit'));
  expect(mentionsOf(many)).toHaveLength(100);
  expect(isMentioned(many, 'a@b.lit')).toBe(false);
});

it('writes what it reads', () => {
  const body = '😀 soft, Juliet is the sun';
  const input = newMention('juliet@capulet.lit', { body, start: 9, end: 15 });
  expect(input).toEqual({ type: 'mention', uri: 'xmpp:juliet@capulet.lit', begin: 8, end: 14 });
  expect(newMention('room@muc.lit/a b/c?')).toEqual({ type: 'mention', uri: 'xmpp:room@muc.lit/a%20b%2Fc%3F' });
  for (const [start, end] of [
    [5, 5],
    [9, 99],
    [-1, 3],
  ] as const) {
    expect(() => newMention('a@b.lit', { body, start, end })).toThrow(RangeError);
  }
});

it('an address and its URI are the same thing', () => {
  for (const text of ['a@b.lit', 'b.lit', 'room@muc.lit/Ünï çödé/%2F#?', 'a@[::1]/x'])
    expect(String(jidFromUri(jidToUri(text)))).toBe(String(parseJid(text)));
  expect(jidFromUri('xmpp:a@b.lit/%zz')).toBeUndefined();
  expect(jidFromUri('xmpp:a%2F@b.lit')).toBeUndefined();
  fc.assert(fc.property(fc.webUrl(), (uri) => jidFromUri(uri) === undefined));
  fc.assert(fc.property(fc.string(), (text) => void jidFromUri(`xmpp:${text}`)));
});

it('§3 is advertised', async () => {
  const { client, server } = link();
  client.use(references);
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_REFERENCE);
});
