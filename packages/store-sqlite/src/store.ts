import { disposable } from '@xeps/core';
import { StoreError } from '@xeps/im/store';
import type { Store } from '@xeps/im/store';
import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openDatabase, patiently, rollBack } from './database.ts';
import { storeError, translate } from './errors.ts';
import { prepare, run } from './transaction.ts';
import type { Running } from './transaction.ts';

/** Milliseconds between two looks whether another process has written. */
const LOOK_EVERY = 300;
const TIMEOUT = 10_000;

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /** How long a transaction waits for those of other processes; milliseconds. 10 s when absent. */
  readonly timeout?: number;
}

/**
 * Opens a store in a file, which is made if there is none; only the user can read it. Several processes may have it open.
 *
 * Rejects with `StoreError`: `version` when a newer program made it, `broken` when it is no such store, `busy` when another
 * process holds it for too long; and with what the file system throws. So do its transactions, also with `full`.
 */
export async function sqliteStore(path: string, { timeout = TIMEOUT }: SqliteStoreOptions = {}): Promise<Store> {
  // Absolute: neither a URI nor `:memory:`, and the working directory may change.
  const file = resolve(path);
  const db = await openDatabase(file, timeout);
  try {
    return await patiently(() => storeOn(db, file, timeout), file, timeout);
  } catch (error) {
    db.close();
    if (error instanceof StoreError) throw error;
    // Of its version, and yet the statements don't fit its tables.
    throw storeError('broken', file, `has other tables than it should (${(error as Error).message})`, error);
  }
}

/** A store on a database that is open. */
export function storeOn(db: DatabaseSync, path: string, timeout = TIMEOUT): Store {
  const sql = prepare(db);
  const listeners = new Set<() => void>();
  let queue: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let version = sql.dataVersion.get()!['data_version'];

  /** There is one connection, and what one transaction has not committed, another one must not see. */
  async function inTurn<T>(begin: () => void, work: (running: Running) => Promise<T>): Promise<T> {
    if (closing !== undefined) throw storeError('closed', path, 'was closed');
    const result = queue.then(async () => {
      await patiently(begin, path, timeout);
      const running = run(sql);
      try {
        const answer = await work(running);
        running.finish();
        db.exec('COMMIT');
        return answer;
      } catch (error) {
        rollBack(db);
        throw error;
      } finally {
        running.end();
      }
    });
    queue = result.catch(() => undefined);
    return result.catch((error: unknown) => {
      throw translate(error, path);
    });
  }

  function beginRead(): void {
    db.exec('BEGIN');
    try {
      // The first question decides which state is seen.
      sql.getMeta.get('');
    } catch (error) {
      rollBack(db);
      throw error;
    }
  }

  /** Changes with every commit of another connection. */
  function currentVersion(): typeof version {
    try {
      return sql.dataVersion.get()!['data_version'];
    } catch {
      // Locked just now; the next look will tell.
      return version;
    }
  }

  function look(): void {
    const before = version;
    version = currentVersion();
    if (version !== before) notify();
  }

  function notify(): void {
    // Apart, so that one that throws is reported, and stops neither the others nor the writer.
    for (const listener of listeners) queueMicrotask(listener);
  }

  function watch(): void {
    const isWanted = listeners.size > 0 && closing === undefined;
    if (isWanted === (timer !== undefined)) return;
    if (isWanted) {
      version = currentVersion();
      timer = setInterval(look, LOOK_EVERY).unref();
    } else {
      clearInterval(timer);
      timer = undefined;
    }
  }

  return {
    read: (work) => inTurn(beginRead, ({ tx }) => work(tx)),
    async write(work) {
      const result = await inTurn(
        () => db.exec('BEGIN IMMEDIATE'),
        ({ tx }) => work(tx),
      );
      notify();
      return result;
    },
    onChange(listener) {
      const own = (): void => listener();
      listeners.add(own);
      watch();
      return disposable(() => {
        listeners.delete(own);
        watch();
      });
    },
    close() {
      closing ??= queue.then(() => db.close());
      watch();
      return closing;
    },
  };
}
