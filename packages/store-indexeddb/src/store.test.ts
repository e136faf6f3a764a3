import 'fake-indexeddb/auto';
import { XmppError } from '@xeps/core';
import { StoreError } from '@xeps/im/store';
import type { EventRecord, Store, StoreErrorReason } from '@xeps/im/store';
import { memoryStore } from '@xeps/im/memory';
import { describeStore } from '@xeps/im/testing';
import { forceCloseDatabase } from 'fake-indexeddb';
import { deleteDB, openDB } from 'idb';
import { afterEach, describe, expect, it, test, vi } from 'vitest';
import { openDatabase } from './database.ts';
import { deleteIndexedDbStore, indexedDbStore } from './index.ts';

let databases = 0;
const newName = (): string => `test ${(databases += 1)}`;
const stores: Store[] = [];
const open = (name: string): Store => {
  const store = indexedDbStore(name);
  stores.push(store);
  return store;
};
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  for (const store of stores.splice(0)) await store.close();
});

describeStore(
  'indexedDbStore',
  () => {
    const name = newName();
    return { open: () => indexedDbStore(name), remove: () => deleteDB(name) };
  },
  { describe, it },
);

const message = (key: string, position: number, text?: string, conversation = 'romeo@montague.lit'): EventRecord => ({
  key,
  conversation,
  kind: 'message',
  position,
  refs: [`r${key}`],
  counts: true,
  ...(text !== undefined && { text }),
  data: { author: { address: conversation }, outgoing: false, time: position, confirmed: true },
});

const find = async (store: Store, words: string[], over: object = {}): Promise<string[]> =>
  (await store.read((tx) => tx.search({ words, limit: 50, ...over }))).map(({ key }) => key);
const failsWith = (promise: Promise<unknown>, reason: StoreErrorReason): Promise<void> =>
  expect(promise).rejects.toSatisfy((error) => error instanceof StoreError && error.reason === reason);

describe('deleting', () => {
  test('nothing is left, and who has it open loses it', async () => {
    const name = newName();
    const store = open(name);
    await store.write((tx) => tx.putEvents([message('1', 1, 'rose')]));
    await deleteIndexedDbStore(name);
    await failsWith(
      store.read((tx) => tx.getEvents(['1'])),
      'closed',
    );
    expect(await open(name).read((tx) => tx.getEvents(['1']))).toEqual([]);
  });

  test('what is not there is deleted', async () => {
    await deleteIndexedDbStore(newName());
  });
});

describe('the search index', () => {
  test.each([1, 2, 3, 4])('finds the same as a store without one, whatever was written (seed %i)', async (seed) => {
    const random = createRandom(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    const [store, plain] = [open(newName()), memoryStore()];
    const words = ['and', 'ant', 'b', 'balcony', 'ball', 'rose', 'Rosé', 'zoë', '今日', '🎉'];
    // Of a word in so few messages the gaps are longer than one character can say.
    const text = (): string =>
      Array.from({ length: 1 + below(4) }, () => (below(400) === 0 ? 'seldom' : words[below(words.length)]!)).join(' ');
    const known: string[] = [];
    let [newest, oldest] = [0, 0];
    for (let round = 0; round < 24; round++) {
      const size = [1, 3, 90, 250, 600][below(5)]!;
      const records = Array.from({ length: size }, (): EventRecord => {
        const old = known.length > 0 && below(10) === 0;
        const key = old ? known[below(known.length)]! : `k${known.length}`;
        if (!old) known.push(key);
        const position = below(3) > 0 ? (newest += 1) : (oldest -= 1);
        const conversation = `c${below(3)}@montague.lit`;
        return message(key, position, below(20) === 0 ? undefined : text(), conversation);
      });
      const again = [...new Map(records.map((record) => [record.key, record])).values()];
      const gone = [...new Set(Array.from({ length: below(30) }, () => known[below(known.length)]!))];
      for (const one of [store, plain]) {
        await one.write(async (tx) => {
          // Some are replaced by who has read them before, some by who has not.
          if (round % 2 === 0) await tx.getEvents(again.map(({ key }) => key));
          await tx.putEvents(again);
          await tx.deleteEvents(gone);
        });
      }
      const queries = [
        ['rose'],
        ['ro'],
        ['b'],
        ['seldom'],
        ['and', 'ball'],
        ['rose', 'and', 'ant'],
        ['今日'],
        ['seldom', 'b'],
      ];
      for (const query of queries) {
        const before = oldest + below(newest - oldest + 1);
        for (const over of [{}, { limit: 3 }, { before }, { conversation: 'c1@montague.lit', before }]) {
          expect(await find(store, query, over), `${query.join(' ')} ${JSON.stringify(over)}`).toEqual(
            await find(plain, query, over),
          );
        }
      }
    }
  });

  test('the newest come first, however the positions of many segments overlap', async () => {
    const store = open(newName());
    const at = (index: number): number => (index % 200) * 40 + Math.floor(index / 200);
    const all = Array.from({ length: 8000 }, (_, index) =>
      message(`k${at(index)}`, at(index), `common ${at(index) % 1500 === 0 ? 'rare' : ''}`),
    );
    for (let from = 0; from < 8000; from += 200) await store.write((tx) => tx.putEvents(all.slice(from, from + 200)));
    expect(await find(store, ['common'])).toEqual(Array.from({ length: 50 }, (_, index) => `k${7999 - index}`));
    expect(await find(store, ['common'], { limit: 2, before: 40 })).toEqual(['k39', 'k38']);
    expect(await find(store, ['rare', 'comm'])).toEqual(['k7500', 'k6000', 'k4500', 'k3000', 'k1500', 'k0']);
  });

  test('does not grow when one message changes again and again', async () => {
    const name = newName();
    const store = open(name);
    for (let at = 0; at < 300; at++) await store.write((tx) => tx.putEvents([message('a', at, `word${at}`)]));
    const database = await openDB(name);
    expect(await database.count('segments')).toBe(0);
    database.close();
    expect(await find(store, ['word299'])).toEqual(['a']);
    expect(await find(store, ['word298'])).toEqual([]);
  });

  test('leaves no words behind when all is deleted', async () => {
    const name = newName();
    const store = open(name);
    const all = Array.from({ length: 1200 }, (_, at) => message(`k${at}`, at, `common word${at}`));
    for (let at = 0; at < all.length; at += 300) await store.write((tx) => tx.putEvents(all.slice(at, at + 300)));
    const database = await openDB(name);
    expect(await database.count('segments')).toBe(4);
    expect(await database.count('postings')).toBeGreaterThan(4);
    await store.write((tx) => tx.deleteEvents(all.map(({ key }) => key)));
    expect(await database.count('postings')).toBe(0);
    expect(await database.count('fresh')).toBe(0);
    expect(await find(store, ['common'])).toEqual([]);
    await store.write((tx) => tx.putEvents(all));
    expect(await find(store, ['common'], { limit: 2 })).toEqual(['k1199', 'k1198']);
    database.close();
  });
});

describe('versions', () => {
  const ignored = { superseded: () => undefined, terminated: () => undefined };

  test('a database of a newer program is left alone', async () => {
    const name = newName();
    (await openDB(name, 99)).close();
    const store = open(name);
    await failsWith(
      store.read(async () => 1),
      'version',
    );
    await deleteDB(name);
    // What was in the way is gone.
    expect(await store.read(async () => 1)).toBe(1);
  });

  test('a database is brought up to date, step by step, and who has it open lets go of it', async () => {
    const name = newName();
    const store = open(name);
    await store.write((tx) => tx.setMeta('setting', 1));
    const steps: string[] = [];
    const step = (label: string) => () => void steps.push(label);
    const upgraded = await openDatabase(name, ignored, [step('1'), step('2'), step('3')]);
    expect(steps).toEqual(['2', '3']);
    expect(await upgraded.get('meta', 'setting')).toBe(1);
    await failsWith(
      store.read(async () => 1),
      'closed',
    );
    await expect(store.write(async () => 1)).rejects.toThrow('another tab has a newer version');
    upgraded.close();
  });

  test('a step that fails leaves the old version', async () => {
    const name = newName();
    const store = open(name);
    await store.write((tx) => tx.setMeta('setting', 1));
    await store.close();
    const fault = new Error('no step');
    const failing = async (): Promise<void> => {
      await Promise.resolve();
      throw fault;
    };
    await expect(openDatabase(name, ignored, [() => undefined, failing])).rejects.toBe(fault);
    expect(await open(name).read((tx) => tx.getMeta('setting'))).toBe(1);
  });

  test('a tab that does not let go of an old version is waited for, but not forever', async () => {
    const name = newName();
    (await openDatabase(name, ignored)).close();
    const old = await openDB(name);
    await failsWith(openDatabase(name, ignored, [() => undefined, () => undefined], 30), 'busy');
    old.close();
    // The late one must not keep the database.
    await deleteDB(name);
  });
});

describe('what the browser refuses', () => {
  test('no IndexedDB', async () => {
    vi.stubGlobal('indexedDB', undefined);
    const store = open(newName());
    const unavailable = (error: unknown): boolean =>
      error instanceof XmppError && error.code === 'ERR_XMPP_STORE_UNAVAILABLE';
    await expect(store.read(async () => 1)).rejects.toSatisfy(unavailable);
    vi.unstubAllGlobals();
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    await expect(store.write(async () => 1)).rejects.toSatisfy(unavailable);
    vi.restoreAllMocks();
    expect(await store.read(async () => 1)).toBe(1);
  });

  test('no room: nothing of the write is kept', async () => {
    const store = open(newName());
    await store.write((tx) => tx.putEvents([message('a', 1)]));
    const { put } = IDBObjectStore.prototype;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function refuse(this: IDBObjectStore, value, key) {
      if (this.name === 'outbox') throw new DOMException('no room', 'QuotaExceededError');
      return put.call(this, value, ...(key === undefined ? [] : [key]));
    });
    const writing = store.write(async (tx) => {
      await tx.putEvents([message('b', 2)]);
      await tx.putOutbox([{ seq: 1, originId: 'o', conversation: 'c', stanza: '<message/>' }]);
    });
    await failsWith(writing, 'full');
    vi.restoreAllMocks();
    expect((await store.read((tx) => tx.getEvents(['a', 'b']))).map(({ key }) => key)).toEqual(['a']);
  });

  test('a database that the browser closes', async () => {
    const opening = vi.spyOn(indexedDB, 'open');
    const store = open(newName());
    await store.write((tx) => tx.setMeta('setting', 1));
    forceCloseDatabase((opening.mock.results[0]!.value as IDBOpenDBRequest).result as never);
    await failsWith(
      store.read(async () => 1),
      'closed',
    );
  });

  test('a store that lacks what it should have', async () => {
    const name = newName();
    (await openDB(name, 1)).close();
    await failsWith(
      open(name).read(async () => 1),
      'broken',
    );
  });
});

describe('transactions', () => {
  test('work that awaits something else is told so', async () => {
    const store = open(newName());
    const wrong = store.write(async (tx) => {
      await tx.setMeta('setting', 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await tx.setMeta('setting', 2);
    });
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_XMPP_STORE_TRANSACTION' });
  });

  test('an abort of the work stays what it is', async () => {
    const reason = new DOMException('stopped', 'AbortError');
    await expect(open(newName()).write(() => Promise.reject(reason))).rejects.toBe(reason);
  });

  test('a write of something that can’t be kept is refused whole', async () => {
    const store = open(newName());
    const wrong = { ...message('b', 2), data: (() => undefined) as unknown as EventRecord['data'] };
    await expect(store.write((tx) => tx.putEvents([message('a', 1), wrong]))).rejects.toThrow('clone');
    expect(await store.read((tx) => tx.getEvents(['a']))).toEqual([]);
  });
});

describe('notices', () => {
  test('a listener that throws stops neither the write nor the others', async () => {
    const thrown: (() => void)[] = [];
    const store = open(newName());
    await store.read(async () => 1);
    let calls = 0;
    store.onChange(() => {
      throw new Error('a listener');
    });
    store.onChange(() => (calls += 1));
    vi.stubGlobal('queueMicrotask', (task: () => void) => thrown.push(task));
    await store.write((tx) => tx.setMeta('setting', 1));
    expect(calls).toBe(1);
    expect(thrown[0]).toThrow('a listener');
  });

  test('without BroadcastChannel the stores of a tab still hear of each other', async () => {
    vi.stubGlobal('BroadcastChannel', undefined);
    const name = newName();
    const [one, other] = [open(name), open(name)];
    let calls = 0;
    other.onChange(() => (calls += 1));
    await one.write((tx) => tx.setMeta('setting', 1));
    expect(calls).toBe(1);
  });

  test('another tab is told', async () => {
    const name = newName();
    const store = open(name);
    let calls = 0;
    store.onChange(() => (calls += 1));
    const tab = new BroadcastChannel(`xeps store ${name}`);
    const heard = new Promise((resolve) => (tab.onmessage = resolve));
    await store.write((tx) => tx.setMeta('setting', 1));
    await heard;
    expect(calls).toBe(1);
    tab.postMessage(undefined);
    await expect.poll(() => calls).toBe(2);
    tab.close();
  });
});

function createRandom(seed: number): () => number {
  let state = seed * 7919;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
