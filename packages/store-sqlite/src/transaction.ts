import { searchWords } from '@xeps/im/store';
import type {
  ChangeBatch,
  ConversationRecord,
  EventRecord,
  OutboxRecord,
  SearchQuery,
  WriteTransaction,
} from '@xeps/im/store';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { resultCode } from './errors.ts';

/** So many batches are kept for other engines. */
const KEPT_CHANGES = 1_000;
/** The highest place, and one more than any position has. */
const END = 0x7fff_ffff_ffff_ffffn;

/** A transaction that has begun. */
export interface Running {
  readonly tx: WriteTransaction;
  /** Writes what is left to be written; throws what went wrong meanwhile. */
  finish(): void;
  /** Nothing more can be done with `tx`. */
  end(): void;
}

/** What the search index has of a message, and what it is to have. */
interface Indexing {
  readonly was: bigint | undefined;
  is: { readonly place: bigint; readonly record: EventRecord } | undefined;
}

/** Prepared statements of a connection. */
export type Statements = ReturnType<typeof prepare>;

export function prepare(db: DatabaseSync) {
  const to = (sql: string): StatementSync => db.prepare(sql);
  const page =
    'SELECT record FROM events WHERE message = 1 AND conversation = ? AND place > ? AND place < ? ORDER BY place';
  return {
    dataVersion: to('PRAGMA data_version'),
    getMeta: to('SELECT value FROM meta WHERE name = ?'),
    setMeta: to('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)'),
    deleteMeta: to('DELETE FROM meta WHERE name = ?'),
    conversations: to('SELECT record FROM conversations'),
    getConversation: to('SELECT record FROM conversations WHERE address = ?'),
    putConversation: to('INSERT OR REPLACE INTO conversations (address, record) VALUES (?, ?)'),
    deleteConversation: to('DELETE FROM conversations WHERE address = ?'),
    getEvent: to('SELECT id, record FROM events WHERE key = ?'),
    findArchived: to('SELECT id, record FROM events WHERE archived = ?'),
    findRef: to('SELECT id, record FROM refs JOIN events ON id = event WHERE ref = ?'),
    findChanges: to('SELECT id, record FROM events WHERE target = ?'),
    addEvent: to(
      `INSERT INTO events (key, conversation, place, message, counts, archived, target, record)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    replaceEvent: to(
      `UPDATE events SET conversation = ?, place = ?, message = ?, counts = ?, archived = ?, target = ?, record = ?
       WHERE id = ?`,
    ),
    deleteEvent: to('DELETE FROM events WHERE id = ?'),
    addRef: to('INSERT OR IGNORE INTO refs (ref, event) VALUES (?, ?)'),
    deleteRef: to('DELETE FROM refs WHERE ref = ? AND event = ?'),
    newest: to(`${page} DESC LIMIT ?`),
    oldest: to(`${page} LIMIT ?`),
    countUnread: to(
      'SELECT count(*) AS count FROM events WHERE message = 1 AND counts = 1 AND conversation = ? AND place > ?',
    ),
    // The rows of the index come in their order; CROSS JOIN says which table is asked first.
    search: to(
      `SELECT record FROM words CROSS JOIN events ON place = words.rowid AND message = 1
       WHERE words MATCH ? AND words.rowid < ? ORDER BY words.rowid DESC LIMIT ?`,
    ),
    addWords: to('INSERT INTO words (rowid, text) VALUES (?, ?)'),
    deleteWords: to('DELETE FROM words WHERE rowid = ?'),
    outbox: to('SELECT record FROM outbox ORDER BY seq'),
    putOutbox: to('INSERT OR REPLACE INTO outbox (seq, record) VALUES (?, ?)'),
    deleteOutbox: to('DELETE FROM outbox WHERE seq = ?'),
    revisions: to('SELECT min(revision) AS first, max(revision) AS last FROM changes'),
    changesAfter: to('SELECT record FROM changes WHERE revision > ? ORDER BY revision'),
    putChanges: to('INSERT INTO changes (revision, record) VALUES (?, ?)'),
    dropChanges: to('DELETE FROM changes WHERE revision <= ?'),
  };
}

/** The reads and writes of a transaction that has begun on the connection of these statements. */
export function run(sql: Statements): Running {
  const indexing = new Map<number, Indexing>();
  let failure: unknown;

  /** SQLite answers at once. After a fault it may have taken the whole transaction back, so that nothing may follow. */
  async function use<T>(work: () => T): Promise<T> {
    if (failure !== undefined) throw failure;
    try {
      return work();
    } catch (error) {
      failure = error;
      throw error;
    }
  }

  function find(statement: StatementSync, names: readonly string[]): EventRecord[] {
    const found = new Map<unknown, EventRecord>();
    for (const name of names) {
      for (const row of statement.all(name)) if (!found.has(row['id'])) found.set(row['id'], read(row));
    }
    return [...found.values()];
  }

  function revisions(): { first: number; last: number } {
    const { first, last } = sql.revisions.get()!;
    return { first: Number(first), last: Number(last) };
  }

  function putEvent(record: EventRecord): void {
    const place = placeOf(record.position);
    const { key, conversation, archived = null, target = null } = record;
    const columns = [conversation, place, Number(isMessage(record)), Number(record.counts), archived, target] as const;
    const old = sql.getEvent.get(key);
    const before = old === undefined ? undefined : read<EventRecord>(old);
    let id = Number(old?.['id']);
    try {
      if (before !== undefined) sql.replaceEvent.run(...columns, JSON.stringify(record), id);
      else id = Number(sql.addEvent.run(key, ...columns, JSON.stringify(record)).lastInsertRowid);
    } catch (error) {
      // 19: a constraint; keys can't be twice here.
      if (resultCode(error) !== 19) throw error;
      throw new Error(`two events have the id ${archived} in the archive: take it from the one first`, {
        cause: error,
      });
    }
    for (const ref of before?.refs ?? []) if (!record.refs.includes(ref)) sql.deleteRef.run(ref, id);
    for (const ref of record.refs) if (!before?.refs.includes(ref)) sql.addRef.run(ref, id);
    index(id, before, record);
  }

  function deleteEvent(key: string): void {
    const old = sql.getEvent.get(key);
    if (old === undefined) return;
    const [id, before] = [Number(old['id']), read<EventRecord>(old)];
    sql.deleteEvent.run(id);
    for (const ref of before.refs) sql.deleteRef.run(ref, id);
    index(id, before, undefined);
  }

  /** Later, and all at once: while events change places, two may have the same for a moment, and the index allows one. */
  function index(id: number, before: EventRecord | undefined, after: EventRecord | undefined): void {
    const [old, now] = [before && isFound(before) ? before : undefined, after && isFound(after) ? after : undefined];
    const isSame =
      old?.position === now?.position && old?.text === now?.text && old?.conversation === now?.conversation;
    if (isSame && !indexing.has(id)) return;
    const is = now && { place: placeOf(now.position), record: now };
    const waiting = indexing.get(id);
    if (waiting !== undefined) waiting.is = is;
    else indexing.set(id, { was: old && placeOf(old.position), is });
  }

  function writeIndex(): void {
    for (const { was } of indexing.values()) if (was !== undefined) sql.deleteWords.run(was);
    for (const { is } of indexing.values()) if (is !== undefined) sql.addWords.run(is.place, wordsOf(is.record));
    indexing.clear();
  }

  function search({ words, conversation, before = Infinity, limit }: SearchQuery): EventRecord[] {
    // Nothing else can be a word of the index, and quotes would end the string.
    if (words.length === 0 || !words.every((word) => /^[a-z\d\u{80}-\u{10ffff}]+$/u.test(word))) return [];
    writeIndex();
    const terms = words.map((word) => `"${word}"`);
    if (conversation !== undefined) terms.unshift(`"${tokenOf(conversation)}"`);
    return readAll(sql.search.all(`${terms.join(' AND ')} *`, placeOf(before), limited(limit)));
  }

  const tx: WriteTransaction = {
    getMeta: (name) =>
      use(() => {
        const row = sql.getMeta.get(name);
        return row === undefined ? undefined : (JSON.parse(row['value'] as string) as unknown);
      }),
    conversations: () => use(() => readAll<ConversationRecord>(sql.conversations.all())),
    getConversations: (addresses) =>
      use(() => addresses.flatMap((address) => readAll<ConversationRecord>(sql.getConversation.all(address)))),
    getEvents: (keys) => use(() => find(sql.getEvent, keys)),
    findArchived: (archived) => use(() => find(sql.findArchived, archived)),
    findRefs: (refs) => use(() => find(sql.findRef, refs)),
    findChanges: (targets) => use(() => find(sql.findChanges, targets)),
    page: ({ conversation, before = Infinity, after, limit }) =>
      use(() => {
        const statement = after === undefined ? sql.newest : sql.oldest;
        const from = after === undefined ? -END : placeOf(after);
        const records = readAll<EventRecord>(statement.all(conversation, from, placeOf(before), limited(limit)));
        return after === undefined ? records.reverse() : records;
      }),
    countUnread: (conversation, after) =>
      use(() => Number(sql.countUnread.get(conversation, placeOf(after))!['count'])),
    search: (query) => use(() => search(query)),
    outbox: () => use(() => readAll<OutboxRecord>(sql.outbox.all())),
    changesAfter: (revision) =>
      use(() => {
        const { first, last } = revisions();
        if (revision >= last) return [];
        return first > revision + 1 ? undefined : readAll<ChangeBatch>(sql.changesAfter.all(revision));
      }),
    revision: () => use(() => revisions().last),
    setMeta: (name, value) =>
      use(() => {
        if (value === undefined) sql.deleteMeta.run(name);
        else sql.setMeta.run(name, JSON.stringify(value));
      }),
    putConversations: (records) =>
      use(() => {
        for (const record of records) sql.putConversation.run(record.address, JSON.stringify(record));
      }),
    deleteConversation: (address) => use(() => void sql.deleteConversation.run(address)),
    putEvents: (records) =>
      use(() => {
        for (const record of records) putEvent(record);
      }),
    deleteEvents: (keys) =>
      use(() => {
        for (const key of keys) deleteEvent(key);
      }),
    putOutbox: (records) =>
      use(() => {
        for (const record of records) sql.putOutbox.run(record.seq, JSON.stringify(record));
      }),
    deleteOutbox: (seqs) =>
      use(() => {
        for (const seq of seqs) sql.deleteOutbox.run(seq);
      }),
    putChanges: (batch) =>
      use(() => {
        sql.putChanges.run(batch.revision, JSON.stringify(batch));
        sql.dropChanges.run(batch.revision - KEPT_CHANGES);
      }),
  };
  return {
    tx,
    finish() {
      if (failure !== undefined) throw failure;
      writeIndex();
    },
    end() {
      failure ??= new Error('the transaction has ended: wait for everything that is asked of it');
    },
  };
}

type Row = NonNullable<ReturnType<StatementSync['get']>>;

const read = <T>(row: Row): T => JSON.parse(row['record'] as string) as T;
const readAll = <T>(rows: readonly Row[]): T[] => rows.map((row) => read<T>(row));
const isMessage = (record: EventRecord): boolean => record.kind === 'message';
const isFound = (record: EventRecord): boolean => isMessage(record) && record.text !== undefined;
/** To SQLite a number below 0 is no limit. */
const limited = (limit: number): number => Math.max(0, Math.min(limit, Number.MAX_SAFE_INTEGER));

/** What a message is found by: its words, and its conversation, so that a search in a small one passes over the others. */
const wordsOf = ({ text = '', conversation }: EventRecord): string =>
  `${tokenOf(conversation)} ${searchWords(text).join(' ')}`;
/** U+E000 is in no word. */
const tokenOf = (conversation: string): string => `\u{e000}${Buffer.from(conversation).toString('hex')}`;

const float = /* @__PURE__ */ new Float64Array(1);
const bits = /* @__PURE__ */ new BigInt64Array(float.buffer);

/** An integer in whose order positions are: the index of words knows no others. The bits of floating point numbers are. */
function placeOf(position: number): bigint {
  // Of the two zeros, the one.
  float[0] = position + 0;
  const value = bits[0]!;
  return value < 0n ? -(value & END) : value;
}
