// Runs in the browser: see store-indexeddb.ts.
import { indexedDbStore } from '@xeps/store-indexeddb';
import type { EventRecord, SearchQuery, Store } from '@xeps/im/store';
import { searchWords } from '@xeps/im/store';
import { createMessages, searches, CONVERSATIONS } from './messages.ts';

/** Milliseconds of one operation, each time. */
export interface Timed {
  readonly name: string;
  readonly times: readonly number[];
  /** Of the naive peer, where there is one. */
  readonly naive?: readonly number[];
  /** Somebody waits for it; otherwise it goes on behind what is seen. */
  readonly awaited: boolean;
}

declare global {
  /** Fills the stores and times them. */
  var measureStores: (count: number, rounds: number) => Promise<readonly Timed[]>;
}

const PAGE = 250;
/** The last messages come one by one, so that they are in no segment of the search index yet. */
const SINGLE = 150;

globalThis.measureStores = async (count, rounds) => {
  const store = indexedDbStore('bench');
  const naive = await openNaive();
  const messages = createMessages(count + PAGE * rounds);
  const timed: Timed[] = [];
  const time = async (work: () => Promise<unknown>): Promise<number> => {
    const from = performance.now();
    await work();
    return performance.now() - from;
  };
  const repeat = async (name: string, times: number, work: (round: number) => Promise<unknown>): Promise<void> => {
    const taken: number[] = [];
    for (let round = 0; round < times; round++) taken.push(await time(() => work(round)));
    timed.push({ name, times: taken, awaited: !name.startsWith('sync: ') });
  };

  const write = (to: Store, page: readonly EventRecord[]): Promise<void> => to.write((tx) => tx.putEvents(page));
  const filling: number[] = [];
  const plain: number[] = [];
  const singles = count - SINGLE;
  for (let at = 0; at < singles; at += PAGE) {
    const page = messages.slice(at, Math.min(at + PAGE, singles));
    filling.push(await time(() => write(store, page)));
    plain.push(await time(() => naive.put(page)));
  }
  timed.push({ name: 'sync: write each page of 250 while filling', times: filling, naive: plain, awaited: false });
  await repeat('write one message', SINGLE, async (round) =>
    write(store, messages.slice(singles + round, singles + round + 1)),
  );
  await naive.put(messages.slice(singles, count));

  const addresses = CONVERSATIONS.map(({ address }) => address);
  const [largest] = addresses as [string];
  await repeat('open a conversation (newest 50)', rounds, (round) =>
    store.read((tx) => tx.page({ conversation: addresses[round % addresses.length]!, limit: 50 })),
  );
  let before = Infinity;
  await repeat('page up 50, near the end', rounds, async () => {
    const page = await store.read((tx) => tx.page({ conversation: largest, before, limit: 50 }));
    before = page[0]?.position ?? Infinity;
  });
  await repeat('page up 50, deep', rounds, (round) =>
    store.read((tx) => tx.page({ conversation: largest, before: count * 0.3 - round * 500, limit: 50 })),
  );
  await repeat('page down 50, deep', rounds, (round) =>
    store.read((tx) => tx.page({ conversation: largest, after: count * 0.3 - round * 500, limit: 50 })),
  );
  await repeat('count unread, some', rounds, (round) =>
    store.read((tx) => tx.countUnread(addresses[round % 5]!, count - [60, 150, 250, 330, 400][round % 5]!)),
  );
  await repeat('count unread, a tenth of a large conversation', rounds, () =>
    store.read((tx) => tx.countUnread(largest, count * 0.9)),
  );
  for (const { name, queries } of searches(messages.slice(0, count))) {
    const taken: number[] = [];
    const peer: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const query = queries[round % queries.length]!;
      let [ours, theirs]: [readonly EventRecord[], readonly EventRecord[]] = [[], []];
      taken.push(await time(async () => (ours = await store.read((tx) => tx.search(query)))));
      if (round >= Math.min(3, queries.length)) continue;
      peer.push(await time(async () => (theirs = await naive.search(query))));
      const [mine, others] = [ours, theirs].map((found) => found.map(({ key }) => key).join());
      if (mine !== others)
        throw new Error(`${name}: the naive search for ${JSON.stringify(query)} finds something else`);
    }
    timed.push({ name, times: taken, naive: peer, awaited: true });
  }
  const copies = (kind: string, from: number, size: number): readonly EventRecord[] =>
    messages.slice(from, from + size).map((one, at) => ({
      ...one,
      key: `${kind} ${one.key}`,
      archived: `${kind} ${one.archived}`,
      refs: one.refs.map((ref) => `${kind} ${ref}`),
      position: (last += 1) + at / size,
    }));
  let last = count + PAGE * rounds;
  const strict = indexedDbStore('bench', { durability: 'strict' });
  await repeat('write one message, strict', rounds, (round) => write(strict, copies('two', round, 1)));
  await repeat('sync: write a page of 250', rounds, (round) =>
    write(store, messages.slice(count + round * PAGE, count + round * PAGE + PAGE)),
  );
  await repeat('sync: write a page of 250, strict', rounds, (round) =>
    write(strict, copies('strict', round * PAGE, PAGE)),
  );
  await repeat('sync: look up the names of a page of 250', rounds, (round) =>
    lookUp(store, messages.slice(round * PAGE, round * PAGE + PAGE)),
  );
  await strict.close();
  await store.close();
  return timed;
};

async function lookUp(store: Store, page: readonly EventRecord[]): Promise<void> {
  await store.read(async (tx) => {
    const refs = page.flatMap((one) => one.refs);
    await Promise.all([
      tx.findArchived(page.map((one) => `${one.archived} new`)),
      tx.findRefs(refs.map((ref) => `${ref} new`)),
      tx.findChanges(refs),
    ]);
  });
}

interface Naive {
  put(page: readonly EventRecord[]): Promise<void>;
  search(query: SearchQuery): Promise<readonly EventRecord[]>;
}

/** What one writes first: all messages by position, read from the newest on until there are enough. */
async function openNaive(): Promise<Naive> {
  const opening = indexedDB.open('naive', 1);
  opening.addEventListener(
    'upgradeneeded',
    () => void opening.result.createObjectStore('messages', { keyPath: 'position' }),
  );
  await new Promise((resolve) => opening.addEventListener('success', resolve));
  const database = opening.result;
  return {
    put: (page) =>
      new Promise((resolve) => {
        const tx = database.transaction('messages', 'readwrite');
        for (const message of page) tx.objectStore('messages').put(message);
        tx.addEventListener('complete', () => resolve());
      }),
    search: ({ words, conversation, limit }) =>
      new Promise((resolve) => {
        const found: EventRecord[] = [];
        const request = database.transaction('messages').objectStore('messages').openCursor(null, 'prev');
        request.addEventListener('success', () => {
          const cursor = request.result;
          if (cursor === null || found.length >= limit) return resolve(found);
          const message = cursor.value as EventRecord;
          const own =
            conversation === undefined || conversation === message.conversation ? searchWords(message.text ?? '') : [];
          const has = (word: string, at: number): boolean =>
            at === words.length - 1 ? own.some((one) => one.startsWith(word)) : own.includes(word);
          if (words.every(has)) found.push(message);
          cursor.continue();
        });
      }),
  };
}
