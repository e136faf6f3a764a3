import { StoreError } from '@xeps/im/store';
import type { Store } from '@xeps/im/store';
import { deleteDB } from 'idb';
import { openDatabase, STORES } from './database.ts';
import type { Database, Transaction } from './database.ts';
import { toFault, unavailable } from './faults.ts';
import { joinNotices } from './notices.ts';
import { createReads, createWrites } from './transaction.ts';

/** What browsers say that allow no storage: in old private windows, in frames of other sites. */
const REFUSALS = /* @__PURE__ */ new Set(['SecurityError', 'InvalidStateError', 'NotAllowedError']);

/** Options of {@link indexedDbStore}. */
export interface IndexedDbStoreOptions {
  /**
   * What a write waits for. `relaxed`, when left out: until the operating system has it, which outlives the browser,
   * however it ends; a loss of power may take back the last writes, each of them whole. `strict`: until the disk has it.
   */
  readonly durability?: 'relaxed' | 'strict';
}

/**
 * A {@link Store} in IndexedDB, in a database of this name, which several tabs may have open. It is opened when it is
 * first used.
 *
 * Transactions reject with `StoreError`: `version` when a newer program made the database, `full` when the browser gives
 * no more room, `broken` when it can't read what it has written, `busy` when another tab does not let go of an old
 * version, `closed` after `close`, after another tab has brought the database up to a newer version, and after the site's
 * data were cleared. Where there is no IndexedDB, they reject with an `XmppError` of code `ERR_XMPP_STORE_UNAVAILABLE`.
 */
/* @__NO_SIDE_EFFECTS__ */
export function indexedDbStore(name: string, { durability = 'relaxed' }: IndexedDbStoreOptions = {}): Store {
  const running = new Set<Promise<unknown>>();
  const notices = joinNotices(name);
  let opening: Promise<Database> | undefined;
  let closing: { readonly why: string; readonly ended: Promise<void> } | undefined;
  let lost = false;

  async function open(): Promise<Database> {
    if (typeof indexedDB === 'undefined') throw unavailable(name);
    return openDatabase(name, {
      superseded: () => void shut('another tab has a newer version of this program: load this page again'),
      terminated() {
        lost = true;
        void shut('the browser has closed it, its data may be gone: load this page again');
      },
    });
  }

  async function opened(): Promise<Database> {
    try {
      return await (opening ??= open());
    } catch (error) {
      // Whatever is in the way may be gone the next time.
      opening = undefined;
      throw error instanceof DOMException && REFUSALS.has(error.name) ? unavailable(name, error) : toFault(error, name);
    }
  }

  function shut(why: string): Promise<void> {
    closing ??= { why, ended: end() };
    return closing.ended;
  }

  async function end(): Promise<void> {
    await Promise.allSettled(running);
    notices.close();
    (await opening?.catch(() => undefined))?.close();
  }

  const closedError = (cause?: unknown): StoreError =>
    new StoreError('closed', `the store ${name} is closed: ${closing?.why ?? 'the browser has closed it'}`, { cause });

  async function run<T>(
    mode: 'readonly' | 'readwrite',
    work: (tx: Transaction<typeof mode>) => Promise<T>,
  ): Promise<T> {
    const database = await opened();
    let tx: Transaction<typeof mode>;
    try {
      tx = database.transaction(STORES, mode, { durability });
    } catch (error) {
      throw error instanceof DOMException && error.name === 'InvalidStateError'
        ? closedError(error)
        : toFault(error, name);
    }
    const done = tx.done.catch((error: unknown) => ({ error }));
    try {
      const result = await work(tx);
      if (mode === 'readonly') return result;
      tx.commit();
      const failed = await done;
      if (failed !== undefined) throw failed.error;
      notices.tell();
      return result;
    } catch (error) {
      // What has ended the transaction has ended its other requests.
      const cause = tx.error ?? error;
      try {
        tx.abort();
      } catch {
        // It is over.
      }
      await done;
      throw lost ? closedError(cause) : toFault(cause, name);
    }
  }

  async function begin<T>(
    mode: 'readonly' | 'readwrite',
    work: (tx: Transaction<typeof mode>) => Promise<T>,
  ): Promise<T> {
    if (closing !== undefined) throw closedError();
    const result = run(mode, work);
    running.add(result);
    try {
      return await result;
    } finally {
      running.delete(result);
    }
  }

  return {
    read: (work) => begin('readonly', (tx) => work(createReads(tx))),
    write: (work) =>
      begin('readwrite', async (tx) => {
        const { api, finish } = createWrites(tx as Transaction<'readwrite'>);
        const result = await work(api);
        await finish();
        return result;
      }),
    onChange: (listener) => notices.listen(listener),
    close: () => shut('it was closed; open it again to use it'),
  };
}

/**
 * Deletes the database of this name with everything in it; resolves as well when there is none. Tabs that have it open
 * lose it: their transactions reject with `StoreError` `closed`.
 *
 * Rejects with `StoreError` when the browser can't, and with an `XmppError` of code `ERR_XMPP_STORE_UNAVAILABLE` where there
 * is no IndexedDB.
 */
export async function deleteIndexedDbStore(name: string): Promise<void> {
  if (typeof indexedDB === 'undefined') throw unavailable(name);
  try {
    await deleteDB(name);
  } catch (error) {
    throw error instanceof DOMException && REFUSALS.has(error.name) ? unavailable(name, error) : toFault(error, name);
  }
}
