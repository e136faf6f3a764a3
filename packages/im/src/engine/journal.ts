import { createEmitter } from '@xeps/core';
import type { Emitter } from '@xeps/core';
import { applyIncoming } from '../model/apply.ts';
import type { Applied, Source } from '../model/apply.ts';
import type { Incoming } from '../model/incoming.ts';
import type { ReadTransaction, Store, WriteTransaction } from '../store/port.ts';
import type { ChangeBatch } from '../store/records.ts';

/** What changed, for an app: see `ImEvents`. */
export interface Change {
  /** The conversations of which something changed. `all`: too much to say what, read anew. */
  readonly conversations: readonly string[] | 'all';
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** The store, and word of every change of it, of this engine and of others on the same store, in order. */
export interface Journal {
  read<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<T>;
  write<T>(work: (tx: WriteTransaction) => Promise<T>): Promise<T>;
  /** Takes what happened into the store; `also` runs in the same transaction. */
  put(
    incoming: readonly Incoming[],
    source: Source,
    also?: (tx: WriteTransaction, applied: Applied) => Promise<void>,
  ): Promise<Applied>;
  readonly on: Emitter<{ change: Change }>['on'];
  /** Resolves when what was written until now has been told. */
  told(): Promise<void>;
  close(): void;
}

/** Follows a store. */
export function createJournal(store: Store, report: (error: unknown) => void): Journal {
  const events = createEmitter<{ change: Change }>(report);
  let seen: Promise<number> = store.read((tx) => tx.revision());
  seen.catch(() => undefined);
  let looking: Promise<void> | undefined;
  let again = false;
  let closed = false;

  async function look(): Promise<void> {
    do {
      again = false;
      const after = await seen;
      const { batches, revision } = await store.read(async (tx) => ({
        batches: await tx.changesAfter(after),
        revision: await tx.revision(),
      }));
      if (closed || revision <= after) continue;
      seen = Promise.resolve(revision);
      if (batches === undefined) events.emit('change', { conversations: 'all', added: [], changed: [], removed: [] });
      else for (const batch of batches) events.emit('change', toChange(batch));
    } while (again);
  }

  /** One look at a time; what is written meanwhile is seen by the next. */
  function wake(): void {
    if (closed || !events.has('change')) return;
    again = true;
    looking ??= look()
      .catch((error: unknown) => {
        if (!closed) report(error);
      })
      .finally(() => {
        looking = undefined;
        // It may have been woken after its last look.
        if (again) wake();
      });
  }

  const subscription = store.onChange(wake);
  return {
    read: (work) => store.read(work),
    write: (work) => store.write(work),
    put: (incoming, source, also) =>
      store.write(async (tx) => {
        const applied = await applyIncoming(tx, incoming, source);
        await also?.(tx, applied);
        return applied;
      }),
    on: events.on,
    told: async () => looking,
    close() {
      closed = true;
      subscription[Symbol.dispose]();
    },
  };
}

function toChange({ conversations, added, changed, removed }: ChangeBatch): Change {
  return { conversations, added, changed, removed };
}
