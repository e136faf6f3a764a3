/** What signing in leaves on this machine, so that the next command needs no password. */
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileStore, memoryStore } from '@xeps/client';
import type { ClientStore, FileStore, StoredCredentials } from '@xeps/client';
import type { Account, Environment } from './account.ts';

/** How a command uses what is stored. */
export type StoreUse =
  /** Signs in by it; the session ends with the command. */
  | 'credentials'
  /** The session is stored too, for the next `listen` to go on with should this one be killed. */
  | 'session'
  /** Not at all. */
  | 'none';

/** Opened for one command. */
export interface Store extends ClientStore {
  /** Where it is; undefined when nothing is stored. */
  readonly folder: string | undefined;
  /** Lets other commands have it. */
  close(): void;
}

/** Where it is: the folder of the XDG Base Directory Specification for state, or that of Windows. */
export function storeFolder(environment: Environment = process.env, platform: string = process.platform): string {
  if (platform === 'win32') return join(environment['LOCALAPPDATA'] || join(homedir(), 'AppData', 'Local'), 'xeps');
  // An empty value is none.
  return join(environment['XDG_STATE_HOME'] || join(environment['HOME'] || homedir(), '.local', 'state'), 'xeps');
}

/**
 * Opens it. Commands that run at the same time are as many installations to the server, so that none ends the session of
 * another; what a `listen` leaves is nobody's but the next `listen`'s.
 *
 * @param onError told why nothing can be stored
 */
export function openStore(
  { jid }: Account,
  use: StoreUse,
  environment: Environment,
  onError: (error: unknown) => void,
): Store {
  const nothing: Store = { ...memoryStore(), folder: undefined, close: () => undefined };
  // Without an account there is nothing to come back to, and nobody should be known again.
  if (use === 'none' || jid.local === undefined) return nothing;
  const folder = storeFolder(environment);
  try {
    if (use === 'session') return { ...fileStore(folder, { slot: 'auto', pool: 'listen', onError }), folder };
    return { ...fileStore(folder, { slot: 'auto' }), streams: nothing.streams, folder };
  } catch (error) {
    onError(error);
    return nothing;
  }
}

/** Opens all that was stored by any command, one after the other; undefined stands for what a running command has. */
export function* openAll(environment: Environment): Generator<FileStore | undefined> {
  const folder = storeFolder(environment);
  for (const name of namesIn(folder)) {
    const [, pool, slot] = /^(main|listen)-(\d+)$/.exec(name) ?? [];
    if (slot === undefined) continue;
    let store: FileStore;
    try {
      store = fileStore(folder, { pool, slot: Number(slot) });
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== 'ERR_XMPP_STORE_IN_USE') throw error;
      yield undefined;
      continue;
    }
    try {
      yield store;
    } finally {
      store.close();
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Whether it may be enough to sign in without a password. */
export function holdsSecrets(stored: StoredCredentials | undefined): boolean {
  return (
    stored?.token !== undefined || stored?.password !== undefined || Object.keys(stored?.scramKeys ?? {}).length > 0
  );
}
