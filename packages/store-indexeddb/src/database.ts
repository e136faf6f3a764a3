import { StoreError } from '@xeps/im/store';
import type { ChangeBatch, ConversationRecord, EventRecord, OutboxRecord } from '@xeps/im/store';
import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';

/**
 * An event, with what the indexes need. Who lacks the property that an index reads is not in it, so that the indexes of
 * messages hold messages only.
 */
export interface StoredEvent extends EventRecord {
  /** Of messages: the negative position. IndexedDB reads many records at once in ascending order only: the newest first. */
  readonly page?: number;
  /** Of messages that count as unread: the same. */
  readonly unread?: number;
  /** Of messages that a search may find: the number of this wording at this position. Another wording has another one. */
  readonly doc?: number;
}

/** The positions of a segment of the search index: of the documents `end - positions.length` to `end - 1`. */
export interface Segment {
  /** The number of the first document that is not in it any more. */
  readonly end: number;
  /** The highest of its positions when it was written. */
  readonly last: number;
  /** Not a number where there is nothing any more. */
  readonly positions: Float64Array;
  readonly keys: readonly string[];
}

/** Documents that are in no segment yet. Some may be gone, or go by another number by now. */
export interface Fresh {
  /** The number of the first. */
  readonly start: number;
  readonly keys: readonly string[];
}

/** Which words a segment has, of those that share a bucket; and in which documents: see `search.ts`. */
export interface Postings {
  readonly end: number;
  readonly last: number;
  /** The lowest position. */
  readonly first: number;
  readonly lines: string;
}

export interface Schema extends DBSchema {
  meta: { key: string; value: unknown };
  conversations: { key: string; value: ConversationRecord };
  events: {
    key: string;
    value: StoredEvent;
    indexes: {
      archived: string;
      refs: string;
      target: string;
      page: [string, number];
      unread: [string, number];
    };
  };
  outbox: { key: number; value: OutboxRecord };
  changes: { key: number; value: ChangeBatch };
  fresh: { key: number; value: Fresh };
  segments: { key: number; value: Segment };
  /** By bucket, negative `last`, and `end`: in a bucket, the segment with the newest message comes first. */
  postings: { key: [number, number, number]; value: Postings };
}

export type Database = IDBPDatabase<Schema>;
export type Transaction<Mode extends IDBTransactionMode> = IDBPTransaction<Schema, StoreNames<Schema>[], Mode>;
type Migration = (database: Database, transaction: Transaction<'versionchange'>) => void | Promise<void>;

/** All, because a transaction that writes must keep every other one out: IndexedDB locks by object store. */
export const STORES: StoreNames<Schema>[] = [
  'meta',
  'conversations',
  'events',
  'outbox',
  'changes',
  'fresh',
  'segments',
  'postings',
];

/** What makes version 1 of nothing, version 2 of version 1, and so on. One that was published is never changed. */
const MIGRATIONS: readonly Migration[] = [
  (database) => {
    database.createObjectStore('meta');
    database.createObjectStore('conversations', { keyPath: 'address' });
    const events = database.createObjectStore('events', { keyPath: 'key' });
    events.createIndex('archived', 'archived', { unique: true });
    events.createIndex('refs', 'refs', { multiEntry: true });
    events.createIndex('target', 'target');
    events.createIndex('page', ['conversation', 'page']);
    events.createIndex('unread', ['conversation', 'unread']);
    database.createObjectStore('outbox', { keyPath: 'seq' });
    database.createObjectStore('changes', { keyPath: 'revision' });
    database.createObjectStore('fresh', { keyPath: 'start' });
    database.createObjectStore('segments', { keyPath: 'end' });
    database.createObjectStore('postings');
  },
];

/** Milliseconds that another tab gets to let go of an old version. */
const PATIENCE = 10_000;

/** What to do when a database has to be let go of. */
export interface OpenListeners {
  /** Another tab has a newer program, or deletes the database. */
  superseded(): void;
  /** The browser has ended the connection: somebody cleared the site's data, or the disk failed. */
  terminated(): void;
}

/** Opens the database, and makes it or brings it up to date. Throws {@link StoreError} and what the browser says. */
export async function openDatabase(
  name: string,
  { superseded, terminated }: OpenListeners,
  migrations: readonly Migration[] = MIGRATIONS,
  patience = PATIENCE,
): Promise<Database> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const opening = openDB<Schema>(name, migrations.length, {
    async upgrade(database, from, _to, transaction) {
      try {
        for (const migrate of migrations.slice(from)) await migrate(database, transaction);
      } catch (error) {
        reject(error);
        transaction.done.catch(() => undefined);
        transaction.abort();
      }
    },
    blocked() {
      const busy = `another tab holds an old version of the database ${name} and does not let go: close other tabs`;
      timer = setTimeout(() => reject(new StoreError('busy', busy)), patience);
    },
    blocking: superseded,
    terminated,
  });
  try {
    return await Promise.race([opening, failed]);
  } catch (error) {
    // When it opens after all, it must not be in the way of others.
    opening.then(
      (late) => late.close(),
      () => undefined,
    );
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
