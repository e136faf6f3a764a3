import type { EventRecord, PageQuery, ReadTransaction, WriteTransaction } from '@xeps/im/store';
import { unwrap } from 'idb';
import type { StoredEvent, Transaction } from './database.ts';
import { results } from './requests.ts';
import { isEnough, loadNumbers, readFresh, removeDocuments, searchEvents, writeSegments } from './search.ts';

/** So many batches are kept for other tabs. */
const KEPT_CHANGES = 1_000;

/** The methods that read. `seen` is given each event that is read; `numbered` are new documents: see `searchEvents`. */
export function createReads(
  tx: Transaction<'readonly' | 'readwrite'>,
  seen: (event: StoredEvent) => void = () => undefined,
  numbered: ReadonlyMap<number, StoredEvent> = new Map(),
): ReadTransaction {
  const [meta, talks, events] = [tx.objectStore('meta'), tx.objectStore('conversations'), tx.objectStore('events')];
  const [outbox, changes] = [tx.objectStore('outbox'), tx.objectStore('changes')];

  const toRecord = (event: StoredEvent): EventRecord => {
    seen(event);
    const { page: _page, unread: _unread, doc: _doc, ...record } = event;
    return record;
  };

  async function getAll(index: 'refs' | 'target', names: readonly string[]): Promise<readonly EventRecord[]> {
    const source = unwrap(events.index(index));
    const found = await results([...new Set(names)].map((name) => source.getAll(name) as IDBRequest<StoredEvent[]>));
    return [...new Map(found.flat().map((event) => [event.key, event])).values()].map(toRecord);
  }

  async function page({ conversation, before, after, limit }: PageQuery): Promise<readonly EventRecord[]> {
    // Negative: from the newer side to the older.
    const [from, to] = [before === undefined ? -Infinity : 0 - before, after === undefined ? Infinity : 0 - after];
    if (limit < 1 || from >= to) return [];
    const lower: [string, number] = [conversation, from];
    const upper: [string, number] = [conversation, to];
    const range = IDBKeyRange.bound(lower, upper, before !== undefined, after !== undefined);
    const index = events.index('page');
    if (after === undefined) return (await index.getAll(range, limit)).toReversed().map(toRecord);
    const found: StoredEvent[] = [];
    let cursor = await index.openCursor(range, 'prev');
    for (; cursor !== null && found.push(cursor.value) < limit;) cursor = await cursor.continue();
    return found.map(toRecord);
  }

  return {
    getMeta: (name) => meta.get(name),
    conversations: () => talks.getAll(),
    getConversations: async (addresses) => defined(await results(addresses.map((one) => unwrap(talks).get(one)))),
    getEvents: async (keys) =>
      defined(await results(keys.map((key) => unwrap(events).get(key) as IDBRequest<StoredEvent>))).map(toRecord),
    async findArchived(ids) {
      const index = unwrap(events.index('archived'));
      return defined(await results(ids.map((id) => index.get(id) as IDBRequest<StoredEvent>))).map(toRecord);
    },
    findRefs: (names) => getAll('refs', names),
    findChanges: (names) => getAll('target', names),
    page,
    countUnread: (conversation, after) =>
      after === Infinity
        ? Promise.resolve(0)
        : events
            .index('unread')
            .count(IDBKeyRange.bound([conversation, -Infinity], [conversation, 0 - after], false, true)),
    search: async (query) => (await searchEvents(tx, query, [...numbered.values()])).map(toRecord),
    outbox: () => outbox.getAll(),
    async changesAfter(revision) {
      const kept = await changes.getAll(IDBKeyRange.lowerBound(revision, true));
      return kept.length > 0 && kept[0]!.revision > revision + 1 ? undefined : kept;
    },
    revision: async () => (await changes.openKeyCursor(null, 'prev'))?.key ?? 0,
  };
}

/** The methods that read and write, and what has to be done before the transaction is committed. */
export function createWrites(tx: Transaction<'readwrite'>): {
  readonly api: WriteTransaction;
  finish(): Promise<void>;
} {
  /** The events of this transaction, as they are in the database now. */
  const seen = new Map<string, StoredEvent>();
  /** The documents that this transaction has numbered. */
  const numbered = new Map<number, StoredEvent>();
  /** Numbers that were meant for events that turned out to have one. */
  const unused = new Set<number>();
  /** Documents that are gone. */
  const gone: number[] = [];
  let numbers: Promise<Numbers> | undefined;
  const reads = createReads(tx, (event) => seen.set(event.key, event), numbered);
  const [meta, talks, events] = [tx.objectStore('meta'), tx.objectStore('conversations'), tx.objectStore('events')];
  const [outbox, changes] = [tx.objectStore('outbox'), tx.objectStore('changes')];

  /** What to write for a record, in place of the previous one. */
  function toStored(record: EventRecord, previous: StoredEvent | undefined, current: Numbers): StoredEvent {
    const old = previous?.doc;
    let doc: number | undefined;
    if (record.kind === 'message' && record.text !== undefined) {
      // What is in no segment may change under its number.
      const same = old !== undefined && (old >= current.end || isSameDocument(record, previous!));
      doc = same ? old : takeNumber(current);
    }
    if (old !== undefined && old !== doc) drop(old);
    const page = 0 - record.position;
    const stored = {
      ...record,
      ...(record.kind === 'message' && { page }),
      ...(record.kind === 'message' && record.counts && { unread: page }),
      ...(doc !== undefined && { doc }),
    };
    seen.set(record.key, stored);
    if (doc !== undefined && doc >= current.first) numbered.set(doc, stored);
    return stored;
  }

  function takeNumber(current: Numbers): number {
    const [number] = unused;
    if (number === undefined) return current.next++;
    unused.delete(number);
    return number;
  }

  function drop(doc: number): void {
    gone.push(doc);
    numbered.delete(doc);
  }

  async function putEvents(records: readonly EventRecord[]): Promise<void> {
    const current = await (numbers ??= loadNumbers(tx).then(({ end, next }) => ({ end, first: next, next })));
    const raw = unwrap(events);
    const there = new Set<EventRecord>();
    const adding: (IDBRequest | undefined)[] = [];
    for (const record of new Map(records.map((one) => [one.key, one])).values()) {
      const previous = seen.get(record.key);
      const stored = toStored(record, previous, current);
      if (previous !== undefined) {
        raw.put(stored);
        continue;
      }
      // Most are new. To ask before whether they are would take as long as to write them.
      const request = raw.add(stored);
      request.addEventListener('error', (event) => {
        if (tx.error !== null) return;
        event.preventDefault();
        event.stopPropagation();
        there.add(record);
      });
      adding.push(request);
    }
    await settled(adding.at(-1));
    for (const record of there) {
      const { doc } = seen.get(record.key)!;
      if (doc !== undefined && numbered.delete(doc)) unused.add(doc);
      await events.put(toStored(record, await events.get(record.key), current));
    }
  }

  async function deleteEvents(keys: readonly string[]): Promise<void> {
    await reads.getEvents(keys.filter((key) => !seen.has(key)));
    for (const key of keys) {
      const doc = seen.get(key)?.doc;
      if (doc !== undefined) drop(doc);
      if (seen.delete(key)) unwrap(events).delete(key);
    }
  }

  const api: WriteTransaction = {
    ...reads,
    setMeta: async (name, value) => void (await (value === undefined ? meta.delete(name) : meta.put(value, name))),
    async putConversations(records) {
      await results(records.map((record) => unwrap(talks).put(record)));
    },
    deleteConversation: (address) => talks.delete(address),
    putEvents,
    deleteEvents,
    async putOutbox(records) {
      await results(records.map((record) => unwrap(outbox).put(record)));
    },
    async deleteOutbox(seqs) {
      await results(seqs.map((seq) => unwrap(outbox).delete(seq)));
    },
    async putChanges(batch) {
      await Promise.all([changes.put(batch), changes.delete(IDBKeyRange.upperBound(batch.revision - KEPT_CHANGES))]);
    },
  };

  async function finish(): Promise<void> {
    if (gone.length > 0) await removeDocuments(tx, gone);
    const current = await numbers;
    if (current === undefined) return;
    while (unused.delete(current.next - 1)) current.next -= 1;
    const { end, first, next } = current;
    if (isEnough(next - end)) {
      const older = first > end ? await readFresh(tx) : [];
      const documents = new Map([...older.map((event) => [event.doc!, event] as const), ...numbered]);
      writeSegments(tx, documents, end, next);
    } else if (next > first) {
      const keys = Array.from({ length: next - first }, (_, at) => numbered.get(first + at)?.key ?? '');
      await tx.objectStore('fresh').put({ start: first, keys });
    }
  }

  return { api, finish };
}

/** Of documents: the first that is in no segment, the first of this transaction, and the next. */
interface Numbers {
  readonly end: number;
  readonly first: number;
  next: number;
}

function isSameDocument(a: EventRecord, b: EventRecord): boolean {
  return a.text === b.text && a.position === b.position && a.conversation === b.conversation;
}

function defined<T>(values: readonly (T | undefined)[]): T[] {
  return values.filter((value) => value !== undefined);
}

/** Resolves when a request, and so all before it, is answered, by whatever. */
function settled(request: IDBRequest | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (request === undefined) return resolve();
    request.addEventListener('success', () => resolve());
    request.addEventListener('error', () => resolve());
  });
}
