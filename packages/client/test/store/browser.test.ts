import { applyChange } from '@xeps/xep-0198';
import type { StreamJournal, StreamManagementState } from '@xeps/xep-0198';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { browserStore } from '../../src/store/browser.ts';
import type { ClientStore, StoredCredentials } from '../../src/store/types.ts';
import { full, juliet, sent, state, storeContract } from './contract.ts';
import { FakeStorage } from './fake-storage.ts';

/** The locks of a browser: pages that wait, and pages that go. */
function fakeLocks(): { page(): { locks: Pick<LockManager, 'request'>; close(): void } } {
  const held = new Map<string, object>();
  const waiting = new Set<() => void>();
  return {
    page() {
      const self = {};
      return {
        close() {
          for (const [name, holder] of held) if (holder === self) held.delete(name);
          for (const retry of waiting) retry();
        },
        locks: {
          request(name: string, options: LockOptions, callback: (lock: Lock | null) => unknown) {
            if (options.ifAvailable === true && held.has(name)) return Promise.resolve(callback(null));
            return new Promise((_, reject) => {
              const attempt = (): void => {
                if (held.has(name)) return;
                waiting.delete(attempt);
                held.set(name, self);
                callback({ name, mode: 'exclusive' });
              };
              waiting.add(attempt);
              options.signal?.addEventListener('abort', () => {
                if (waiting.delete(attempt)) reject(options.signal?.reason as Error);
              });
              attempt();
            });
          },
        } as Pick<LockManager, 'request'>,
      };
    },
  };
}
const withLocks = (locks: unknown): void => void vi.stubGlobal('navigator', { locks });
afterEach(() => vi.unstubAllGlobals());

storeContract('browser', () => {
  withLocks(undefined);
  const local = new FakeStorage();
  let session = new FakeStorage();
  return {
    store: browserStore({ local, session }),
    reopen: () => browserStore({ local, session: (session = session.copy()) }),
  };
});

describe('a tab', () => {
  test('that is reloaded goes on with its stream, also when the old page lets go a moment later', async () => {
    const browser = fakeLocks();
    const session = new FakeStorage();
    const first = browser.page();
    withLocks(first.locks);
    (await browserStore({ session }).streams.open(juliet)).save(state);
    const second = browser.page();
    withLocks(second.locks);
    const opening = browserStore({ session: session.copy() }).streams.open(juliet);
    await new Promise((resolve) => setTimeout(resolve, 20));
    first.close();
    expect((await opening).state).toEqual(state);
  });

  test('that is a copy begins anew, and leaves the first alone', async () => {
    const browser = fakeLocks();
    const session = new FakeStorage();
    withLocks(browser.page().locks);
    const first = await browserStore({ session }).streams.open(juliet);
    first.save(state);
    const copy = session.copy();
    withLocks(browser.page().locks);
    const second = await browserStore({ session: copy }).streams.open(juliet);
    expect(second.state).toBeUndefined();
    expect([...copy.entries.keys()]).toEqual([`xeps ${juliet} tab`]);
    second.save({ ...state, id: 'second' });
    first.append({ type: 'handled', h: 8 });
    expect(first.state).toMatchObject({ id: 'session-1', inbound: 8 });
    // A copy of the copy is a third.
    withLocks(browser.page().locks);
    expect((await browserStore({ session: copy.copy() }).streams.open(juliet)).state).toBeUndefined();
  });

  test('with the locks of this platform', async () => {
    vi.unstubAllGlobals();
    expect(typeof navigator.locks.request).toBe('function');
    const session = new FakeStorage();
    const prefix = `test-${Math.random()}`;
    const journal = await browserStore({ session, prefix }).streams.open(juliet);
    journal.save(state);
    expect((await browserStore({ session: session.copy(), prefix }).streams.open(juliet)).state).toBeUndefined();
  });

  test('opens the journal of an account twice at once, and is no copy of itself', async () => {
    withLocks(fakeLocks().page().locks);
    const store = browserStore({ session: new FakeStorage() });
    const [first, second] = await Promise.all([store.streams.open(juliet), store.streams.open(juliet)]);
    second.save(state);
    first.save(undefined);
    expect(second.state).toEqual(state);
    expect((await store.streams.open(juliet)).state).toEqual(state);
  });
});

describe('a slot', () => {
  /** A browser: what its tabs share, and how they come. */
  function fakeBrowser(): { local: FakeStorage; page(session?: FakeStorage): OpenPage } {
    const locks = fakeLocks();
    const local = new FakeStorage();
    return {
      local,
      page(session = new FakeStorage()) {
        const page = locks.page();
        const store = browserStore({ local, session });
        const within = <T>(what: () => T): T => {
          withLocks(page.locks);
          return what();
        };
        return {
          session,
          close: () => page.close(),
          load: () => within(async () => store.credentials.load(juliet)),
          save: (value) => within(async () => store.credentials.save(juliet, value)),
          delete: () => within(async () => store.credentials.delete(juliet)),
          open: () => within(async () => store.streams.open(juliet)),
          again: () => within(() => browserStore({ local, session })),
        };
      },
    };
  }
  interface OpenPage {
    readonly session: FakeStorage;
    close(): void;
    load(): Promise<StoredCredentials | undefined>;
    save(value: StoredCredentials): Promise<void>;
    delete(): Promise<void>;
    open(): Promise<StreamJournal>;
    /** Another store of the same page. */
    again(): ClientStore;
  }
  const { scramKeys, mechanism, password, ...own } = full;
  const shared = { scramKeys, mechanism, password };

  test('is one tab’s: each is an installation of its own, and what is as good as the password is everybody’s', async () => {
    const browser = fakeBrowser();
    const first = browser.page();
    expect(await first.load()).toBeUndefined();
    await first.save(full);
    const [second, third] = [browser.page(), browser.page()];
    const found = [(await second.load())!, (await third.load())!];
    for (const { userAgentId, resource, ...rest } of found) {
      expect(rest).toEqual(shared);
      expect(userAgentId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
      expect(resource).not.toBe(full.resource);
    }
    expect(new Set([full.userAgentId, ...found.map(({ userAgentId }) => userAgentId)]).size).toBe(3);
    expect(await second.load()).toEqual(found[0]);
    await second.save({ ...found[0]!, token: { mechanism: 'HT-SHA-256-NONE', token: 'second', count: 1 } });
    expect(await first.load()).toEqual(full);
    expect([...browser.local.entries.keys()]).toEqual([
      `xeps ${juliet}#0`,
      `xeps ${juliet}`,
      `xeps ${juliet}#1`,
      `xeps ${juliet}#2`,
    ]);
  });

  test('that is free first is taken: who closes the browser and opens it again finds what was there', async () => {
    const browser = fakeBrowser();
    const first = browser.page();
    await first.save(full);
    const second = browser.page();
    await second.save({ ...full, resource: 'second' });
    first.close();
    second.close();
    expect(await browser.page().load()).toEqual(full);
    expect(await browser.page().load()).toMatchObject({ resource: 'second' });
  });

  test('stays with a tab that is reloaded, also when an earlier one is free by then', async () => {
    const browser = fakeBrowser();
    const first = browser.page();
    await first.save(full);
    const second = browser.page();
    const found = await second.load();
    first.close();
    second.close();
    expect(await browser.page(second.session.copy()).load()).toEqual(found);
  });

  test('stays with a tab that is reloaded when the old page lets go a moment later', async () => {
    const browser = fakeBrowser();
    const first = browser.page();
    await first.save(full);
    const loading = browser.page(first.session.copy()).load();
    await new Promise((resolve) => setTimeout(resolve, 20));
    first.close();
    expect(await loading).toEqual(full);
  });

  test('is not copied with the tab', async () => {
    const browser = fakeBrowser();
    const first = browser.page();
    await first.save(full);
    const copy = browser.page(first.session.copy());
    const found = (await copy.load())!;
    expect(found).toMatchObject(shared);
    expect(found.userAgentId).not.toBe(full.userAgentId);
    expect(found).not.toHaveProperty('token');
    copy.close();
    expect(await browser.page(copy.session.copy()).load()).toEqual(found);
  });

  test('may be another’s when a closed tab is opened again, which goes on with its stream', async () => {
    const browser = fakeBrowser();
    const closed = browser.page();
    await closed.save(full);
    (await closed.open()).save(state);
    closed.close();
    const other = browser.page();
    expect(await other.load()).toEqual(full);
    const reopened = browser.page(closed.session.copy());
    expect((await reopened.load())?.userAgentId).not.toBe(full.userAgentId);
    expect((await reopened.open()).state).toEqual(state);
  });

  test('is the page’s: its next store has the same, and takes the stream over', async () => {
    const page = fakeBrowser().page();
    await page.save(full);
    const journal = await page.open();
    journal.save(state);
    const next = page.again();
    expect(await next.credentials.load(juliet)).toEqual(full);
    const taken = await next.streams.open(juliet);
    journal.save(undefined);
    expect(taken.state).toEqual(state);
  });

  test('who changes nothing that is shared undoes nothing of it', async () => {
    const browser = fakeBrowser();
    const first = browser.page();
    await first.save(full);
    const second = browser.page();
    await second.save({ ...(await second.load())!, mechanism: 'SCRAM-SHA-512-PLUS' });
    const { token: _, ...rest } = full;
    await first.save(rest);
    expect(await first.load()).toEqual({ ...rest, mechanism: 'SCRAM-SHA-512-PLUS' });
  });

  test('whoever signs out removes it, and what is shared; the next to come is new', async () => {
    const browser = fakeBrowser();
    const first = browser.page();
    await first.save(full);
    const { session } = first;
    await first.delete();
    expect(browser.local.length).toBe(0);
    expect(await first.load()).toBeUndefined();
    await first.save(full);
    expect(await first.load()).toEqual(full);
    first.close();
    expect(await browser.page(session.copy()).load()).toEqual(full);
  });

  test.each([
    ['its own entry', `xeps ${juliet}#0`, shared],
    ['the shared entry', `xeps ${juliet}`, own],
  ])('%s is broken: what it held is not there, the rest is', async (_, name, expected) => {
    const browser = fakeBrowser();
    const first = browser.page();
    await first.save(full);
    for (const broken of ['{"userAgentId":7,"mechanism":{},"token":{}}', '{', 'null', '7', '[]']) {
      browser.local.setItem(name, broken);
      const found = (await first.load())!;
      expect(found).toMatchObject(expected);
      expect(Object.keys(found).toSorted()).toEqual(
        [...new Set(['userAgentId', 'resource', ...Object.keys(expected)])].toSorted(),
      );
    }
  });

  test('is the first where locks are refused, or there are none', async () => {
    const refused = { request: () => Promise.reject(new DOMException('no', 'SecurityError')) };
    for (const locks of [refused, undefined]) {
      withLocks(locks);
      const local = new FakeStorage();
      await browserStore({ local, session: new FakeStorage() }).credentials.save(juliet, full);
      expect(await browserStore({ local, session: new FakeStorage() }).credentials.load(juliet)).toEqual(full);
    }
  });

  test('without https, where the platform makes no UUID: what is shared serves a new installation', async () => {
    withLocks(undefined);
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const local = new FakeStorage([[`xeps ${juliet}`, JSON.stringify(shared)]]);
    const found = await browserStore({ local, session: new FakeStorage() }).credentials.load(juliet);
    expect(found).toMatchObject(shared);
    expect(found?.userAgentId).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  test('that the tab can’t remember is had until the page goes', async () => {
    withLocks(fakeLocks().page().locks);
    const [local, session, errors] = [new FakeStorage(), new FakeStorage([], 10), [] as unknown[]];
    const store = browserStore({ local, session, onError: (error) => errors.push(error) });
    await store.credentials.save(juliet, full);
    expect(await store.credentials.load(juliet)).toEqual(full);
    expect(errors).toMatchObject([{ name: 'QuotaExceededError' }]);
  });

  test('with the locks of this platform', async () => {
    vi.unstubAllGlobals();
    const [local, session, prefix] = [new FakeStorage(), new FakeStorage(), `test-${Math.random()}`];
    await browserStore({ local, session, prefix }).credentials.save(juliet, full);
    for (const other of [new FakeStorage(), session.copy()]) {
      const found = await browserStore({ local, session: other, prefix }).credentials.load(juliet);
      expect(found).toMatchObject(shared);
      expect(found).not.toHaveProperty('token');
    }
    expect(local.length).toBe(4);
  });
});

describe('entries', () => {
  test('a change costs one, and what is acknowledged is removed', async () => {
    const session = new FakeStorage();
    withLocks(undefined);
    const journal = await browserStore({ session }).streams.open(juliet);
    journal.save({ ...state, unacked: [], lost: undefined });
    for (const change of [sent('1'), sent('2'), sent('3'), { type: 'handled', h: 8 } as const]) {
      const before = session.writes;
      journal.append(change);
      expect(session.writes).toBe(before + 1);
    }
    const before = session.writes;
    journal.append({ type: 'acked', h: 1 });
    expect(session.writes).toBe(before + 1);
    expect(session.length).toBe(3);
    journal.save(undefined);
    expect([...session.entries.keys()]).toEqual([`xeps ${juliet} tab`]);
  });

  test('a page that dies at any write leaves the old or the new state', async () => {
    withLocks(undefined);
    const states: (StreamManagementState | undefined)[] = [state];
    const changes = [sent('1'), { type: 'acked', h: 1 } as const, sent('2'), { type: 'handled', h: 9 } as const];
    for (const change of changes) states.push(applyChange(states.at(-1)!, change));
    const fresh = { ...state, id: 'session-2' };
    for (let dies = 0; dies < 40; dies += 1) {
      const session = new FakeStorage();
      let left = Infinity;
      const dying = (name: 'setItem' | 'removeItem'): void => {
        const real = session[name].bind(session) as (...values: string[]) => void;
        session[name] = (...values: string[]) => {
          if (left <= 0) return;
          left -= 1;
          real(...values);
        };
      };
      dying('setItem');
      dying('removeItem');
      const journal = await browserStore({ session }).streams.open(juliet);
      journal.save(state);
      left = dies;
      for (const change of changes) journal.append(change);
      journal.save(fresh);
      left = Infinity;
      const found = (await browserStore({ session: session.copy() }).streams.open(juliet)).state;
      expect([...states, fresh]).toContainEqual(found);
      if (dies === 39) expect(found).toEqual(fresh);
    }
  });

  test.each([
    ['the head', 'head', '{'],
    ['a stanza', '1 0', '{}'],
    ['the number of a stanza', 'head', '{"generation":1,"inbound":-1,"outbound":0,"unacked":[]}'],
    ['a foreign head', 'head', '"hello"'],
  ])('%s that is broken is no state', async (_, name, value) => {
    withLocks(undefined);
    const session = new FakeStorage();
    const journal = await browserStore({ session }).streams.open(juliet);
    journal.save(state);
    session.setItem(`xeps ${juliet} ${name}`, value);
    const next = await browserStore({ session }).streams.open(juliet);
    expect(next.state).toBeUndefined();
    next.append(sent('1'));
    next.save(state);
    expect(next.state).toEqual(state);
  });

  test('a full storage: the session is not kept, it is said once, and the next is', async () => {
    withLocks(undefined);
    const session = new FakeStorage([], 1_200);
    const errors: unknown[] = [];
    const journal = await browserStore({ session, onError: (error) => errors.push(error) }).streams.open(juliet);
    journal.save(state);
    for (let index = 0; index < 20; index += 1) journal.append(sent(`${index}`));
    expect(errors).toMatchObject([{ name: 'QuotaExceededError' }]);
    expect(journal.state).toBeUndefined();
    expect(session.length).toBe(1);
    journal.save(state);
    expect(journal.state).toEqual(state);
  });
});

describe('credentials', () => {
  test('a full storage: they last as long as the page, and nothing old stays', async () => {
    const local = new FakeStorage();
    const errors: unknown[] = [];
    const store = browserStore({ local, onError: (error) => errors.push(error) });
    await store.credentials.save(juliet, { ...full, resource: 'old' });
    expect(local.length).toBe(2);
    local.quota = 10;
    await store.credentials.save(juliet, full);
    expect(errors).toHaveLength(1);
    expect(await store.credentials.load(juliet)).toEqual(full);
    expect(local.length).toBe(0);
  });

  test.each(['{', '[]', '{"userAgentId":1}', ''])('%s is nothing', async (text) => {
    const local = new FakeStorage([
      [`xeps ${juliet}`, text],
      [`xeps ${juliet}#0`, text],
    ]);
    expect(await browserStore({ local }).credentials.load(juliet)).toBeUndefined();
  });

  test('the prefix keeps programs on one origin apart', async () => {
    const local = new FakeStorage();
    await browserStore({ local, prefix: 'one' }).credentials.save(juliet, full);
    expect(await browserStore({ local, prefix: 'two' }).credentials.load(juliet)).toBeUndefined();
  });
});

test('where storage is forbidden, everything lasts as long as the page', async () => {
  const errors: unknown[] = [];
  const forbidden = {
    get: () => {
      throw new DOMException('no', 'SecurityError');
    },
    configurable: true,
  };
  const before = ['localStorage', 'sessionStorage'].map((name) => [
    name,
    Object.getOwnPropertyDescriptor(globalThis, name),
  ]) as [string, PropertyDescriptor | undefined][];
  for (const [name] of before) Object.defineProperty(globalThis, name, forbidden);
  try {
    const store = browserStore({ onError: (error) => errors.push(error) });
    await store.credentials.save(juliet, full);
    expect(await store.credentials.load(juliet)).toEqual(full);
    const journal = await store.streams.open(juliet);
    journal.save(state);
    expect((await store.streams.open(juliet)).state).toEqual(state);
    expect(errors).toHaveLength(2);
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  }
});
