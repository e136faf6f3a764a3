import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy, resultCode, storeError, translate } from './errors.ts';
import { migrations } from './schema.ts';

/** Marks a file as a store of conversations: `xeps` in ASCII. */
const APPLICATION = 0x78657073;
/** Milliseconds between two attempts to lock the database, at most. */
const LONGEST_WAIT = 10;

/** Opens the database, and brings its tables up to date. */
export async function openDatabase(path: string, timeout: number, steps = migrations): Promise<DatabaseSync> {
  createFile(path);
  const db = new DatabaseSync(path);
  try {
    // SQLite itself would wait without letting anything else of the program run.
    db.exec('PRAGMA busy_timeout = 0');
    await patiently(() => db.exec('PRAGMA journal_mode = WAL'), path, timeout);
    // What is committed is on the disk (FULL), and the log does not stay as big as it once was.
    db.exec('PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -16384');
    await migrate(db, path, timeout, steps);
    return db;
  } catch (error) {
    db.close();
    throw translate(error, path);
  }
}

/** Tries until the database is not locked by another connection, and lets the program go on in between. */
export async function patiently<T>(attempt: () => T, path: string, timeout: number): Promise<T> {
  const end = performance.now() + timeout;
  for (let wait = 1; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() >= end) throw storeError('busy', path, `is locked for more than ${timeout} ms`, error);
    }
    // Not all at the same moment again.
    const pause = wait * (0.5 + Math.random() / 2);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Only the user may read it, and SQLite gives its other files the same mode. */
function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    // Never an existing one: to close it would take the locks from the connections that this process has to it.
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function migrate(db: DatabaseSync, path: string, timeout: number, steps: readonly string[]): Promise<void> {
  if ((await patiently(() => versionOf(db, path), path, timeout)) === steps.length) return;
  await patiently(() => db.exec('BEGIN IMMEDIATE'), path, timeout);
  try {
    // Another process may have been faster.
    const version = versionOf(db, path);
    if (version > steps.length)
      throw storeError('version', path, `has version ${version}, this program knows ${steps.length}`);
    for (const step of steps.slice(version)) db.exec(step);
    db.exec(`PRAGMA application_id = ${APPLICATION}; PRAGMA user_version = ${steps.length}; COMMIT`);
  } catch (error) {
    rollBack(db);
    throw error;
  }
}

/** 0 for an empty database. */
function versionOf(db: DatabaseSync, path: string): number {
  const number = (sql: string): number => Number(Object.values(db.prepare(sql).get()!)[0]);
  const version = number('PRAGMA user_version');
  const isEmpty = number('SELECT count(*) FROM sqlite_schema') === 0;
  if (number('PRAGMA application_id') !== APPLICATION && !isEmpty) {
    throw storeError('broken', path, 'is a database of something else');
  }
  return version;
}

/** Ends a transaction, even if SQLite has ended it already, as it does when the disk is full. */
export function rollBack(db: DatabaseSync): void {
  try {
    db.exec('ROLLBACK');
  } catch (error) {
    // 1: there is no transaction.
    if (resultCode(error) !== 1) throw error;
  }
}
