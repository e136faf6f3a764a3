import type { Message } from '@xeps/im';
import { describe, expect, test } from 'vitest';
import type { Account, AccountApi, AccountEvents } from '../backend/types.ts';
import { createEmitter } from '../backend/emitter.ts';
import { openWindow } from './message-window.ts';
import type { MessageWindow } from './message-window.ts';

const peer = 'romeo@montague.lit';
const message = (position: number, over: Partial<Message> = {}): Message => ({
  key: `${position}`,
  conversation: peer,
  position,
  author: { address: peer },
  outgoing: false,
  time: new Date(position * 60_000),
  content: { text: `${position}` },
  text: `${position}`,
  attachments: [],
  edits: [],
  reactions: [],
  state: 'received',
  ...over,
});

/** An account whose store holds the messages `from` and later, and whose archive those before. */
function accountWith(count: number, { stored = 0, unread = 0, offline = false } = {}) {
  const all = Array.from({ length: count }, (_, at) => message(at));
  let first = stored;
  let online = !offline;
  const events = createEmitter<AccountEvents>();
  const here = (): Message[] => all.filter(({ position }) => position >= first);
  const api: Partial<AccountApi> = {
    conversation: () =>
      Promise.resolve({
        address: peer,
        name: 'Romeo',
        pinned: false,
        unread,
        complete: false,
        ...(unread > 0 && { readUpTo: `${count - unread - 1}` }),
      }),
    message: (key) => Promise.resolve(here().find((one) => one.key === key)),
    messages: (_, { before, after, limit = 50 } = {}) => {
      const found = here().filter(
        ({ position }) => (before === undefined || position < before) && (after === undefined || position > after),
      );
      return Promise.resolve(after === undefined ? found.slice(-limit) : found.slice(0, limit));
    },
    loadOlder: () => {
      if (!online) return Promise.reject(new Error('offline'));
      const before = first;
      first = Math.max(0, first - 50);
      return Promise.resolve({ added: before - first, complete: first === 0 });
    },
  };
  const account: Account = { api: api as AccountApi, state: undefined, on: events.on };
  return {
    account,
    events,
    say(over: Partial<Message> = {}) {
      all.push(message(all.length, over));
      events.emit('change', { conversations: [peer], added: [`${all.length - 1}`], changed: [], removed: [] });
    },
    goOnline() {
      online = true;
      events.emit('state', { connection: { status: 'online' } });
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));
const range = ({ view }: MessageWindow): [number | undefined, number | undefined] => [
  view.messages[0]?.position,
  view.messages.at(-1)?.position,
];

describe('a window of messages', () => {
  test('opens at the newest', async () => {
    const opened = openWindow(accountWith(1000).account, peer);
    await settled();
    expect(range(opened)).toEqual([940, 999]);
    expect(opened.view).toMatchObject({ ready: true, hasOlder: true, hasNewer: false, firstUnread: undefined });
  });

  test('opens at the first that is unread, however many there are', async () => {
    const opened = openWindow(accountWith(1000, { unread: 300 }).account, peer);
    await settled();
    expect(opened.view.firstUnread).toBe('700');
    expect(opened.view.jump.key).toBe('700');
    expect(range(opened)).toEqual([669, 759]);
    expect(opened.view.hasNewer).toBe(true);
  });

  test('grows upwards and stays small; the end is one jump away', async () => {
    const opened = openWindow(accountWith(2000).account, peer);
    await settled();
    for (let page = 0; page < 12; page += 1) await opened.loadOlder();
    expect(opened.view.messages).toHaveLength(420);
    expect(opened.view).toMatchObject({ hasNewer: true, prepended: true });
    expect(range(opened)).toEqual([1220, 1639]);
    await opened.loadNewer();
    expect(range(opened)).toEqual([1280, 1699]);
    await opened.toEnd();
    expect(range(opened)).toEqual([1940, 1999]);
  });

  test('what is not in the store comes from the archive, up to the beginning', async () => {
    const opened = openWindow(accountWith(130, { stored: 100 }).account, peer);
    await settled();
    for (let page = 0; page < 6; page += 1) await opened.loadOlder();
    expect(range(opened)).toEqual([0, 129]);
    expect(opened.view.hasOlder).toBe(false);
  });

  test('without a connection it says so, and asks again with one', async () => {
    const { account, goOnline } = accountWith(130, { stored: 100, offline: true });
    const opened = openWindow(account, peer);
    await settled();
    expect(opened.view).toMatchObject({ stuck: true, hasOlder: true });
    goOnline();
    expect(opened.view.stuck).toBe(false);
    await opened.loadOlder();
    expect(opened.view.messages[0]?.position).toBe(50);
  });

  test('new messages are there when it reaches to the end, and what one says is jumped to', async () => {
    const { account, say } = accountWith(100);
    const opened = openWindow(account, peer);
    await settled();
    const { count } = opened.view.jump;
    say();
    await settled();
    expect(range(opened)[1]).toBe(100);
    expect(opened.view.jump.count).toBe(count);
    say({ outgoing: true, state: 'pending' });
    await settled();
    expect(opened.view.jump).toEqual({ count: count + 1, key: undefined });
  });

  test('shows a message from anywhere, and not one that is not there', async () => {
    const opened = openWindow(accountWith(5000).account, peer);
    await settled();
    expect(await opened.show('1234')).toBe(true);
    expect(opened.view.jump.key).toBe('1234');
    expect(range(opened)).toEqual([1204, 1294]);
    expect(await opened.show('nothing')).toBe(false);
    expect(range(opened)).toEqual([1204, 1294]);
  });

  test('one that is closed changes no more', async () => {
    const { account, say } = accountWith(10);
    const opened = openWindow(account, peer);
    await settled();
    opened.close();
    say();
    await settled();
    expect(range(opened)[1]).toBe(9);
  });
});
