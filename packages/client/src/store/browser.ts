import { newId } from '@xeps/core';
import type { StreamJournal, StreamManagementState } from '@xeps/xep-0198';
import { memoryStore } from './memory.ts';
import { parseJson, readCredentials, readState } from './read.ts';
import type { ClientStore, StoredCredentials } from './types.ts';

/** Where a page keeps what its clients need. */
export interface BrowserStoreOptions {
  /** What the names of all entries begin with; `xeps` when left out. */
  readonly prefix?: string | undefined;
  /** For credentials; `localStorage` when left out. */
  readonly local?: Storage | undefined;
  /** For streams; `sessionStorage` when left out, which belongs to one tab and survives its reload. */
  readonly session?: Storage | undefined;
  /** Something could not be kept, because the storage is full or forbidden. The client goes on without. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Milliseconds after which a stream that is in use elsewhere is not a page's own from before its reload. */
const patience = 500;

/**
 * Keeps credentials for the origin and streams for the tab. Where the browser allows no storage, everything is kept as
 * long as the page.
 */
export function browserStore(options: BrowserStoreOptions = {}): ClientStore {
  const { prefix = 'xeps', onError } = options;
  const local = options.local ?? storage('localStorage', onError);
  const session = options.session ?? storage('sessionStorage', onError);
  const memory = memoryStore();
  const journals = new Map<string, StreamJournal>();
  const owned = new Map<string, Promise<void>>();
  const key = (account: string): string => `${prefix} ${account}`;

  /** Makes sure that what the tab holds is its own: who duplicates a tab copies its session storage. */
  async function own(tab: Storage, base: string): Promise<void> {
    const id = tab.getItem(`${base}tab`);
    if (id !== null && (await lock(base + id))) return;
    clear(tab, base);
    const other = newId();
    tab.setItem(`${base}tab`, other);
    await lock(base + other);
  }

  return {
    credentials: {
      async load(account) {
        const known = await memory.credentials.load(account);
        return known ?? readCredentials(parseJson(local?.getItem(key(account))));
      },
      async save(account, credentials: StoredCredentials) {
        try {
          if (local === undefined) return await memory.credentials.save(account, credentials);
          local.setItem(key(account), JSON.stringify(credentials));
          await memory.credentials.delete(account);
        } catch (error) {
          // An old token is worse than none.
          local?.removeItem(key(account));
          await memory.credentials.save(account, credentials);
          onError?.(error);
        }
      },
      async delete(account) {
        local?.removeItem(key(account));
        await memory.credentials.delete(account);
      },
    },
    streams: {
      async open(account) {
        if (session === undefined) return memory.streams.open(account);
        const base = `${key(account)} `;
        try {
          if (!owned.has(base)) owned.set(base, own(session, base));
          await owned.get(base);
        } catch (error) {
          onError?.(error);
          return memory.streams.open(account);
        }
        const journal = createJournal(
          session,
          base,
          (error) => onError?.(error),
          () => journals.get(base) === journal,
        );
        journals.set(base, journal);
        return journal;
      },
    },
  };
}

/**
 * A session in a storage: one entry for what it is and counts, and one for each unacknowledged stanza, named by its
 * number, so that a change costs one entry. What `save` writes has a new generation, which the head's entry names: until
 * that is written, the old state is there.
 */
function createJournal(
  tab: Storage,
  base: string,
  report: (error: unknown) => void,
  mayWrite: () => boolean,
): StreamJournal {
  interface Head {
    readonly generation: number;
    readonly inbound: number;
    readonly outbound: number;
  }
  let head: Head | undefined;
  /** How many unacknowledged stanzas have entries; undefined while there is nothing to go on with. */
  let size: number | undefined;

  const set = (name: string, value: unknown): void => tab.setItem(base + name, JSON.stringify(value));
  const get = (name: string): unknown => parseJson(tab.getItem(base + name));
  const stanzaName = (index: number): string => `${head!.generation} ${(head!.outbound + index) >>> 0}`;
  const read = (): StreamManagementState | undefined => {
    head = get('head') as Head | undefined;
    if (typeof head !== 'object' || head === null) return (head = undefined);
    const unacked: unknown[] = [];
    for (let index = 1, found; (found = get(stanzaName(index))) !== undefined; index += 1) unacked.push(found);
    return readState({ ...head, unacked, lost: get(`${head.generation} lost`) });
  };
  const attempt = (write: () => void): void => {
    if (!mayWrite()) return;
    try {
      write();
    } catch (error) {
      // A session with a gap is none.
      size = undefined;
      clear(tab, base, 'tab');
      report(error);
    }
  };

  size = read()?.unacked.length;
  return {
    get state() {
      return read();
    },
    save: (state) =>
      attempt(() => {
        if (state === undefined) {
          size = undefined;
          return clear(tab, base, 'tab');
        }
        const { unacked, lost, ...rest } = state;
        head = { ...rest, generation: (head?.generation ?? 0) + 1 };
        unacked.forEach((entry, index) => set(stanzaName(index + 1), entry));
        if (lost !== undefined) set(`${head.generation} lost`, lost);
        set('head', head);
        size = unacked.length;
        clear(tab, base, 'tab', 'head', `${head.generation} `);
      }),
    append: (change) =>
      attempt(() => {
        if (size === undefined || head === undefined) return;
        const { type, ...entry } = change;
        if (type === 'sent') set(stanzaName((size += 1)), entry);
        else if (change.type === 'handled') set('head', (head = { ...head, inbound: change.h }));
        else if (change.type === 'acked') {
          const count = Math.min((change.h - head.outbound) >>> 0, size);
          const covered = Array.from({ length: count }, (_, index) => stanzaName(index + 1));
          set('head', (head = { ...head, outbound: change.h }));
          for (const name of covered) tab.removeItem(base + name);
          size -= count;
        }
      }),
  };
}

/** Removes entries, except those whose names go on like this. */
function clear(tab: Storage, base: string, ...kept: readonly string[]): void {
  const names = Array.from({ length: tab.length }, (_, index) => tab.key(index) ?? '');
  for (const name of names) {
    if (name.startsWith(base) && !kept.some((rest) => name.startsWith(base + rest))) tab.removeItem(name);
  }
}

/** Takes a lock until the page is gone. Where there are no locks (XMPP over plain http, old browsers) everybody has it. */
function lock(name: string): Promise<boolean> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (locks === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    const taken = locks.request(name, { signal: AbortSignal.timeout(patience) }, () => {
      resolve(true);
      return new Promise(() => {});
    });
    taken.catch(() => resolve(false));
  });
}

function storage(
  name: 'localStorage' | 'sessionStorage',
  onError: ((error: unknown) => void) | undefined,
): Storage | undefined {
  try {
    // Where storage is forbidden, the mere look at it throws.
    return globalThis[name] ?? undefined;
  } catch (error) {
    onError?.(error);
    return undefined;
  }
}
