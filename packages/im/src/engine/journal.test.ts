import { expect, it } from 'vitest';
import { createModel, hers, says } from '../../test/model.ts';
import { memoryStore } from '../store/memory.ts';
import { createJournal } from './journal.ts';
import type { Change } from './journal.ts';

/** Lets everything happen that takes no time. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

it('tells of every change once, in order, whenever it is made', async () => {
  for (let gap = 0; gap < 60; gap++) {
    const store = memoryStore();
    const journal = createJournal(store, (error) => expect.fail(String(error)));
    const told: string[] = [];
    journal.on('change', ({ added }) => void told.push(...added));
    // Another engine on the same store.
    const model = createModel(store);
    const keys: string[] = [];
    for (const id of ['1', '2']) {
      void model.live(hers(id, says(id))).then(({ added }) => keys.push(added[0]!.key));
      for (let turn = 0; turn < gap; turn++) await Promise.resolve();
    }
    await settle();
    await journal.told();
    expect([gap, told]).toEqual([gap, keys]);
    journal.close();
  }
});

it('tells of nothing that was before it, and nothing after it was closed', async () => {
  const store = memoryStore();
  const model = createModel(store);
  await model.live(hers('1', says('a')));
  const journal = createJournal(store, (error) => expect.fail(String(error)));
  const told: Change[] = [];
  journal.on('change', (change) => void told.push(change));
  await settle();
  await model.live(hers('2', says('b')));
  await settle();
  expect(told).toHaveLength(1);
  journal.close();
  await model.live(hers('3', says('c')));
  await settle();
  expect(told).toHaveLength(1);
});

it('says that all is to be read anew where it can’t tell what changed', async () => {
  const inner = memoryStore();
  const store: typeof inner = {
    ...inner,
    read: (work) => inner.read((tx) => work({ ...tx, changesAfter: async () => undefined })),
  };
  const journal = createJournal(store, (error) => expect.fail(String(error)));
  const told: Change[] = [];
  journal.on('change', (change) => void told.push(change));
  await settle();
  await createModel(inner).live(hers('1', says('a')));
  await settle();
  expect(told).toEqual([{ conversations: 'all', added: [], changed: [], removed: [] }]);
});
