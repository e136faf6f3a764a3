import { applyChange } from '@xeps/xep-0198';
import type { StreamManagementState } from '@xeps/xep-0198';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { browserStore } from '../../src/store/browser.ts';
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
          request(name: string, options: LockOptions, callback: (lock: Lock) => unknown) {
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
  const options = { local: new FakeStorage(), session: new FakeStorage() };
  return { store: browserStore(options), reopen: () => browserStore(options) };
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
    const opening = browserStore({ session }).streams.open(juliet);
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
      const found = (await browserStore({ session }).streams.open(juliet)).state;
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
    local.quota = 10;
    await store.credentials.save(juliet, full);
    expect(errors).toHaveLength(1);
    expect(await store.credentials.load(juliet)).toEqual(full);
    expect(local.length).toBe(0);
  });

  test.each(['{', '[]', '{"userAgentId":1}', ''])('%s is nothing', async (text) => {
    const local = new FakeStorage([[`xeps ${juliet}`, text]]);
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
