/**
 * A store that lives as long as the program: for tests, and for bots that need no memory.
 *
 * @packageDocumentation
 */
import { disposable } from '@xeps/core';
import { StoreError } from './errors.ts';
import type { PageQuery, ReadTransaction, SearchQuery, Store, WriteTransaction } from './port.ts';
import type { ChangeBatch, ConversationRecord, EventRecord, OutboxRecord } from './records.ts';
import { searchWords } from './words.ts';

/** So many batches are kept for other engines. */
const KEPT_CHANGES = 1_000;

/** Makes a {@link Store} in memory. */
/* @__NO_SIDE_EFFECTS__ */
export function memoryStore(): Store {
  const tables = createTables();
  const listeners = new Set<() => void>();
  let queue: Promise<unknown> = Promise.resolve();
  let closed = false;

  /** One after the other, so that no transaction sees half of another. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (closed) return Promise.reject(new StoreError('closed', 'the store was closed; open it again to use it'));
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  }

  return {
    read: (work) => inTurn(() => work(tables)),
    async write(work) {
      const result = await inTurn(async () => {
        const undo: (() => void)[] = [];
        tables.undo = undo;
        try {
          return await work(tables);
        } catch (error) {
          for (let at = undo.length - 1; at >= 0; at--) undo[at]!();
          throw error;
        } finally {
          tables.undo = undefined;
        }
      });
      // Apart, so that one that throws is reported, and stops neither the others nor the writer.
      for (const listener of listeners) queueMicrotask(listener);
      return result;
    },
    onChange(listener) {
      const own = (): void => listener();
      listeners.add(own);
      return disposable(() => void listeners.delete(own));
    },
    async close() {
      closed = true;
      await queue;
    },
  };
}

interface Tables extends WriteTransaction {
  /** What takes back the writes of the running transaction. */
  undo: (() => void)[] | undefined;
}

function createTables(): Tables {
  const meta = new Map<string, unknown>();
  const talks = new Map<string, ConversationRecord>();
  const events = new Map<string, EventRecord>();
  const archived = new Map<string, EventRecord>();
  const refs: Index = new Map();
  const targets: Index = new Map();
  /** The messages of each conversation, by position. */
  const pages = new Map<string, EventRecord[]>();
  const waiting = new Map<number, OutboxRecord>();
  let changes: ChangeBatch[] = [];
  const words = new WeakMap<EventRecord, readonly string[]>();

  function add(record: EventRecord): void {
    events.set(record.key, record);
    if (record.archived !== undefined) archived.set(record.archived, record);
    for (const ref of record.refs) enter(refs, ref, record);
    if (record.target !== undefined) enter(targets, record.target, record);
    if (record.kind !== 'message') return;
    let page = pages.get(record.conversation);
    if (page === undefined) pages.set(record.conversation, (page = []));
    const at = firstAfter(page, record.position);
    if (at === page.length) page.push(record);
    else page.splice(at, 0, record);
  }

  function remove(record: EventRecord): void {
    events.delete(record.key);
    if (record.archived !== undefined) archived.delete(record.archived);
    for (const ref of record.refs) leave(refs, ref, record);
    if (record.target !== undefined) leave(targets, record.target, record);
    if (record.kind !== 'message') return;
    const page = pages.get(record.conversation)!;
    // Of several at one position, as there are while two change places, the one that is meant.
    let at = firstAfter(page, record.position) - 1;
    while (page[at] !== record) at -= 1;
    page.splice(at, 1);
  }

  function put(record: EventRecord): void {
    const previous = events.get(record.key);
    const holder = record.archived === undefined ? undefined : archived.get(record.archived);
    if (holder !== previous && holder !== undefined) {
      throw new Error(`two events have the id ${record.archived} in the archive: take it from the one first`);
    }
    if (previous !== undefined) remove(previous);
    add(record);
    tables.undo?.push(() => {
      remove(record);
      if (previous !== undefined) add(previous);
    });
  }

  function drop(record: EventRecord): void {
    remove(record);
    tables.undo?.push(() => add(record));
  }

  function set<K, V>(table: Map<K, V>, key: K, value: V | undefined): void {
    const previous = table.get(key);
    if (value === undefined) table.delete(key);
    else table.set(key, value);
    tables.undo?.push(() => void (previous === undefined ? table.delete(key) : table.set(key, previous)));
  }

  function* newestFirst(query: SearchQuery): Generator<EventRecord> {
    const chosen = query.conversation === undefined ? [...pages.values()] : [pages.get(query.conversation) ?? []];
    const all = chosen.flat();
    if (chosen.length > 1) all.sort((a, b) => a.position - b.position);
    for (let at = all.length - 1; at >= 0; at--) {
      if (query.before === undefined || all[at]!.position < query.before) yield all[at]!;
    }
  }

  function matches(record: EventRecord, query: SearchQuery): boolean {
    if (record.text === undefined) return false;
    let own = words.get(record);
    if (own === undefined) words.set(record, (own = searchWords(record.text)));
    return query.words.every((wanted, at) =>
      at === query.words.length - 1 ? own.some((one) => one.startsWith(wanted)) : own.includes(wanted),
    );
  }

  const reads: ReadTransaction = {
    getMeta: async (name) => meta.get(name),
    conversations: async () => [...talks.values()],
    getConversations: async (addresses) => pick(talks, addresses),
    getEvents: async (keys) => pick(events, keys),
    findArchived: async (ids) => pick(archived, ids),
    findRefs: async (names) => collect(refs, names),
    findChanges: async (names) => collect(targets, names),
    async page({ conversation, before, after, limit }: PageQuery) {
      const page = pages.get(conversation) ?? [];
      const from = after === undefined ? 0 : firstAfter(page, after);
      const to = before === undefined ? page.length : firstNotBefore(page, before);
      // After a position the nearest are the first.
      return after === undefined
        ? page.slice(Math.max(from, to - limit), to)
        : page.slice(from, Math.min(to, from + limit));
    },
    async countUnread(conversation, after) {
      const page = pages.get(conversation) ?? [];
      let count = 0;
      for (let at = page.length - 1; at >= 0 && page[at]!.position > after; at--) if (page[at]!.counts) count += 1;
      return count;
    },
    async search(query) {
      const found: EventRecord[] = [];
      if (query.words.length === 0 || query.limit <= 0) return found;
      for (const record of newestFirst(query)) {
        if (matches(record, query) && found.push(record) === query.limit) break;
      }
      return found;
    },
    outbox: async () => [...waiting.values()].sort((a, b) => a.seq - b.seq),
    async changesAfter(revision) {
      if (revision >= (changes.at(-1)?.revision ?? 0)) return [];
      return changes[0]!.revision > revision + 1 ? undefined : changes.filter((batch) => batch.revision > revision);
    },
    revision: async () => changes.at(-1)?.revision ?? 0,
  };

  const tables: Tables = {
    ...reads,
    undo: undefined,
    setMeta: async (name, value) => set(meta, name, value),
    async putConversations(records) {
      for (const record of records) set(talks, record.address, record);
    },
    deleteConversation: async (address) => set(talks, address, undefined),
    async putEvents(records) {
      for (const record of records) put(record);
    },
    async deleteEvents(keys) {
      for (const record of pick(events, [...new Set(keys)])) drop(record);
    },
    async putOutbox(records) {
      for (const record of records) set(waiting, record.seq, record);
    },
    async deleteOutbox(seqs) {
      for (const seq of seqs) set(waiting, seq, undefined);
    },
    async putChanges(batch) {
      const previous = changes;
      changes = [...previous.slice(-KEPT_CHANGES + 1), batch];
      tables.undo?.push(() => void (changes = previous));
    },
  };
  return tables;
}

type Index = Map<string, EventRecord[]>;

function enter(index: Index, name: string, record: EventRecord): void {
  const there = index.get(name);
  if (there === undefined) index.set(name, [record]);
  else there.push(record);
}

function leave(index: Index, name: string, record: EventRecord): void {
  const left = index.get(name)?.filter((other) => other !== record) ?? [];
  if (left.length === 0) index.delete(name);
  else index.set(name, left);
}

function pick<K, V>(table: ReadonlyMap<K, V>, keys: readonly K[]): V[] {
  const found: V[] = [];
  for (const key of keys) {
    const value = table.get(key);
    if (value !== undefined) found.push(value);
  }
  return found;
}

function collect(index: Index, names: readonly string[]): EventRecord[] {
  const found = new Set<EventRecord>();
  for (const name of names) for (const record of index.get(name) ?? []) found.add(record);
  return [...found];
}

/** The index of the first record after a position. */
function firstAfter(page: readonly EventRecord[], position: number): number {
  let [low, high] = [0, page.length];
  // Most are added at the end.
  if (high > 0 && page[high - 1]!.position <= position) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (page[middle]!.position <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the first record at or after a position. */
function firstNotBefore(page: readonly EventRecord[], position: number): number {
  let [low, high] = [0, page.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (page[middle]!.position < position) low = middle + 1;
    else high = middle;
  }
  return low;
}
