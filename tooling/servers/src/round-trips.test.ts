import { expect, test } from 'vitest';

import { countRoundTrips, type Direction, type Passage } from './round-trips.ts';

/** Passages from `↑` and `↓` with the time of each. */
function passages(...entries: readonly (readonly [arrow: string, at: number])[]): Passage[] {
  return entries.map(([arrow, at]) => {
    const direction: Direction = arrow === '↑' ? 'up' : 'down';
    return { connection: 1, at, direction, bytes: 1 };
  });
}

test.each([
  ['nothing', [], 0, 0],
  ['a request without an answer', [['↑', 0]], 0, 0],
  [
    'an answer in several parts',
    [
      ['↑', 0],
      ['↓', 1],
      ['↓', 2],
    ],
    0,
    1,
  ],
  [
    'one after another',
    [
      ['↑', 0],
      ['↓', 1],
      ['↑', 1],
      ['↓', 2],
      ['↑', 2],
      ['↓', 3],
    ],
    0,
    3,
  ],
  [
    'the server speaks first',
    [
      ['↓', 0],
      ['↑', 1],
      ['↓', 2],
    ],
    0,
    1,
  ],
  [
    'one after another, with a delay of 50',
    [
      ['↑', 0],
      ['↓', 51],
      ['↑', 101],
      ['↓', 152],
    ],
    50,
    2,
  ],
  // The second request left before the first answer was there, and each answer followed its own.
  [
    'two at once, with a delay of 50',
    [
      ['↑', 0],
      ['↑', 10],
      ['↓', 51],
      ['↑', 52],
      ['↓', 61],
      ['↓', 103],
    ],
    50,
    1,
  ],
  [
    'what the server said by itself is no answer',
    [
      ['↑', 0],
      ['↓', 10],
      ['↑', 20],
      ['↓', 51],
    ],
    50,
    1,
  ],
] as const)('%s', (_, entries, delay, trips) => {
  expect(countRoundTrips(passages(...entries), delay)).toBe(trips);
});
