import { XmppError } from '@xeps/core';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createFileCredentials } from './file-credentials.ts';
import { openFileJournal } from './file-journal.ts';
import type { FileJournal } from './file-journal.ts';
import { lockFile } from './file-lock.ts';
import { fileName } from './files.ts';
import type { ClientStore } from './types.ts';

/** How a folder is shared. */
export interface FileStoreOptions {
  /**
   * Kinds of processes that run at the same time, each with slots of its own: what one leaves behind, only one of the
   * same pool goes on with. `main` when left out.
   */
  readonly pool?: string | undefined;
  /**
   * One process has a slot at a time. `auto` takes the first that is free, so that several processes don't look like one
   * installation to the server, which would end the session of the one that was there first (XEP-0386 §3.1). 0 when left
   * out.
   */
  readonly slot?: number | 'auto' | undefined;
  /** Whether streams survive not only the end of the process but that of the machine: every change waits for the disk. */
  readonly durable?: boolean | undefined;
  /** A stream could not be written down, for instance because the disk is full. The client goes on without. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** A store in a folder. */
export interface FileStore extends ClientStore, Disposable {
  readonly slot: number;
  /** Lets go of the slot; nothing is written after that. Done by itself when the process exits. */
  close(): void;
}

/** Slots of one pool at most. */
const maxSlots = 1_000;

/**
 * Keeps credentials and streams in files that only the user can read. What an installation is known by, its tokens and
 * streams belong to the slot; what is as good as the password (SCRAM keys), the slots of an account share.
 *
 * Throws `XmppError` (`ERR_XMPP_STORE_IN_USE`) when another process has the slot, and what the file system throws.
 */
export function fileStore(folder: string, options: FileStoreOptions = {}): FileStore {
  const { pool = 'main', slot: wanted = 0, durable = false, onError } = options;
  const shared = join(folder, 'shared');
  mkdirSync(shared, { recursive: true, mode: 0o700 });

  const { slot, path, unlock } = takeSlot(join(folder, fileName(pool)), wanted);
  const journals = new Map<string, FileJournal>();
  let closed = false;

  const close = (): void => {
    if (closed) return;
    closed = true;
    for (const journal of journals.values()) journal.close();
    unlock();
  };
  return {
    slot,
    credentials: createFileCredentials(path, shared, `${fileName(pool)}-${slot}`),
    streams: {
      open(account) {
        if (closed) throw new XmppError('ERR_XMPP_STORE_CLOSED', `the store in ${folder} was closed`);
        journals.get(account)?.close();
        const journal = openFileJournal(join(path, `${fileName(account)}.stream`), { durable, onError });
        journals.set(account, journal);
        return journal;
      },
    },
    close,
    [Symbol.dispose]: close,
  };
}

interface Slot {
  readonly slot: number;
  readonly path: string;
  unlock(): void;
}

function takeSlot(base: string, wanted: number | 'auto'): Slot {
  for (let slot = wanted === 'auto' ? 0 : wanted; slot < maxSlots; slot += 1) {
    const path = `${base}-${slot}`;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const unlock = lockFile(`${path}.lock`);
    if (unlock !== undefined) return { slot, path, unlock };
    if (wanted !== 'auto') break;
  }
  throw new XmppError(
    'ERR_XMPP_STORE_IN_USE',
    `another process uses ${base}-${wanted}: stop it, or let each take a slot of its own ({ slot: 'auto' })`,
  );
}
