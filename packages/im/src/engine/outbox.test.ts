import type { Element } from '@xeps/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect, createAccount, settle } from '../../test/account.ts';
import type { Account, Device } from '../../test/account.ts';
import { hers, inside, OTHER, PEER, says, stanza, START } from '../../test/model.ts';
import { memoryStore } from '../store/memory.ts';

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

/** What devices gave to the server: the bodies. */
const bodies = ({ sent }: Device): (string | undefined)[] => sent.map((one) => one.getChildText('body') ?? undefined);
const ids = ({ sent }: Device): string[] => sent.map(({ attrs }) => attrs['id'] as string);
const states = async ({ im }: Device): Promise<string[]> =>
  (await im.messages(PEER)).map(({ text, state }) => `${text} ${state}`);
const waiting = async ({ store }: Device): Promise<number> => (await store.read((tx) => tx.outbox())).length;

const bounce = (id: string, from = PEER, type = 'cancel'): string =>
  stanza(from, id, inside.error('item-not-found', type), { type: 'error' });

describe('a message', () => {
  it('is in the store when it is accepted, and sent when the server has it', async () => {
    const device = connect(createAccount(), { acks: false });
    await settle();
    const message = await device.im.send(PEER, 'a');
    expect(message).toMatchObject({ conversation: PEER, text: 'a', state: 'pending', outgoing: true });
    expect((await device.im.message(message.key))!.state).toBe('pending');
    await settle();
    expect(bodies(device)).toEqual(['a']);
    expect(await states(device)).toEqual(['a pending']);
    device.ack();
    await settle();
    expect(await states(device)).toEqual(['a sent']);
    expect(await waiting(device)).toBe(0);
  });

  it('is given to the connection once, however long the server takes', async () => {
    const account = createAccount();
    account.takes = false;
    const device = connect(account, { acks: false });
    await settle();
    for (const text of ['a', 'b', 'c']) {
      await device.im.send(PEER, text);
      await settle(20_000);
    }
    expect(bodies(device)).toEqual(['a', 'b', 'c']);
  });

  it('has one id everywhere, and asks for a receipt and a marker', async () => {
    const device = connect(createAccount());
    await settle();
    const { id } = await device.im.send(PEER, 'a');
    await settle();
    const [sent] = device.sent as [Element];
    expect(sent.attrs).toMatchObject({ id, to: PEER, type: 'chat' });
    expect(sent.getChild('origin-id')!.attrs['id']).toBe(id);
    expect(sent.getChild('request')).toBeDefined();
    expect(sent.getChild('markable')).toBeDefined();
    // XEP-0085 §5.1: or the other side would never know that it may tell when it writes.
    expect(sent.getChild('active')).toBeDefined();
  });

  it.each([
    ['an address that is none', '@', 'a'],
    ['what XML can’t hold', PEER, '\u0000'],
    ['half a character', PEER, 'a\ud800'],
  ])('to %s is not accepted', async (_what, to, text) => {
    const device = connect(createAccount());
    await settle();
    await expect(device.im.send(to, text)).rejects.toThrow();
    await settle();
    expect([device.sent, await device.im.conversations(), await waiting(device)]).toEqual([[], [], 0]);
  });
});

describe('flush', () => {
  it('waits until the server has all that was accepted', async () => {
    const account = createAccount();
    // Or its id there would tell that it has arrived.
    account.takes = false;
    const device = connect(account, { acks: false });
    await settle();
    await device.im.send(PEER, 'a');
    let done = false;
    const flushed = device.im.flush().then(() => void (done = true));
    await settle(10_000);
    expect(done).toBe(false);
    device.ack();
    await settle(1_000);
    await flushed;
    expect(await waiting(device)).toBe(0);
  });

  it('stops with its signal', async () => {
    const device = connect(createAccount(), { online: false });
    await device.im.send(PEER, 'a');
    const stop = new AbortController();
    const flushed = device.im.flush({ signal: stop.signal });
    const outcome = expect(flushed).rejects.toThrow('enough');
    await settle(1_000);
    stop.abort(new Error('enough'));
    await outcome;
    expect(await waiting(device)).toBe(1);
  });
});

describe('offline', () => {
  it('what was accepted is sent when there is a connection, in order', async () => {
    const device = connect(createAccount(), { online: false });
    for (const text of ['a', 'b', 'c']) await device.im.send(PEER, text);
    await settle(60_000);
    expect(device.sent).toEqual([]);
    expect(await states(device)).toEqual(['a pending', 'b pending', 'c pending']);
    device.online();
    await settle();
    expect(bodies(device)).toEqual(['a', 'b', 'c']);
    expect(await states(device)).toEqual(['a sent', 'b sent', 'c sent']);
  });

  it('also by the next program, on the same store', async () => {
    const account = createAccount();
    const store = memoryStore();
    const first = connect(account, { store, online: false });
    const message = await first.im.send(PEER, 'a');
    await first.im.close();
    const second = connect(account, { store });
    await settle();
    expect(ids(second)).toEqual([message.id]);
    expect(await states(second)).toEqual(['a sent']);
  });

  it('with corrections, reactions and retractions, in order', async () => {
    const device = connect(createAccount(), { online: false });
    const { key } = await device.im.send(PEER, 'a');
    expect((await device.im.correct(key, 'b')).text).toBe('b');
    expect((await device.im.react(key, ['👍'])).reactions).toHaveLength(1);
    expect((await device.im.retract(key)).retracted).toBeDefined();
    device.online();
    await settle();
    expect(
      device.sent.map((one) => one.children.filter((child) => typeof child === 'object').map(({ name }) => name)),
    ).toEqual([
      expect.arrayContaining(['body', 'origin-id']),
      expect.arrayContaining(['body', 'replace']),
      expect.arrayContaining(['reactions', 'store']),
      expect.arrayContaining(['retract', 'fallback', 'store']),
    ]);
    expect(await waiting(device)).toBe(0);
  });
});

describe('a program that ended before it knew', () => {
  /** Gives a message to the server, and ends. */
  async function sendAndEnd(account: Account): Promise<{ store: Device['store']; id: string }> {
    const store = memoryStore();
    const device = connect(account, { store, acks: false });
    await settle();
    const { id } = await device.im.send(PEER, 'a');
    await settle();
    expect(bodies(device)).toEqual(['a']);
    device.offline();
    await settle(60_000);
    return { store, id: id! };
  }

  it('does not send again what the archive has', async () => {
    const account = createAccount();
    const { store } = await sendAndEnd(account);
    const next = connect(account, { store });
    await settle(10_000);
    expect(next.sent).toEqual([]);
    expect(await states(next)).toEqual(['a sent']);
    expect(await waiting(next)).toBe(0);
  });

  it('sends again what the archive does not have, with its ids', async () => {
    const account = createAccount();
    account.takes = false;
    const { store, id } = await sendAndEnd(account);
    const next = connect(account, { store });
    await settle(10_000);
    expect(ids(next)).toEqual([id]);
    expect(await states(next)).toEqual(['a sent']);
  });

  it('sends again where there is no archive', async () => {
    const account = createAccount();
    account.refuses = 'service-unavailable';
    const { store, id } = await sendAndEnd(account);
    const next = connect(account, { store });
    await settle(10_000);
    expect(ids(next)).toEqual([id]);
  });

  it('waits with it as long as the archive does not answer, and keeps the order', async () => {
    const account = createAccount();
    const { store } = await sendAndEnd(account);
    account.refuses = 'internal-server-error';
    const next = connect(account, { store });
    await settle();
    await next.im.send(PEER, 'b');
    await settle(20_000);
    expect(next.sent).toEqual([]);
    account.refuses = undefined;
    await settle(20_000);
    expect(bodies(next)).toEqual(['b']);
    expect(await states(next)).toEqual(['a sent', 'b sent']);
  });

  it('nobody else can make it look sent', async () => {
    const account = createAccount();
    account.takes = false;
    const { store, id } = await sendAndEnd(account);
    account.keep(hers(id, says('a', inside.origin(id))));
    account.keep(stanza(OTHER, id, says('a', inside.origin(id))));
    const next = connect(account, { store });
    await settle(10_000);
    expect(ids(next)).toEqual([id]);
  });
});

describe('a connection', () => {
  it('that takes nothing for a while: sent in order, once', async () => {
    const account = createAccount();
    let takes = false;
    const device = connect(account, { rejects: ({ name }) => name === 'message' && !takes });
    await settle();
    for (const text of ['a', 'b', 'c']) await device.im.send(PEER, text);
    await settle(5_000);
    expect(device.sent).toEqual([]);
    expect(await states(device)).toEqual(['a pending', 'b pending', 'c pending']);
    takes = true;
    await settle(5_000);
    expect(bodies(device)).toEqual(['a', 'b', 'c']);
    expect(await states(device)).toEqual(['a sent', 'b sent', 'c sent']);
    await settle(60_000);
    expect(device.sent).toHaveLength(3);
  });
});

describe('a message that comes back', () => {
  async function failed(
    options: { acks?: boolean } = {},
  ): Promise<{ device: Device; account: Account; key: string; id: string }> {
    const account = createAccount();
    const device = connect(account, options);
    await settle();
    const { key, id } = await device.im.send(PEER, 'a');
    await settle();
    device.inject(bounce(id!));
    await settle();
    return { device, account, key, id: id! };
  }

  it('has failed, and says why', async () => {
    const { device, key } = await failed();
    expect(await device.im.message(key)).toMatchObject({
      state: 'failed',
      failure: { condition: 'item-not-found', retry: false },
    });
  });

  it('also before it was acknowledged', async () => {
    const { device, key } = await failed({ acks: false });
    device.ack();
    await settle();
    expect((await device.im.message(key))!.state).toBe('failed');
    expect(await waiting(device)).toBe(0);
  });

  it('is sent again as the same message', async () => {
    const { device, key, id } = await failed();
    expect(await device.im.retry(key)).toMatchObject({ state: 'pending', key });
    await settle();
    expect(ids(device)).toEqual([id, id]);
    const again = await device.im.message(key);
    expect(again).toMatchObject({ state: 'sent', text: 'a' });
    expect(again!.failure).toBeUndefined();
    expect(await device.im.messages(PEER)).toHaveLength(1);
    // It has not failed: nothing is to be done.
    await device.im.retry(key);
    await settle();
    expect(device.sent).toHaveLength(2);
  });

  it('while it waits to be sent again, what comes is unread, and told', async () => {
    const account = createAccount();
    const device = connect(account, { acks: false });
    const told = vi.fn();
    device.im.on('notify', told);
    await settle();
    const { key, id } = await device.im.send(PEER, 'a');
    await settle();
    device.ack();
    await settle();
    device.inject(bounce(id!));
    await settle();
    await device.im.retry(key);
    await settle();
    account.receive(hers('1', says('b')));
    await settle();
    expect((await device.im.conversation(PEER)).unread).toBe(1);
    expect(told).toHaveBeenCalledOnce();
  });

  it('is sent again also where the archive has the first attempt', async () => {
    const account = createAccount();
    const store = memoryStore();
    const first = connect(account, { store, acks: false });
    await settle();
    const { key, id } = await first.im.send(PEER, 'a');
    await settle();
    first.ack();
    await settle();
    first.inject(bounce(id!));
    await settle(5_000);
    expect((await first.im.message(key))!.archiveId).toBe('x1');
    await first.im.send(PEER, 'b');
    await settle();
    first.offline();
    await first.im.retry(key);
    const second = connect(account, { store });
    await settle(20_000);
    // What is known of the other one, the archive says.
    expect(bodies(second)).toEqual(['a']);
    expect((await states(second)).sort()).toEqual(['a sent', 'b sent']);
  });

  it('can be taken away', async () => {
    const { device, key } = await failed();
    expect(await device.im.cancel(key)).toBe(true);
    expect(await device.im.messages(PEER)).toEqual([]);
    expect(await device.im.message(key)).toBeUndefined();
    expect((await device.im.conversation(PEER)).last).toBeUndefined();
  });

  it('is sent again with what it answered, its files and its warning', async () => {
    const account = createAccount();
    const device = connect(account);
    await settle();
    account.receive(hers('1', says('question')));
    await settle();
    const [question] = await device.im.messages(PEER);
    const { key, id } = await device.im.send(PEER, {
      text: 'answer',
      replyTo: question!.key,
      spoiler: 'end',
      thread: 't',
    });
    await settle();
    device.inject(bounce(id!));
    await settle();
    await device.im.retry(key);
    await settle();
    const [first, second] = device.sent;
    expect(String(second)).toBe(String(first));
  });

  it('of somebody else, is not to be sent', async () => {
    const { device, account } = await failed();
    account.receive(hers('1', says('b')));
    await settle();
    await expect(device.im.retry((await device.im.messages(PEER)).at(-1)!.key)).rejects.toThrow(PEER);
    await expect(device.im.retry('nothing')).rejects.toThrow('nothing');
  });
});

describe('a message that has not been sent yet', () => {
  it('can be taken back', async () => {
    const device = connect(createAccount(), { online: false });
    const a = await device.im.send(PEER, 'a');
    await device.im.send(PEER, 'b');
    expect(await device.im.cancel(a.key)).toBe(true);
    device.online();
    await settle();
    expect(bodies(device)).toEqual(['b']);
    expect(await states(device)).toEqual(['b sent']);
  });

  it('with what was said about it', async () => {
    const device = connect(createAccount(), { online: false });
    const a = await device.im.send(PEER, 'a');
    await device.im.correct(a.key, 'not to be seen');
    await device.im.send(PEER, 'b');
    expect(await device.im.cancel(a.key)).toBe(true);
    expect(await device.store.read((tx) => tx.findChanges([`${PEER}\n${a.id}`]))).toEqual([]);
    device.online();
    await settle();
    expect(bodies(device)).toEqual(['b']);
  });

  it('can’t be any more when a connection has it, or the server', async () => {
    const device = connect(createAccount(), { acks: false });
    await settle();
    const { key } = await device.im.send(PEER, 'a');
    await settle();
    expect(await device.im.cancel(key)).toBe(false);
    device.ack();
    await settle();
    expect(await device.im.cancel(key)).toBe(false);
    expect(await device.im.cancel('nothing')).toBe(false);
    expect(await states(device)).toEqual(['a sent']);
  });
});

describe('two programs on one store', () => {
  it('send in order, and once', async () => {
    const account = createAccount();
    const store = memoryStore();
    const one = connect(account, { store, acks: false });
    const two = connect(account, { store, acks: false });
    await settle();
    await one.im.send(PEER, 'a');
    await two.im.send(PEER, 'b');
    await settle();
    await one.im.send(PEER, 'c');
    await two.im.send(PEER, 'd');
    await settle();
    for (let round = 0; round < 20; round++) {
      one.ack();
      two.ack();
      await settle(500);
    }
    expect([...bodies(one), ...bodies(two)].sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(account.archive.map(({ xml }) => /<body>(.*)<\/body>/.exec(xml)![1])).toEqual(['a', 'b', 'c', 'd']);
    expect(await waiting(one)).toBe(0);
  });

  it('one goes on when the other has ended without a word', async () => {
    const account = createAccount();
    account.takes = false;
    const store = memoryStore();
    const one = connect(account, { store, acks: false });
    await settle();
    const { id } = await one.im.send(PEER, 'a');
    await settle();
    one.offline();
    vi.clearAllTimers();
    const two = connect(account, { store });
    await settle();
    await two.im.send(PEER, 'b');
    await settle();
    expect(two.sent).toEqual([]);
    await settle(10_000);
    expect(ids(two)[0]).toBe(id);
    expect(bodies(two)).toEqual(['a', 'b']);
  });

  it('one that has nothing to say sends what the other accepted and did not live to send', async () => {
    const account = createAccount();
    account.takes = false;
    const store = memoryStore();
    const [one, two] = [connect(account, { store, acks: false }), connect(account, { store })];
    await settle();
    await one.im.send(PEER, 'a');
    await settle();
    one.offline();
    await settle(20_000);
    expect(bodies(two)).toEqual(['a']);
    expect(await waiting(two)).toBe(0);
  });

  it('one goes on at once when the other was closed', async () => {
    const account = createAccount();
    account.takes = false;
    const store = memoryStore();
    const one = connect(account, { store, acks: false });
    await settle();
    await one.im.send(PEER, 'a');
    await settle();
    await one.im.close();
    const two = connect(account, { store });
    await two.im.send(PEER, 'b');
    await settle();
    expect(bodies(two)).toEqual(['a', 'b']);
  });

  it('one goes on at once when the server has what the other sent', async () => {
    const account = createAccount();
    const store = memoryStore();
    const [one, two] = [connect(account, { store, acks: false }), connect(account, { store, acks: false })];
    await settle();
    await one.im.send(PEER, 'a');
    await settle();
    await two.im.send(PEER, 'b');
    await settle();
    expect(two.sent).toEqual([]);
    one.ack();
    await settle();
    expect(bodies(two)).toEqual(['b']);
  });

  it('both tell of what either does', async () => {
    const account = createAccount();
    const store = memoryStore();
    const [one, two] = [connect(account, { store, online: false }), connect(account, { store, online: false })];
    const told: (readonly string[])[] = [];
    two.im.on('change', ({ added }) => void told.push(added));
    const { key } = await one.im.send(PEER, 'a');
    await settle();
    expect(told).toEqual([[key]]);
    expect((await two.im.message(key))!.text).toBe('a');
  });
});

describe('what can’t be said', () => {
  it.each<[string, (im: Device['im'], his: string, hers: string) => Promise<unknown>, string]>([
    ['a correction of what somebody else said', (im, _his, other) => im.correct(other, 'b'), 'only juliet@capulet.lit'],
    ['a retraction of what somebody else said', (im, _his, other) => im.retract(other), 'only juliet@capulet.lit'],
    ['a reaction that is a word', (im, his) => im.react(his, ['buy']), 'emoji'],
    ['an answer in another conversation', (im, _his, other) => im.send(OTHER, { text: 'a', replyTo: other }), OTHER],
    ['an answer to nothing', (im) => im.send(PEER, { text: 'a', replyTo: 'nothing' }), 'nothing'],
    ['a reaction to nothing', (im) => im.react('nothing', ['👍']), 'nothing'],
  ])('%s', async (_what, act, why) => {
    const account = createAccount();
    const device = connect(account);
    await settle();
    const his = await device.im.send(PEER, 'a');
    account.receive(hers('1', says('b')));
    await settle();
    const before = device.sent.length;
    const other = (await device.im.messages(PEER)).find(({ outgoing }) => !outgoing)!;
    await expect(act(device.im, his.key, other.key)).rejects.toThrow(why);
    await settle();
    expect(device.sent).toHaveLength(before);
  });

  it('an answer to what has no id', async () => {
    const account = createAccount();
    const device = connect(account);
    await settle();
    account.receive(hers(undefined, says('b')));
    await settle();
    await expect(device.im.react((await device.im.messages(PEER))[0]!.key, ['👍'])).rejects.toThrow('no id');
  });
});
