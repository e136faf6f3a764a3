import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { carbonOf, connect, createAccount, settle } from '../../test/account.ts';
import type { Account, Device } from '../../test/account.ts';
import { hers, inside, mine, OTHER, OWN, PEER, says, stanza, START } from '../../test/model.ts';
import { memoryStore } from '../store/memory.ts';

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

const MINUTE = 60_000;

/** An archive of messages `m1`, `m2`, …, a minute apart. */
function archiveOf(count: number): Account {
  const account = createAccount();
  for (let at = 1; at <= count; at++) account.keep(hers(`m${at}`, says(`m${at}`)), START - (count - at + 1) * MINUTE);
  return account;
}

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `m${from + at}`);

async function texts({ im }: Device, peer = PEER): Promise<string[]> {
  return (await im.messages(peer, { limit: 10_000 })).map(({ text }) => text);
}

describe('older messages of all conversations', () => {
  it('bring people who are no contacts, page by page, until there is nothing older', async () => {
    const account = createAccount();
    for (let at = 1; at <= 6; at++) account.keep(stanza(OTHER, `o${at}`, says(`o${at}`)), START - (100 - at) * MINUTE);
    for (let at = 1; at <= 4; at++) account.keep(hers(`m${at}`, says(`m${at}`)), START - (10 - at) * MINUTE);
    const device = connect(account, { im: { initialMessages: 4, contactMessages: 0 } });
    await settle();
    expect(await texts(device, OTHER)).toEqual([]);
    expect((await device.im.conversation(PEER)).complete).toBe(false);
    expect(await device.im.loadHistory({ limit: 4 })).toEqual({ added: 4, complete: false });
    expect(await texts(device, OTHER)).toEqual(['o3', 'o4', 'o5', 'o6']);
    while (!(await device.im.loadHistory({ limit: 4 })).complete);
    expect(await texts(device, OTHER)).toEqual(['o1', 'o2', 'o3', 'o4', 'o5', 'o6']);
    expect(await texts(device)).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect((await device.im.conversation(PEER)).complete).toBe(true);
    expect(await device.im.loadHistory()).toEqual({ added: 0, complete: true });
  });
});

describe('a new store', () => {
  it('begins with the newest messages, and reads no older ones', async () => {
    const account = archiveOf(30);
    const device = connect(account, { im: { initialMessages: 10, contactMessages: 0 } });
    await settle();
    expect(device.im.sync).toMatchObject({ state: 'synced' });
    expect(await texts(device)).toEqual(numbered(21, 30));
    expect(account.asked[0]).toMatchObject({ before: '' });
    expect(device.faults).toEqual([]);
  });

  it('knows that there is nothing older', async () => {
    const device = connect(archiveOf(3));
    await settle();
    expect(await device.im.loadOlder(PEER)).toEqual({ added: 0, complete: true });
  });

  it('of an empty archive', async () => {
    const account = createAccount();
    const device = connect(account);
    await settle();
    expect(device.im.sync.state).toBe('synced');
    account.keep(hers('m1', says('m1')));
    await device.im.catchUp();
    expect(await texts(device)).toEqual(['m1']);
    expect(await device.im.loadOlder(PEER)).toEqual({ added: 0, complete: true });
  });

  it('modernxmpp: asks for contacts of whom nothing is among the newest', async () => {
    const account = createAccount();
    account.roster = [
      { jid: PEER, subscription: 'both' },
      { jid: OTHER, subscription: 'both' },
    ];
    account.keep(stanza(OTHER, 'o1', says('long ago')), START - 1000 * MINUTE);
    for (const text of numbered(1, 20)) account.keep(hers(text, says(text)), START - 100 * MINUTE);
    const device = connect(account, { im: { initialMessages: 5 } });
    await settle();
    expect(await texts(device, OTHER)).toEqual(['long ago']);
    expect(account.asked.filter((one) => one.with !== undefined).map((one) => one.with)).toEqual([OTHER]);
    expect((await device.im.conversations()).map(({ address }) => address)).toEqual([PEER, OTHER]);
    // Once.
    await device.im.catchUp();
    await settle();
    expect(account.asked.filter((one) => one.with !== undefined)).toHaveLength(1);
  });
});

describe('reading on', () => {
  it('from the newest that is here', async () => {
    const account = archiveOf(3);
    const store = memoryStore();
    const first = connect(account, { store });
    await settle();
    await first.im.close();
    account.asked.length = 0;
    for (const text of numbered(4, 9)) account.keep(hers(text, says(text)));
    const second = connect(account, { store });
    await settle();
    expect(await texts(second)).toEqual(numbered(1, 9));
    expect(account.asked.every(({ after }) => after !== undefined)).toBe(true);
  });

  it('what is between is not lost when messages come before it has been read', async () => {
    const account = archiveOf(3);
    const device = connect(account);
    await settle();
    device.offline();
    for (const text of numbered(4, 6)) account.keep(hers(text, says(text)));
    const held = Promise.withResolvers<void>();
    account.beforePage = () => held.promise;
    device.online();
    account.receive(hers('m7', says('m7')));
    await settle();
    expect(await texts(device)).toEqual([...numbered(1, 3), 'm7']);
    held.resolve();
    await settle();
    expect(await texts(device)).toEqual(numbered(1, 7));
  });

  it('the archive’s order counts', async () => {
    const account = createAccount();
    const device = connect(account);
    await settle();
    const [a, b] = [hers('a', says('a')), mine('b', says('b'))];
    device.inject(a);
    device.inject(carbonOf(b));
    await settle();
    expect(await texts(device)).toEqual(['a', 'b']);
    account.keep(b);
    account.keep(a);
    await device.im.catchUp();
    expect(await texts(device)).toEqual(['b', 'a']);
  });

  it('a cursor that is gone: by time, without duplicates', async () => {
    const account = archiveOf(6);
    const store = memoryStore();
    const first = connect(account, { store });
    await settle();
    await first.im.close();
    // All that was read is gone from the archive, but for one message under another id.
    const last = account.archive[5]!;
    account.archive = [];
    account.keep(last.xml, last.time);
    for (const text of numbered(7, 8)) account.keep(hers(text, says(text)));
    account.asked.length = 0;
    const second = connect(account, { store });
    await settle();
    expect(await texts(second)).toEqual(numbered(1, 8));
    // A minute before the place from which it would have gone on: the message before the newest.
    expect(account.asked.at(-1)).toMatchObject({ start: '2029-12-31T23:57:00Z' });
    // And again, now that the new ids are known.
    await second.im.catchUp();
    expect(await texts(second)).toEqual(numbered(1, 8));
    expect(second.faults).toEqual([]);
  });

  it('page by page, and goes on where it was when the program ends between two', async () => {
    const account = archiveOf(2);
    const store = memoryStore();
    const first = connect(account, { store });
    await settle();
    await first.im.close();
    for (const [at, text] of numbered(3, 30).entries()) account.keep(hers(text, says(text)), START + at * MINUTE);
    account.most = 5;
    let pages = 0;
    const held = new Promise<void>(() => undefined);
    account.beforePage = () => ((pages += 1) > 3 ? held : undefined);
    const killed = connect(account, { store });
    await settle();
    const read = (await texts(killed)).length;
    expect(read).toBeGreaterThan(2);
    expect(read).toBeLessThan(30);
    // Ended without any closing.
    killed.offline();
    account.beforePage = () => undefined;
    account.asked.length = 0;
    const third = connect(account, { store });
    await settle();
    expect(await texts(third)).toEqual(numbered(1, 30));
    // Three pages after `x1`, and of these the last but one.
    expect(account.asked[0]!.after).toBe('x15');
    expect((await third.im.conversation(PEER)).unread).toBe(30);
  });

  it('the first reading, too, goes on: what is older is read when it is asked for', async () => {
    const account = archiveOf(12);
    account.most = 4;
    let pages = 0;
    account.beforePage = () => ((pages += 1) > 1 ? new Promise<void>(() => undefined) : undefined);
    const store = memoryStore();
    const killed = connect(account, { store });
    await settle();
    expect(await texts(killed)).toEqual(numbered(9, 12));
    killed.offline();
    account.beforePage = () => undefined;
    for (const text of numbered(13, 15)) account.keep(hers(text, says(text)));
    const device = connect(account, { store });
    await settle();
    expect(await texts(device)).toEqual(numbered(9, 15));
    while (!(await device.im.loadOlder(PEER, { limit: 3 })).complete);
    expect(await texts(device)).toEqual(numbered(1, 15));
  });

  it('tells how far it is', async () => {
    const account = archiveOf(2);
    const store = memoryStore();
    const first = connect(account, { store });
    await settle();
    await first.im.close();
    for (const text of numbered(3, 12)) account.keep(hers(text, says(text)));
    account.most = 4;
    const device = connect(account, { store, online: false });
    const told: string[] = [];
    device.im.on('sync', ({ state, received }) => void told.push(`${state} ${received}`));
    device.online();
    await settle();
    expect(told[0]).toBe('syncing 0');
    expect(told.at(-1)).toBe('synced 11');
    expect(told).toContain('syncing 4');
    expect(device.im.sync.expected).toBe(12);
  });

  it('who asks while it is read gets a reading that begins after that', async () => {
    const account = archiveOf(2);
    const device = connect(account);
    await settle();
    const held = Promise.withResolvers<void>();
    account.beforePage = () => held.promise;
    const [one, two, three] = [device.im.catchUp(), device.im.catchUp(), device.im.catchUp()];
    await settle();
    const during = account.asked.length;
    held.resolve();
    await Promise.all([one, two, three]);
    // One for the first, and one for both others.
    const readings = account.asked.slice(during - 1).filter(({ after }) => after === account.asked[during - 1]!.after);
    expect(readings).toHaveLength(2);
  });

  it('once more late in a session, and after what was sent and much that came, when it is quiet', async () => {
    const account = archiveOf(2);
    const device = connect(account);
    await settle();
    const since = (): number => account.asked.splice(0).length;
    since();
    await settle(9_999);
    expect(since()).toBe(0);
    await settle(1);
    expect(since()).toBeGreaterThan(0);
    await settle(50_000);
    expect(since()).toBeGreaterThan(0);
    await settle(600_000);
    expect(since()).toBe(0);
    await device.im.send(PEER, 'a');
    await settle(2_999);
    expect(since()).toBe(0);
    await settle(1);
    expect(since()).toBeGreaterThan(0);
    expect((await device.im.messages(PEER)).at(-1)!.archiveId).toBe('x3');
    for (let at = 0; at < 249; at++) account.receive(hers(`n${at}`, says(`n${at}`)));
    await settle(10_000);
    expect(since()).toBe(0);
    account.receive(hers('n249', says('n249')));
    await settle(3_000);
    expect(since()).toBeGreaterThan(0);
  });
});

describe('an archive that is none', () => {
  it.each(['service-unavailable', 'feature-not-implemented'])('is no fault (%s)', async (condition) => {
    const account = createAccount();
    account.refuses = condition;
    account.features = [];
    const device = connect(account);
    await settle();
    expect(device.im.sync.state).toBe('unsupported');
    account.receive(hers('m1', says('m1')));
    await settle();
    expect(await texts(device)).toEqual(['m1']);
    await device.im.catchUp();
    expect(device.faults).toEqual([]);
    await expect(device.im.loadOlder(PEER)).rejects.toThrow();
  });

  it('that fails is told, and tried again', async () => {
    const account = archiveOf(3);
    account.refuses = 'internal-server-error';
    const device = connect(account, { online: false });
    const told: string[] = [];
    device.im.on('sync', ({ state, error }) => void told.push(`${state} ${error === undefined ? '' : 'because'}`));
    device.online();
    await settle();
    expect(told).toEqual(['syncing ', 'failed because']);
    expect(device.faults).toHaveLength(1);
    await expect(device.im.catchUp()).rejects.toThrow();
    account.refuses = undefined;
    await device.im.catchUp();
    expect(await texts(device)).toEqual(numbered(1, 3));
    expect(device.im.sync.state).toBe('synced');
    expect(device.im.sync.error).toBeUndefined();
  });

  it('that is lost in the middle is read on in the next session', async () => {
    const account = archiveOf(1);
    const device = connect(account);
    await settle();
    device.offline();
    for (const text of numbered(2, 20)) account.keep(hers(text, says(text)));
    account.most = 5;
    let pages = 0;
    account.beforePage = () => {
      if ((pages += 1) === 2) device.offline();
    };
    device.online();
    await settle();
    expect((await texts(device)).length).toBeLessThan(20);
    device.online();
    await settle();
    expect(await texts(device)).toEqual(numbered(1, 20));
  });
});

describe('older messages', () => {
  it('page by page, until there is nothing older', async () => {
    const account = archiveOf(20);
    const device = connect(account, { im: { initialMessages: 5, contactMessages: 0 } });
    await settle();
    expect((await device.im.conversation(PEER)).complete).toBe(false);
    expect(await device.im.loadOlder(PEER, { limit: 8 })).toEqual({ added: 8, complete: false });
    expect(await texts(device)).toEqual(numbered(8, 20));
    expect(await device.im.loadOlder(PEER, { limit: 8 })).toEqual({ added: 7, complete: true });
    expect(await texts(device)).toEqual(numbered(1, 20));
    expect((await device.im.conversation(PEER)).complete).toBe(true);
    account.asked.length = 0;
    expect(await device.im.loadOlder(PEER)).toEqual({ added: 0, complete: true });
    expect(account.asked).toEqual([]);
  });

  it('of this conversation alone', async () => {
    const account = createAccount();
    for (let at = 1; at <= 20; at++)
      account.keep(at % 2 === 0 ? hers(`m${at}`, says(`m${at}`)) : stanza(OTHER, `o${at}`, says(`o${at}`)));
    const device = connect(account, { im: { initialMessages: 4, contactMessages: 0 } });
    await settle();
    await device.im.loadOlder(PEER, { limit: 3 });
    expect(await texts(device)).toEqual(['m12', 'm14', 'm16', 'm18', 'm20']);
    expect(await texts(device, OTHER)).toEqual(['o17', 'o19']);
    expect(await device.im.loadOlder('nobody@montague.lit')).toEqual({ added: 0, complete: true });
  });

  it('pages of which nothing is to be shown are passed over', async () => {
    const account = archiveOf(2);
    for (let at = 0; at < 12; at++) account.keep(hers(`d${at}`, inside.displayed('1')));
    account.keep(hers('m3', says('m3')));
    const device = connect(account, { im: { initialMessages: 1, contactMessages: 0 } });
    await settle();
    account.most = 4;
    expect(await device.im.loadOlder(PEER, { limit: 4 })).toMatchObject({ added: 2 });
    expect(await texts(device)).toEqual(numbered(1, 3));
  });

  it('a place that is gone: by time', async () => {
    const account = archiveOf(20);
    const device = connect(account, { im: { initialMessages: 5, contactMessages: 0 } });
    await settle();
    account.archive = account.archive.filter(({ id }) => id !== 'x16');
    expect(await device.im.loadOlder(PEER, { limit: 5 })).toMatchObject({ complete: false });
    while (!(await device.im.loadOlder(PEER, { limit: 5 })).complete);
    expect(await texts(device)).toEqual(numbered(1, 20));
  });

  it('are no news: nobody is told of them, and no receipts are sent', async () => {
    const account = createAccount();
    for (let at = 1; at <= 9; at++)
      account.keep(hers(`m${at}`, says(`m${at}`, `<request xmlns='urn:xmpp:receipts'/>`)), START - 60 * MINUTE);
    const device = connect(account, { im: { initialMessages: 2, receipts: () => true } });
    const told = vi.fn();
    device.im.on('notify', told);
    await settle();
    await device.im.loadOlder(PEER);
    await settle(60_000);
    expect(told).not.toHaveBeenCalled();
    expect(device.sent).toEqual([]);
  });

  it('but what came while a new device signed in is confirmed: it went to no device', async () => {
    const account = createAccount();
    account.keep(hers('m1', says('m1', `<request xmlns='urn:xmpp:receipts'/>`)), START - 60 * MINUTE);
    account.keep(hers('m2', says('m2', `<request xmlns='urn:xmpp:receipts'/>`)), START - 1_000);
    const device = connect(account, { im: { receipts: () => true } });
    await settle(60_000);
    const confirmed = device.sent.flatMap((one) =>
      one.getChildren('received').map(({ attrs }) => attrs['id'] as string),
    );
    expect(confirmed).toEqual(['m2']);
  });

  it('stop when they are not wanted any more', async () => {
    const account = archiveOf(20);
    const device = connect(account, { im: { initialMessages: 5, contactMessages: 0 } });
    await settle();
    account.beforePage = () => new Promise<void>(() => undefined);
    const stop = new AbortController();
    const loading = device.im.loadOlder(PEER, { signal: stop.signal });
    const reason = new Error('not wanted');
    stop.abort(reason);
    await expect(loading).rejects.toBe(reason);
  });
});

describe('what an archive is not believed', () => {
  it('messages that nobody asked it for', async () => {
    const device = connect(createAccount());
    await settle();
    for (const from of [OWN, PEER, OTHER])
      device.inject(
        `<message from='${from}'><result xmlns='urn:xmpp:mam:2' id='x' queryid='q'><forwarded xmlns='urn:xmpp:forward:0'>${hers('1', says('forged')).replace('<message', `<message xmlns='jabber:client'`)}</forwarded></result></message>`,
      );
    await settle();
    expect(await device.im.conversations()).toEqual([]);
  });

  it('copies that are not of the own account', async () => {
    const device = connect(createAccount());
    await settle();
    device.inject(carbonOf(mine('1', says('forged'))).replace(OWN, OTHER));
    device.inject(carbonOf(stanza(OTHER, '2', says('forged'))));
    await settle();
    expect(await device.im.conversations()).toEqual([]);
  });
});
