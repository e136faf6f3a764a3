import type { Store } from '../store/port.ts';
import { eventually, same } from './assert.ts';
import type { StoreCheck } from './check.ts';
import { batch, change, conversation, everything, keys, message, put, ROMEO, waiting } from './records.ts';

const check = (name: string, run: StoreCheck['run']): StoreCheck => ({ name, shared: true, run });

function increment(store: Store): Promise<void> {
  return store.write(async (tx) => {
    const count = (await tx.getMeta('count')) as number | undefined;
    await tx.getConversations([ROMEO]);
    await tx.setMeta('count', (count ?? 0) + 1);
  });
}

/** Several stores on the same data: tabs, processes, programs that are started again. */
export const sharing: readonly StoreCheck[] = [
  check('everything is there when it is opened again', async ({ open }) => {
    const records = [
      message('a', 1, { text: 'alpha', refs: ['r'], archived: 'x' }),
      message('b', 2, { text: 'beta', refs: ['r'] }),
      change('c', 3, 'r'),
    ];
    const first = await open();
    await first.write(async (tx) => {
      await tx.setMeta('setting', [1]);
      await tx.putConversations([conversation(ROMEO, 2)]);
      await tx.putEvents(records);
      await tx.putOutbox([waiting(2), waiting(1)]);
      await tx.putChanges(batch(1));
    });
    const expected = await first.read((tx) => everything(tx, records, ['alpha', 'beta']));
    await first.close();
    const second = await open();
    same(await second.read((tx) => everything(tx, records, ['alpha', 'beta'])), expected, 'the state');
    await put(second, message('b', 4, { text: 'gamma' }));
    await second.close();
    const third = await open();
    await third.read(async (tx) => {
      same(await tx.search({ words: ['beta'], limit: 9 }), [], 'the replaced word');
      same(keys(await tx.search({ words: ['gamma'], limit: 9 })), ['b'], 'the new word');
      same(keys(await tx.findRefs(['r'])), ['a'], 'the names');
    });
  }),

  check('one sees at once what the other has written', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    for (let at = 0; at < 20; at++) {
      const [writer, reader] = at % 2 === 0 ? [one, other] : [other, one];
      await put(writer, message(`k${at}`, at, { text: 'word' }));
      same((await reader.read((tx) => tx.page({ conversation: ROMEO, limit: 50 }))).length, at + 1, 'messages');
      same(keys(await reader.read((tx) => tx.search({ words: ['word'], limit: 1 }))), [`k${at}`], 'the newest found');
    }
  }),

  check('writes of two stores do not overlap', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    const many = async (store: Store): Promise<void> => {
      for (let at = 0; at < 200; at++) await increment(store);
    };
    await Promise.all([many(one), many(other)]);
    same(await one.read((tx) => tx.getMeta('count')), 400, 'the count in the one');
    same(await other.read((tx) => tx.getMeta('count')), 400, 'the count in the other');
  }),

  check('a read sees no half of a write', async ({ open }) => {
    const [writer, reader] = [await open(), await open()];
    let done = false;
    const writing = (async () => {
      for (let round = 1; round <= 40; round++) {
        await writer.write(async (tx) => {
          await tx.setMeta('left', round);
          await tx.putEvents([message(`k${round}`, round, { text: 'word' })]);
          await tx.getMeta('left');
          await tx.setMeta('right', round);
          await tx.putConversations([conversation(ROMEO, round)]);
        });
      }
    })().finally(() => (done = true));
    const reading = (async () => {
      let least = 0;
      while (!done) {
        for (const store of [reader, writer]) {
          const seen = await store.read(async (tx) => {
            const left = ((await tx.getMeta('left')) as number | undefined) ?? 0;
            const unread = (await tx.getConversations([ROMEO]))[0]?.unread ?? 0;
            const page = (await tx.page({ conversation: ROMEO, limit: 99 })).length;
            const found = (await tx.search({ words: ['word'], limit: 99 })).length;
            return [left, ((await tx.getMeta('right')) as number | undefined) ?? 0, unread, page, found];
          });
          same(
            seen,
            Array.from({ length: 5 }, () => seen[0]),
            'all parts of a write',
          );
          if (seen[0]! < least) throw new Error(`a read went back from ${least} to ${seen[0]}`);
          least = seen[0]!;
        }
        // Some stores answer without ever coming to a task of the event loop.
        await new Promise((resolve) => setTimeout(resolve));
      }
    })();
    await Promise.all([writing, reading]);
  }),

  check('a rejected write of one is never seen by the other', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    await put(one, message('a', 1, { text: 'kept' }));
    for (let round = 0; round < 5; round++) {
      const failing = one
        .write(async (tx) => {
          await tx.putEvents([message('a', 2, { text: 'lost' }), message('b', 3, { text: 'lost' })]);
          throw new Error('changed its mind');
        })
        .catch(() => undefined);
      const seen = other.read(async (tx) => keys(await tx.search({ words: ['lost'], limit: 9 })));
      same(await seen, [], 'while it runs');
      await failing;
      same(keys(await other.read((tx) => tx.page({ conversation: ROMEO, limit: 9 }))), ['a'], 'after it');
    }
    await put(other, message('c', 4));
    same(keys(await one.read((tx) => tx.page({ conversation: ROMEO, limit: 9 }))), ['a', 'c'], 'in the end');
  }),

  check('tells of the writes of another store', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    let calls = 0;
    const listening = one.onChange(() => (calls += 1));
    await put(other, message('a', 1));
    await eventually(() => calls > 0, 'the listener is called');
    const soFar = calls;
    await put(other, message('b', 2));
    await eventually(() => calls > soFar, 'the listener is called again');
    listening[Symbol.dispose]();
    const last = calls;
    let heard = 0;
    one.onChange(() => (heard += 1));
    await put(other, message('c', 3));
    await eventually(() => heard > 0, 'a new listener is called');
    same(calls, last, 'calls of the listener that was taken away');
  }),

  check('the other goes on when one is closed', async ({ open }) => {
    const [one, other] = [await open(), await open()];
    await put(one, message('a', 1));
    await one.close();
    await put(other, message('b', 2));
    same(keys(await other.read((tx) => tx.page({ conversation: ROMEO, limit: 9 }))), ['a', 'b'], 'messages');
  }),

  check('many are opened at once on new data', async ({ open }) => {
    const stores = await Promise.all(Array.from({ length: 5 }, open));
    await Promise.all(stores.map((store) => increment(store)));
    same(await stores[0]!.read((tx) => tx.getMeta('count')), 5, 'the count');
  }),
];
