import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, it } from 'vitest';
import { chooseContent, content, contentsOf, contentTypes, NS_CONTENT } from './index.ts';

it.each([
  ['§2.1 a hint', `<content xmlns="${NS_CONTENT}" type="text/markdown"/>`, { type: 'text/markdown' }],
  [
    '§2.2 a text',
    `<content xmlns="${NS_CONTENT}" type="text/xml">&lt;a/&gt;</content>`,
    { type: 'text/xml', text: '<a/>' },
  ],
  ['§4.2 a vendor’s', `<content xmlns="${NS_CONTENT}" type="text/vnd.a+b"/>`, { type: 'text/vnd.a+b' }],
])('%s: text and value are the same thing', (_section, text, value) => {
  const trip = roundTrip(content, text);
  expect(trip.value).toEqual(value);
  expect(trip.output).toBe(trip.input);
});

it.each(['', 'type=""', 'type="markdown"', 'type="text/"', 'type="text/a b"', `type="text/${'a'.repeat(128)}"`])(
  'broken: %s',
  (attrs) => {
    expect(() => content.decode(xml(`<content xmlns="${NS_CONTENT}" ${attrs}/>`))).toThrow(CodecError);
  },
);
it('refuses to write what is no type', () => {
  expect(() => content.encode({ type: 'markdown' })).toThrow(CodecError);
});

const tag = (type: string, text = ''): string => `<content xmlns='${NS_CONTENT}' type='${type}'>${text}</content>`;
const message = (inside: string, attrs = '') => xml(`<message ${attrs}>${inside}</message>`);
const energy = message(
  `<body>5000 kWh</body>${tag('text/markdown', '**5000 kWh**')}${tag('text/xml', '&lt;q>5000&lt;/q>')}`,
);

it.each([
  [['text/markdown', 'text/xml'], 'text/markdown', '**5000 kWh**'],
  [['text/xml', 'text/markdown'], 'text/xml', '<q>5000</q>'],
  [['text/html', 'TEXT/Markdown; charset=utf-8'], 'text/markdown', '**5000 kWh**'],
  [['text/plain', 'text/markdown'], 'text/plain', '5000 kWh'],
  [['text/html'], 'text/plain', '5000 kWh'],
  [[], 'text/plain', '5000 kWh'],
])('§2.3 who shows %j gets %s', (types, type, text) => {
  expect(chooseContent(energy, types)).toEqual({ type, text });
});

it('§2.1 a content without text is about the body', () => {
  const hinted = message(`<body>**Note:**</body>${tag('text/markdown')}`);
  expect(chooseContent(hinted, ['text/markdown'])).toEqual({ type: 'text/markdown', text: '**Note:**' });
  expect(chooseContent(hinted, [])).toEqual({ type: 'text/plain', text: '**Note:**' });
});

it('of several the first, of broken ones none, and of parameters none', () => {
  const odd = message(
    `<body>b</body>${tag('x', 'broken')}${tag('Text/Markdown;variant=GFM', 'one')}${tag('text/markdown', 'two')}`,
  );
  expect(contentsOf(odd)).toEqual([
    { type: 'text/markdown', text: 'one' },
    { type: 'text/plain', text: 'b' },
  ]);
});

it('nothing at all, a bounce, and a hint about no body offer nothing', () => {
  expect(contentsOf(message(''))).toEqual([]);
  expect(chooseContent(message(''), ['text/markdown'])).toBeUndefined();
  expect(chooseContent(message(`<body>b</body>${tag('text/markdown', 'x')}`, `type='error'`), [])).toBeUndefined();
  expect(contentsOf(message(tag('text/markdown')))).toEqual([]);
  // One of another namespace, and one inside of something else, are not the message's.
  expect(contentsOf(message(`<content type='a/b'>x</content><x xmlns='urn:x'>${tag('a/b', 'x')}</x>`))).toEqual([]);
  expect(chooseContent(message(tag('text/markdown', 'x')), ['text/html'])).toBeUndefined();
});

it('takes the body in the user’s language', () => {
  const both = message(`<body>Hello</body><body xml:lang='de'>Hallo</body>${tag('text/markdown')}`);
  expect(chooseContent(both, ['text/markdown'], { languages: ['de'] })?.text).toBe('Hallo');
});

it('§3 is advertised', async () => {
  const { client, server } = link();
  client.use(contentTypes);
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_CONTENT);
});
