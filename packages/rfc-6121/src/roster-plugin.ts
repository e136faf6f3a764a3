import { createEmitter, definePlugin, DisconnectedError, isFromOwnAccount, StanzaError, whenOnline } from '@xeps/core';
import type { ListenOptions, Plugin, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { rosterChangeQuery } from './roster-schema.ts';
import type { RosterItem, RosterList } from './roster-schema.ts';
import { createRosterSaver } from './roster-store.ts';
import type { RosterStore } from './roster-store.ts';
import { getRoster } from './roster.ts';

/** What the `roster` plugin tells. */
export interface RosterEvents {
  /** A contact was added. */
  added: { readonly item: RosterItem };
  /** A contact was changed. */
  updated: { readonly item: RosterItem; readonly previous: RosterItem };
  /** A contact was removed; `item` is as it was. */
  removed: { readonly item: RosterItem };
  /** The roster is that of the server. */
  loaded: { readonly items: readonly RosterItem[] };
  /** The roster could not be had; it is asked for again when the next session begins. */
  failed: { readonly error: unknown };
}

/** The roster, as the server has it. */
export interface RosterApi {
  /** The contacts; what was stored or is left from an earlier session until the server has answered. */
  items(): readonly RosterItem[];
  /** A contact, by bare address. */
  get(jid: Jid | string): RosterItem | undefined;
  /** The names of all groups, sorted. */
  groups(): string[];
  /** Whether the server has answered in this session. */
  readonly isLoaded: boolean;
  /** Resolves when the roster is that of the server. Rejects when it can't be had in this session, or with the signal's reason. */
  loaded(options?: ListenOptions): Promise<void>;
  /** Listens for changes. */
  on<K extends keyof RosterEvents>(
    event: K,
    listener: (event: RosterEvents[K]) => void,
    options?: ListenOptions,
  ): Disposable;
  /** Where the roster is kept from one run to the next (§2.6). To be called right after `session.use`. */
  configure(settings: { readonly store: RosterStore }): void;
}

/**
 * Asks for the roster at the beginning of every session (§2.2), by version where there is one (§2.6), and follows the
 * server's pushes (§2.1.6). Pushes of anybody else change nothing.
 */
export const roster: Plugin<RosterApi> = /* @__PURE__ */ definePlugin({ name: 'roster', setup: setUpRoster });

function setUpRoster(session: Session): RosterApi {
  const items = new Map<string, RosterItem>();
  const saver = createRosterSaver(session.report, () => ({ ver, items: [...items.values()] }));
  const events = createEmitter<RosterEvents>(session.report);
  let ver: string | undefined;
  let store: RosterStore | undefined;
  let restored = false;
  let state: 'failed' | 'loaded' | 'loading' = 'loading';
  let failure: unknown;
  /** Counts the sessions with the server. */
  let turn = 0;
  /** Pushes that came while the roster was asked for: they hold whether or not the answer has them already. */
  let early: RosterList[] = [];

  function put(item: RosterItem): void {
    const key = String(item.jid);
    const previous = items.get(key);
    if (item.subscription === 'remove') {
      if (items.delete(key) && previous !== undefined) events.emit('removed', { item: previous });
      return;
    }
    const next = { ...item, groups: [...new Set(item.groups)] };
    items.set(key, next);
    if (previous === undefined) events.emit('added', { item: next });
    else if (!sameItem(previous, next)) events.emit('updated', { item: next, previous });
  }

  function replace(list: RosterList): void {
    const kept = new Set(list.items.map((item) => String(item.jid)));
    for (const [key, item] of [...items]) {
      if (!kept.has(key) && items.delete(key)) events.emit('removed', { item });
    }
    list.items.forEach(put);
    ver = list.ver;
  }

  function push(list: RosterList): void {
    list.items.forEach(put);
    // §2.6.2: a push brings the version that it leads to. Without one the known version is no longer what it was.
    ver = list.ver;
    saver.save(store);
  }

  async function load(mine: number, goesOn: boolean): Promise<void> {
    // Whoever installs this gives it a store in the same breath.
    await Promise.resolve();
    let known = false;
    if (!restored && store !== undefined) {
      restored = true;
      const stored = await saver.restore(store);
      if (mine !== turn) return;
      if (stored !== undefined && items.size === 0) {
        replace(stored);
        known = true;
      }
    }
    // In a session that goes on, the server pushes whatever changes: what was kept is what it has.
    if (goesOn && known) return finish();
    // §2.6.2: an empty version asks for all of it. A server that keeps no versions passes the attribute over.
    const answer = await getRoster(session, { ver: ver ?? '', signal: session.signal });
    if (mine !== turn) return;
    if (answer !== undefined) replace(answer);
    // No version was known, and yet nothing has changed: the roster is empty.
    else if (ver === undefined) replace({ items: [] });
    finish();
  }

  function finish(): void {
    state = 'loaded';
    for (const list of early.splice(0)) push(list);
    saver.save(store);
    events.emit('loaded', { items: [...items.values()] });
  }

  session.handle(rosterChangeQuery, (list, { stanza }) => {
    // §2.1.6: a push of anybody else is an attack on the roster; they are answered like whoever asks for nothing known.
    if (!isFromOwnAccount(session, stanza)) throw new StanzaError('service-unavailable');
    if (list.items.length !== 1) throw new StanzaError('bad-request', { text: 'a roster push has one item' });
    if (state === 'loading') early.push(list);
    else push(list);
  });
  function begin(goesOn: boolean): void {
    const mine = ++turn;
    state = 'loading';
    early = [];
    load(mine, goesOn).catch((error: unknown) => {
      // A session that was lost meanwhile is followed by another, which asks again.
      if (mine !== turn || error instanceof DisconnectedError || session.signal.aborted) return;
      state = 'failed';
      failure = error;
      for (const list of early.splice(0)) push(list);
      events.emit('failed', { error });
    });
  }
  whenOnline(session, () => begin(false));
  session.on('resumed', ({ restored: goesOn }) => void (goesOn && begin(true)));

  return {
    items: () => [...items.values()],
    get: (jid) => items.get(String(toJid(jid))) ?? items.get(String(toJid(jid).bare())),
    groups: () => [...new Set([...items.values()].flatMap((item) => item.groups))].sort(),
    get isLoaded() {
      return state === 'loaded';
    },
    loaded({ signal } = {}) {
      if (state === 'loaded') return Promise.resolve();
      if (state === 'failed') return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        const done = new AbortController();
        const either = AbortSignal.any([session.signal, ...(signal === undefined ? [] : [signal])]);
        const settle = (action: () => void): void => {
          done.abort();
          action();
        };
        if (either.aborted) return reject(either.reason as Error);
        either.addEventListener('abort', () => settle(() => reject(either.reason as Error)), { signal: done.signal });
        events.on('loaded', () => settle(resolve), { signal: done.signal });
        events.on('failed', ({ error }) => settle(() => reject(error as Error)), { signal: done.signal });
      });
    },
    on: (event, listener, options) => events.on(event, listener, options),
    configure: (settings) => void ({ store } = settings),
  };
}

function sameItem(a: RosterItem, b: RosterItem): boolean {
  return (
    a.name === b.name &&
    a.subscription === b.subscription &&
    a.ask === b.ask &&
    a.approved === b.approved &&
    a.groups.length === b.groups.length &&
    a.groups.every((group) => b.groups.includes(group))
  );
}
