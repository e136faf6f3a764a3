/** A page with stores in IndexedDB, for tests. With `report` in its query it writes until the browser is killed. */
import { StoreError } from '@xeps/im/store';
import type { EventRecord, Store, WriteTransaction } from '@xeps/im/store';
import { memoryStore } from '@xeps/im/memory';
import { runStoreCheck, storeChecks } from '@xeps/im/testing';
import { indexedDbStore } from '@xeps/store-indexeddb';

declare global {
  /** Runs the checks of all stores; what failed. */
  var runSuite: () => Promise<string[]>;
  /** Writes so many messages, each after the last one that is there, whoever wrote it. */
  var append: (name: string, count: number) => Promise<void>;
  var positions: (name: string) => Promise<number[]>;
  /** How often the store of that name told of a write. */
  var heard: (name: string) => number;
  /** Writes so many steps, and what differs from a store in memory then. */
  var writeSteps: (name: string, count: number) => Promise<string[]>;
  var compare: (name: string) => Promise<string[]>;
  /** Writes until the store has a fault; its reason. */
  var fill: (name: string) => Promise<string>;
  /** Opens the database as a newer program does. */
  var supersede: (name: string) => Promise<void>;
  /** The reason for which the store can't be read. */
  var fault: (name: string) => Promise<string>;
}

const stores = new Map<string, Store>();
const calls = new Map<string, number>();
const storeOf = (name: string): Store => {
  const known = stores.get(name);
  if (known !== undefined) return known;
  const store = indexedDbStore(name);
  stores.set(name, store);
  store.onChange(() => calls.set(name, (calls.get(name) ?? 0) + 1));
  return store;
};
const conversation = (at: number): string => `c${at % 3}@montague.lit`;
const message = (key: string, position: number, text: string, at = 0): EventRecord => ({
  key,
  conversation: conversation(at),
  kind: 'message',
  position,
  archived: `a ${key}`,
  refs: [`r ${key}`, `s ${position}`],
  counts: position % 2 === 0,
  text,
  data: { author: { address: conversation(at) }, outgoing: false, time: position, confirmed: true, content: { text } },
});
const reasonOf = (error: unknown): string => (error instanceof StoreError ? error.reason : String(error));

globalThis.runSuite = async () => {
  const failures: string[] = [];
  for (const [at, check] of storeChecks.entries()) {
    const name = `suite ${at}`;
    const remove = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase(name);
        request.addEventListener('success', () => resolve());
        request.addEventListener('error', () => reject(request.error!));
      });
    await runStoreCheck(check, () => ({ open: () => indexedDbStore(name), remove })).catch((error: unknown) =>
      failures.push(`${check.name}: ${String(error)}`),
    );
  }
  return [`${storeChecks.length} checks`, ...failures];
};

globalThis.append = async (name, count) => {
  for (let done = 0; done < count; done++) {
    await storeOf(name).write(async (tx) => {
      const [last] = await tx.page({ conversation: conversation(0), limit: 1 });
      const position = (last?.position ?? -1) + 1;
      await tx.putEvents([message(`k${position}`, position, 'word')]);
    });
  }
};
globalThis.positions = (name) =>
  storeOf(name).read(async (tx) =>
    (await tx.page({ conversation: conversation(0), limit: 10_000 })).map(({ position }) => position),
  );
globalThis.heard = (name) => calls.get(name) ?? 0;
globalThis.fault = (name) =>
  storeOf(name)
    .read(async () => 'none')
    .catch(reasonOf);
globalThis.supersede = (name) =>
  new Promise((resolve) => {
    const request = indexedDB.open(name, 1000);
    request.addEventListener('success', () => resolve(request.result.close()));
  });
globalThis.fill = async (name) => {
  // What can't be compressed.
  const text = (): string => Array.from({ length: 3_000 }, () => crypto.randomUUID()).join('');
  try {
    for (let at = 0; ; at++) await storeOf(name).write((tx) => tx.putEvents([message(`f${at}`, at, text())]));
  } catch (error) {
    return reasonOf(error);
  }
};

/** What is written by the step of this number: new messages, one that gets another text and place, one that goes. */
async function writeStep(tx: WriteTransaction, step: number): Promise<void> {
  const size = [1, 7, 60, 250][(step * 7) % 4]!;
  const words = ['rose', 'name', 'balcony', 'night'];
  const records = Array.from({ length: size }, (_, at) =>
    message(
      `k${step}-${at}`,
      step * 1000 + at,
      `${words[at % 4]} ${words[step % 3]} step${step} word${step * size + at}`,
      at,
    ),
  );
  if (step > 0) records.push(message(`k${step - 1}-0`, step * 1000 + 999, `moved ${words[step % 4]}`, step));
  await tx.putEvents(records);
  if (step > 1) await tx.deleteEvents([`k${step - 2}-1`]);
  await tx.setMeta('steps', step + 1);
}

async function writeNext(store: Store): Promise<number> {
  return store.write(async (tx) => {
    const step = ((await tx.getMeta('steps')) as number | undefined) ?? 0;
    await writeStep(tx, step);
    return step + 1;
  });
}

globalThis.writeSteps = async (name, count) => {
  for (let step = 0; step < count; step++) await writeNext(storeOf(name));
  return globalThis.compare(name);
};

/** What of all that a store says differs from one that has gone through the same steps in memory. */
globalThis.compare = async (name) => {
  const store = storeOf(name);
  const plain = memoryStore();
  const steps = ((await store.read((tx) => tx.getMeta('steps'))) as number | undefined) ?? 0;
  for (let step = 0; step < steps; step++) await plain.write((tx) => writeStep(tx, step));
  const differences: string[] = [];
  const look = async (one: Store): Promise<Map<string, string>> => {
    const seen = new Map<string, string>();
    await one.read(async (tx) => {
      for (const at of [0, 1, 2]) {
        const page = await tx.page({ conversation: conversation(at), limit: 100_000 });
        // In no order of their properties.
        seen.set(
          `page ${at}`,
          page.map((one) => [one.key, one.position, one.text, one.archived, one.refs].join()).join(';'),
        );
        seen.set(`unread ${at}`, String(await tx.countUnread(conversation(at), steps * 500)));
      }
      for (const words of [
        ['rose'],
        ['name', 'night'],
        ['moved'],
        [`step${steps - 1}`],
        ['step1'],
        ['word12'],
        ['b'],
      ]) {
        for (const over of [{}, { conversation: conversation(1) }, { before: steps * 500 }]) {
          const found = await tx.search({ words, limit: 1000, ...over });
          seen.set(`search ${words.join(' ')} ${JSON.stringify(over)}`, found.map(({ key }) => key).join());
        }
      }
      seen.set(
        'refs',
        (await tx.findRefs([`r k${steps - 1}-0`, 'r k0-0', 's 0']))
          .map(({ key }) => key)
          .sort()
          .join(),
      );
    });
    return seen;
  };
  const [ours, expected] = [await look(store), await look(plain)];
  for (const [what, value] of expected) {
    if (ours.get(what) !== value)
      differences.push(
        `after ${steps} steps ${what}: ${ours.get(what)?.slice(0, 200)} instead of ${value.slice(0, 200)}`,
      );
  }
  return differences;
};

if (new URLSearchParams(location.search).has('report')) {
  const tell = (what: object): Promise<unknown> => fetch('/report', { method: 'POST', body: JSON.stringify(what) });
  const store = storeOf('killed');
  try {
    const found = (await store.read((tx) => tx.getMeta('steps'))) as number | undefined;
    await tell({ found: found ?? 0, differences: await globalThis.compare('killed') });
    for (;;) {
      const steps = await writeNext(store);
      void tell({ steps });
    }
  } catch (error) {
    await tell({ found: -1, differences: [String(error)] });
  }
}
