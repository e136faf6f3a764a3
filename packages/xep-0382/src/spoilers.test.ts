import { link, roundTrip, xml } from '@xeps/core/testing';
import { sendMessage, textFor } from '@xeps/rfc-6121';
import { getDiscoInfo } from '@xeps/xep-0030';
import { describe, expect, it } from 'vitest';
import { NS_SPOILER, spoiler, spoilerHints, spoilerPayloads, spoilers } from './index.ts';

const ns = `xmlns="${NS_SPOILER}"`;

it.each([
  [`<spoiler ${ns}/>`, {}],
  [`<spoiler ${ns}>Love story end</spoiler>`, { hint: 'Love story end' }],
  [`<spoiler ${ns} xml:lang="ca">Viatge a la platja</spoiler>`, { lang: 'ca', hint: 'Viatge a la platja' }],
])('§3 golden %#', (text, value) => {
  const trip = roundTrip(spoiler, text);
  expect(trip.value).toEqual(value);
  expect(trip.output).toBe(trip.input);
});

it('§2 is advertised', async () => {
  const { client, server } = link();
  client.use(spoilers);
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_SPOILER);
});

describe('§3 the hints of', () => {
  it.each([
    ['no spoiler', '', undefined],
    ['what is of another kind', `<spoiler xmlns='urn:x'>a</spoiler>`, undefined],
    ['one without', `<spoiler ${ns}/>`, []],
    ['one with an empty one', `<spoiler ${ns}> </spoiler>`, []],
    ['one with children', `<spoiler ${ns}><b xmlns='urn:x'>x</b></spoiler>`, []],
    ['one', `<spoiler ${ns}>a</spoiler>`, [['', 'a']]],
    [
      'one in two languages',
      `<spoiler ${ns} xml:lang='en'>a</spoiler><spoiler ${ns} xml:lang='ca'>b</spoiler>`,
      [
        ['en', 'a'],
        ['ca', 'b'],
      ],
    ],
    ['two in one language', `<spoiler ${ns}>a</spoiler><spoiler ${ns}>b</spoiler>`, [['', 'a']]],
    ['one with and one without', `<spoiler ${ns}/><spoiler ${ns} xml:lang='en'>a</spoiler>`, [['en', 'a']]],
  ])('%s', (_what, payloads, hints) => {
    const found = spoilerHints(xml(`<message><body>x</body>${payloads}</message>`));
    expect(found === undefined ? undefined : [...found]).toEqual(hints);
  });
});

it.each([
  [undefined, `<spoiler ${ns}/>`],
  ['', `<spoiler ${ns}/>`],
  [new Map(), `<spoiler ${ns}/>`],
  ['a & b', `<spoiler ${ns}>a &amp; b</spoiler>`],
  [
    new Map([
      ['en', 'a'],
      ['ca', 'b'],
    ]),
    `<spoiler ${ns} xml:lang="en">a</spoiler><spoiler ${ns} xml:lang="ca">b</spoiler>`,
  ],
])('§3 makes a spoiler %#', async (hint, written) => {
  const { client, wire } = link();
  await sendMessage(client, { to: 'romeo@montague.net', body: 'x', payloads: spoilerPayloads(hint) });
  expect(wire[0]).toContain(`<body>x</body>${written}</message>`);
});

it('RFC 6121 §5.2.3 the reader’s language is chosen', () => {
  const message = xml(
    `<message>${spoilerPayloads(
      new Map([
        ['en', 'a'],
        ['ca', 'b'],
      ]),
    ).join('')}</message>`,
  );
  expect(textFor(spoilerHints(message)!, ['ca-ES'])).toBe('b');
});
