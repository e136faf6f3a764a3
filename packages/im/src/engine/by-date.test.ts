import fc from 'fast-check';
import { expect, it } from 'vitest';
import { memoryStore } from '../store/memory.ts';
import type { EventRecord } from '../store/records.ts';
import { firstSince } from './by-date.ts';

const record = (position: number, time: number): EventRecord => ({
  key: `${position}`,
  conversation: 'juliet@capulet.lit',
  kind: 'message',
  position,
  refs: [],
  counts: false,
  data: {
    author: { address: 'juliet@capulet.lit' },
    outgoing: false,
    time,
    confirmed: true,
    content: { text: 'x' },
  },
});

it('finds the first message from a time on, wherever positions lie, and reads few', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.double({ noNaN: true, min: -1e6, max: 1e15 }), { maxLength: 40 }),
      fc.array(fc.nat(5), { minLength: 40, maxLength: 40 }),
      fc.integer({ min: -1, max: 210 }),
      async (positions, steps, time) => {
        const store = memoryStore();
        let now = 0;
        const records = positions.sort((a, b) => a - b).map((position, at) => record(position, (now += steps[at]!)));
        await store.write((tx) => tx.putEvents(records));
        const found = await store.read((tx) => firstSince(tx, 'juliet@capulet.lit', time));
        expect(found?.key).toBe(records.find(({ data }) => data.time >= time)?.key);
      },
    ),
  );
});

it('100,000 messages take some forty reads', async () => {
  const store = memoryStore();
  const records = Array.from({ length: 100_000 }, (_, at) => record(at * 1024, at));
  await store.write((tx) => tx.putEvents(records));
  let reads = 0;
  const found = await store.read((tx) =>
    firstSince(
      {
        ...tx,
        page(query) {
          reads += 1;
          return tx.page(query);
        },
      },
      'juliet@capulet.lit',
      65_432,
    ),
  );
  expect(found?.data.time).toBe(65_432);
  expect(reads).toBeLessThan(60);
});
