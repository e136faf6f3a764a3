import { expect, it } from 'vitest';
import { message } from '../../test/messages.ts';
import { createShown } from './shown.ts';

it('numbers messages as they are shown, and keeps the numbers', () => {
  const shown = createShown();
  const [first, second] = [message('a', 'one', { position: 5 }), message('b', 'two', { position: 6 })];
  expect([shown.take(first), shown.take(second), shown.take(first)]).toEqual(['new', 'new', undefined]);
  // Older ones come later, and take no number away.
  expect(shown.take(message('c', 'zero', { position: 1, outgoing: true }))).toBe('new');
  expect(['a', 'b', 'c', 'x'].map((key) => shown.numberOf(key))).toEqual([1, 2, 3, undefined]);
  const any = (): boolean => true;
  expect([1, 3, 4, -1, -3, -4].map((number) => shown.keyOf(number, any))).toEqual([
    'a',
    'c',
    undefined,
    'b',
    'c',
    undefined,
  ]);
  expect(shown.last(({ outgoing }) => outgoing)?.key).toBe('c');
  expect(shown.last(() => false)).toBeUndefined();
  expect([shown.drop('c'), shown.drop('c'), shown.last(({ outgoing }) => outgoing)]).toEqual([true, false, undefined]);
  expect(shown.take(message('d', 'new'))).toBe('new');
  expect(shown.numberOf('d')).toBe(4);
});

it('says what is new of a message', () => {
  const shown = createShown();
  const one = message('a', 'one', { outgoing: true, state: 'pending' });
  shown.take(one);
  const reacted = { ...one, reactions: [{ author: { address: 'x@y' }, emojis: ['👍'], time: 0 }] };
  const edited = { ...reacted, content: { text: 'two' } };
  const sent = { ...edited, state: 'sent' } as const;
  const failed = { ...sent, state: 'failed' } as const;
  const gone = { ...failed, content: { text: '' }, retracted: { time: new Date(0) } };
  expect([reacted, edited, sent, failed, gone, gone].map((next) => shown.take(next))).toEqual([
    'reactions',
    'wording',
    'state',
    'failed',
    'wording',
    undefined,
  ]);
});
