import { expect, it } from 'vitest';
import { styledText } from './message.ts';

it('§6.2 of XEP-0393: what a message says has spans', () => {
  const [block] = styledText({ content: { text: 'a *b*' } });
  expect(block).toMatchObject({ type: 'plain', children: [{ type: 'text' }, { type: 'strong', start: 2, end: 5 }] });
});

it('§7 of XEP-0393: unless its sender does not want that', () => {
  expect(styledText({ content: { text: 'a *b*', unstyled: true } })).toEqual([
    { type: 'plain', start: 0, end: 5, children: [{ type: 'text', start: 0, end: 5 }] },
  ]);
  expect(styledText({ content: { text: '', unstyled: true } })).toEqual([]);
});
