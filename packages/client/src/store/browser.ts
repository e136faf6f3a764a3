import { newId } from '@xeps/core';
import type { StreamJournal, StreamManagementState } from '@xeps/xep-0198';
import { joinCredentials, splitCredentials } from './installation.ts';
import { memoryStore } from './memory.ts';
import { parseJson, readCredentials, readState } from './read.ts';
import type { ClientStore, CredentialStore } from './types.ts';

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

/** Milliseconds that a page that is loaded again waits for what the one before it has not let go of yet. */
const patience = 500;

/** What a page has of the tab's storage: the slot of each account, and who writes its stream. */
interface Page {
  readonly slots: Map<string, Promise<string>>;
  readonly journals: Map<string, StreamJournal>;
}

/** A page has its locks until it is gone, and may make several stores in the meantime. */
const pages = /* @__PURE__ */ new WeakMap<Storage, Page>();

/**
 * Keeps credentials for the origin and streams for the tab. What an installation is known by and its token belong to a
 * slot, of which a tab takes the first that is free, or the one it had before; what is as good as the password (SCRAM
 * keys), the slots of an account share. Where the browser allows no storage, everything is kept as long as the page.
 */
export function browserStore(options: BrowserStoreOptions = {}): ClientStore {
  const { prefix = 'xeps', onError } = options;
  const local = options.local ?? storage('localStorage', onError);
  const session = options.session ?? storage('sessionStorage', onError);
  const memory = memoryStore();
  const { slots, journals } = pageOf(session ?? local);
  /** What is known to be in the shared entries. Who changes nothing of it must not undo what another tab has written. */
  const known = new Map<string, string>();
  const key = (account: string): string => `${prefix} ${account}`;

  /** The name of the slot's entry, and of its lock. */
  async function own(account: string): Promise<string> {
    const name = key(account);
    if (!slots.has(name)) slots.set(name, takeSlot(session, name, onError));
    return `${name}#${await slots.get(name)}`;
  }

  async function remove(account: string): Promise<void> {
    known.delete(account);
    local?.removeItem(key(account));
    // What tabs that were closed have left, too: who signs out on a computer of many leaves nothing there.
    if (local !== undefined) clear(local, `${key(account)}#`);
  }

  const credentials: CredentialStore = {
    async load(account) {
      const kept = await memory.credentials.load(account);
      if (kept !== undefined || local === undefined) return kept;
      const mine = readCredentials(parseJson(local.getItem(await own(account))));
      const text = local.getItem(key(account));
      const found = joinCredentials(mine, text);
      if (found === undefined) return mine;
      known.set(account, text!);
      // Whoever reads it again must find the same.
      if (mine === undefined) await credentials.save(account, found);
      return found;
    },
    async save(account, value) {
      if (local === undefined) return memory.credentials.save(account, value);
      const name = await own(account);
      const { mine, shared: common } = splitCredentials(value);
      try {
        local.setItem(name, JSON.stringify(mine));
        if (common !== (known.get(account) ?? '{}')) {
          local.setItem(key(account), common);
          known.set(account, common);
        }
        await memory.credentials.delete(account);
      } catch (error) {
        // An old token is worse than none.
        await remove(account);
        await memory.credentials.save(account, value);
        onError?.(error);
      }
    },
    async delete(account) {
      if (local !== undefined) await remove(account);
      await memory.credentials.delete(account);
    },
  };

  return {
    credentials,
    streams: {
      async open(account) {
        if (session === undefined) return memory.streams.open(account);
        await own(account);
        const base = `${key(account)} `;
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

function pageOf(tab: Storage | undefined): Page {
  const page = (tab && pages.get(tab)) ?? { slots: new Map(), journals: new Map() };
  if (tab) pages.set(tab, page);
  return page;
}

/**
 * Takes a slot for as long as the page lives, and makes sure that what the tab holds is its own: who duplicates a tab
 * copies its session storage.
 */
async function takeSlot(
  tab: Storage | undefined,
  name: string,
  onError: BrowserStoreOptions['onError'],
): Promise<string> {
  const entry = `${name} tab`;
  let [id, slot] = tab?.getItem(entry)?.split('#') ?? [];
  if (id === undefined || !(await lock(`${name} ${id}`, true))) {
    if (tab) clear(tab, `${name} `);
    slot = undefined;
    await lock(`${name} ${(id = newId())}`);
  }
  if (slot === undefined || !(await lock(`${name}#${slot}`, true))) {
    let free = 0;
    while (!(await lock(`${name}#${free}`))) free += 1;
    slot = `${free}`;
  }
  try {
    tab?.setItem(entry, `${id}#${slot}`);
  } catch (error) {
    // Nothing else of the stream counts without this entry.
    onError?.(error);
  }
  return slot;
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

/**
 * Takes a lock until the page is gone, if it is free, or becomes so soon. Where there are no locks (XMPP over plain http,
 * old browsers) everybody has it.
 */
function lock(name: string, wait = false): Promise<boolean> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (locks === undefined) return Promise.resolve(true);
  const signal = wait ? AbortSignal.timeout(patience) : undefined;
  return new Promise((resolve) => {
    const taken = locks.request(name, signal ? { signal } : { ifAvailable: true }, (found) => {
      resolve(found !== null);
      return found && new Promise(() => {});
    });
    taken.catch(() => resolve(signal?.aborted !== true));
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
