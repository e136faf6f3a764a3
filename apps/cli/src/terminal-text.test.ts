import { expect, it } from 'vitest';
import { foundIn, markFound } from './found-words.ts';
import { styledLines } from './styled-text.ts';
import { render } from './terminal-text.ts';

it('shows styles on a terminal of colours, and nothing of them elsewhere', () => {
  const lines = [[{ text: 'Romeo', styles: ['bold'], color: '#ff8000' } as const, { text: ': hi' }]];
  expect(render(lines, 1)).toBe('Romeo: hi\n');
  expect(render(lines, 4)).toBe('\x1b[1mRomeo\x1b[0m: hi\n');
  expect(render(lines, 8)).toBe('\x1b[1;38;5;214mRomeo\x1b[0m: hi\n');
  expect(render(lines, 24)).toBe('\x1b[1;38;2;255;128;0mRomeo\x1b[0m: hi\n');
});

it.each([1, 8, 24])('lets no text steer a terminal of depth %d, nor begin a line', (depth) => {
  const text = render([[{ text: 'a\x1b]0;title\x07\x9b31m\r\nb\u2028c', styles: ['code'] }]], depth);
  expect(text).toContain('a\\x1b]0;title\\x07\\x9b31m\\x0d b c');
  expect(text.indexOf('\n')).toBe(text.length - 1);
});

it('XEP-0393 §6 styles over lines', () => {
  expect(render(styledLines('*b* _i_ ~s~ `c`\n> q\n```\n*not*\n```'), 4)).toBe(
    '\x1b[1;2m*\x1b[0m\x1b[1mb\x1b[0m\x1b[1;2m*\x1b[0m \x1b[3;2m_\x1b[0m\x1b[3mi\x1b[0m\x1b[3;2m_\x1b[0m ' +
      '\x1b[9;2m~\x1b[0m\x1b[9ms\x1b[0m\x1b[9;2m~\x1b[0m \x1b[36;2m`\x1b[0m\x1b[36mc\x1b[0m\x1b[36;2m`\x1b[0m\n' +
      '\x1b[2m> \x1b[0mq\n\x1b[36;2m```\x1b[0m\n\x1b[36m*not*\x1b[0m\n\x1b[36;2m```\x1b[0m\n',
  );
  for (const text of ['*b*\n> q\n', 'plain', '']) expect(render(styledLines(text), 1)).toBe(`${text.trimEnd()}\n`);
  expect(styledLines('*b*', true)).toEqual([[{ text: '*b*' }]]);
});

it.each([
  ['Wherefore art thou, Roméo?', 'romeo WHERE', ['Wherefore', 'Roméo'], ['Roméo']],
  ['Moon, moons and moonlight', 'moo', ['Moon', 'moons', 'moonlight'], undefined],
  ['a moon', 'moon a', ['a', 'moon'], undefined],
  ['nothing', '', [], undefined],
  ['今日は天気がいい', '天気', ['天気'], undefined],
])('finds in %j what a search for %j found', (text, query, found, others) => {
  const words = foundIn(text, query).map(({ start, end }) => text.slice(start, end));
  // Only the last word may be the beginning of one.
  expect(words).toEqual(others === undefined ? found : expect.arrayContaining(others));
});

it('marks what was found over several styles', () => {
  expect(markFound([[{ text: 'the mo', styles: ['bold'] }, { text: 'on is' }]], 'moon')).toEqual([
    [
      { text: 'the ', styles: ['bold'] },
      { text: 'mo', styles: ['bold', 'found'] },
      { text: 'on', styles: ['found'] },
      { text: ' is' },
    ],
  ]);
});
