import { StoreError } from '@xeps/im/store';
import type { EventRecord, Store } from '@xeps/im/store';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { migrations } from './schema.ts';
import { sqliteStore, storeOn } from './store.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  path = join(folder, 'deep', 'store.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function message(at: number, text = 'hello'): EventRecord {
  const data = { author: { address: 'a@b.lit' }, outgoing: false, time: at, confirmed: true, content: { text } };
  return { key: `k${at}`, conversation: 'a@b.lit', kind: 'message', position: at, refs: [], counts: true, text, data };
}

const put = (store: Store, ...records: EventRecord[]): Promise<void> => store.write((tx) => tx.putEvents(records));
const found = async (store: Store): Promise<string[]> =>
  (await store.read((tx) => tx.search({ words: ['hello'], limit: 1000 }))).map(({ key }) => key);

async function reasonOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof StoreError ? error.reason : `no StoreError: ${String(error)}`;
}

describe('the file', () => {
  it('is readable by the user alone, as are those beside it', async () => {
    const store = await sqliteStore(path);
    await put(store, message(1));
    const modes = readdirSync(join(folder, 'deep')).map((name) => [
      name,
      (statSync(join(folder, 'deep', name)).mode & 0o777).toString(8),
    ]);
    expect(modes).toEqual([
      ['store.db', '600'],
      ['store.db-shm', '600'],
      ['store.db-wal', '600'],
    ]);
    expect((statSync(join(folder, 'deep')).mode & 0o777).toString(8)).toBe('700');
    await store.close();
    expect(readdirSync(join(folder, 'deep'))).toEqual(['store.db']);
  });

  it('waits for the disk at each commit', async () => {
    const db = await openDatabase(path, 1000);
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    db.close();
  });
});

describe('versions', () => {
  it('brings a database of version 1 up to date, with all that is in it', async () => {
    const old = storeOn(await openDatabase(path, 1000, migrations.slice(0, 1)), path);
    await put(old, message(1), message(2));
    await old.close();
    const steps = [...migrations.slice(0, 1), 'ALTER TABLE outbox ADD COLUMN note TEXT', 'CREATE TABLE later (a)'];
    const db = await openDatabase(path, 1000, steps);
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 });
    expect(db.prepare('SELECT count(note) AS count FROM outbox').get()).toEqual({ count: 0 });
    const store = storeOn(db, path);
    expect(await found(store)).toEqual(['k2', 'k1']);
    await store.close();
    expect(await reasonOf(openDatabase(path, 1000, steps.slice(0, 2)))).toBe('version');
  });

  it('refuses a database that a newer program made', async () => {
    await (await sqliteStore(path)).close();
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const failure = sqliteStore(path);
    expect(await reasonOf(failure)).toBe('version');
    await expect(failure).rejects.toThrow(
      `store.db has version 99, this program knows ${migrations.length}: use a newer`,
    );
  });

  it('leaves everything as it was when a step fails', async () => {
    await (await sqliteStore(path)).close();
    const steps = [...migrations, 'CREATE TABLE half (a); CREATE TABLE meta (a)'];
    await expect(openDatabase(path, 1000, steps)).rejects.toThrow('already exists');
    const db = new DatabaseSync(path);
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length });
    expect(db.prepare(`SELECT name FROM sqlite_schema WHERE name = 'half'`).all()).toEqual([]);
    db.close();
  });
});

describe('what is broken', () => {
  it('refuses what is no database', async () => {
    await (await sqliteStore(path)).close();
    writeFileSync(path, 'wherefore art thou '.repeat(1000));
    expect(await reasonOf(sqliteStore(path))).toBe('broken');
  });

  it('refuses the database of another program, and leaves it as it is', async () => {
    await (await sqliteStore(join(folder, 'deep', 'other.db'))).close();
    const db = new DatabaseSync(path);
    db.exec('CREATE TABLE theirs (a)');
    db.close();
    expect(await reasonOf(sqliteStore(path))).toBe('broken');
  });

  it('tells that pages are damaged', async () => {
    const store = await sqliteStore(path);
    await put(store, ...Array.from({ length: 500 }, (_, at) => message(at)));
    await store.close();
    const file = openSync(path, 'r+');
    for (let at = 4096; at < statSync(path).size; at += 4096) writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, at);
    closeSync(file);
    const damaged = await sqliteStore(path).catch((error: unknown) => error);
    if (damaged instanceof Error) expect(await reasonOf(Promise.reject(damaged))).toBe('broken');
    else {
      expect(await reasonOf(found(damaged as Store))).toBe('broken');
      await (damaged as Store).close();
    }
  });

  it('lets through what the file system says', async () => {
    writeFileSync(join(folder, 'deep'), '');
    await expect(sqliteStore(path)).rejects.toMatchObject({ code: 'EEXIST' });
  });
});

describe('a full disk', () => {
  it('takes the write back, and goes on when there is room again', async () => {
    const db = await openDatabase(path, 1000);
    const store = storeOn(db, path);
    await put(store, message(1));
    db.exec('PRAGMA max_page_count = 40');
    const many = Array.from({ length: 500 }, (_, at) => message(at + 2, `hello ${'x'.repeat(500)}`));
    expect(await reasonOf(put(store, ...many))).toBe('full');
    // Not even by work that takes no notice.
    const careless = store.write(async (tx) => {
      await tx.putEvents(many).catch(() => undefined);
      await tx.setMeta('kept', true).catch(() => undefined);
    });
    expect(await reasonOf(careless)).toBe('full');
    expect(await found(store)).toEqual(['k1']);
    expect(await store.read((tx) => tx.getMeta('kept'))).toBeUndefined();
    db.exec('PRAGMA max_page_count = 4000');
    await put(store, ...many);
    expect(await found(store)).toHaveLength(501);
    await store.close();
  });
});

describe('another connection that holds it', () => {
  it('is waited for without stopping the program, and not for ever', async () => {
    const store = await sqliteStore(path, { timeout: 300 });
    await put(store, message(1));
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 5);
    expect(await reasonOf(put(store, message(2)))).toBe('busy');
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
    expect(await found(store)).toEqual(['k1']);
    const waiting = put(store, message(3));
    setTimeout(() => other.exec('COMMIT'), 50);
    await waiting;
    expect(await found(store)).toEqual(['k3', 'k1']);
    other.close();
    await store.close();
  });

  it('is waited for when it is opened', async () => {
    await (await sqliteStore(path)).close();
    const other = new DatabaseSync(path);
    other.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    expect(await reasonOf(sqliteStore(path, { timeout: 50 }))).toBe('busy');
    setTimeout(() => other.exec('COMMIT'), 50);
    await (await sqliteStore(path)).close();
    other.close();
  });
});

describe('a transaction', () => {
  it('can do nothing once it has ended', async () => {
    const store = await sqliteStore(path);
    const late = await store.write(async (tx) => ({ tx }));
    await expect(late.tx.setMeta('late', 1)).rejects.toThrow('the transaction has ended');
    expect(await store.read((tx) => tx.getMeta('late'))).toBeUndefined();
    await store.close();
  });

  it('finds more names than SQLite takes parameters', async () => {
    const store = await sqliteStore(path);
    await put(store, message(1));
    const keys = Array.from({ length: 40_000 }, (_, at) => `k${at}`);
    expect(await store.read((tx) => tx.getEvents(keys))).toHaveLength(1);
    await store.close();
  });
});
