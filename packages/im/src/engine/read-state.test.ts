import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { carbonOf, connect, createAccount, displayedEvent, settle } from '../../test/account.ts';
import type { Account, Device, DeviceOptions } from '../../test/account.ts';
import { hers, inside, mine, OTHER, PEER, says, stanza, START } from '../../test/model.ts';

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

const markable = `<markable xmlns='urn:xmpp:chat-markers:0'/>`;

/** A device with messages `m1` to `m3` of the other side, which want markers. */
async function reader(options: DeviceOptions = {}): Promise<{ account: Account; device: Device }> {
  const account = createAccount();
  account.roster = [{ jid: PEER, subscription: 'both' }];
  const device = connect(account, { im: { receipts: 'contacts' }, ...options });
  await settle();
  for (const text of ['m1', 'm2', 'm3']) account.receive(hers(text, says(text, markable)));
  await settle();
  return { account, device };
}

const markers = ({ sent }: Device): string[] =>
  sent.flatMap((one) =>
    one.getChildren('displayed').map(({ attrs }) => `${one.attrs['to'] as string} ${attrs['id'] as string}`),
  );

const keyOf = async ({ im }: Device, text: string, peer = PEER): Promise<string> =>
  (await im.messages(peer)).find((one) => one.text === text)!.key;

const unread = async ({ im }: Device, peer = PEER): Promise<number> => (await im.conversation(peer)).unread;

describe('what the user reads', () => {
  it('is told once to the other devices, and to the other side', async () => {
    const { account, device } = await reader();
    expect(await unread(device)).toBe(3);
    await device.im.markRead(PEER);
    expect(await unread(device)).toBe(0);
    expect(await device.im.unread()).toBe(0);
    await device.im.markRead(PEER);
    await settle(5_000);
    expect(account.published).toEqual([`${PEER} x3`]);
    expect(markers(device)).toEqual([`${PEER} m3`]);
    expect(device.faults).toEqual([]);
  });

  it('up to a message', async () => {
    const { account, device } = await reader();
    await device.im.markRead(PEER, await keyOf(device, 'm2'));
    await settle(5_000);
    expect([await unread(device), account.published, markers(device)]).toEqual([1, [`${PEER} x2`], [`${PEER} m2`]]);
    expect((await device.im.conversation(PEER)).readUpTo).toBe(await keyOf(device, 'm2'));
    // Not back.
    await device.im.markRead(PEER, await keyOf(device, 'm1'));
    await settle(5_000);
    expect([await unread(device), account.published.length, markers(device).length]).toEqual([1, 1, 1]);
  });

  it('what has no id yet is told when the archive has been read', async () => {
    const { account, device } = await reader();
    // As servers copy what another device sent: without its id.
    const id = account.keep(hers('m4', says('m4', markable)));
    device.inject(hers('m4', says('m4', markable)));
    await settle();
    await device.im.markRead(PEER);
    await settle(2_500);
    expect(account.published).toEqual([`${PEER} x3`]);
    await device.im.catchUp();
    await settle(5_000);
    expect(account.published).toEqual([`${PEER} x3`, `${PEER} ${id}`]);
  });

  it('of several, the last is published', async () => {
    const { account, device } = await reader();
    for (const text of ['m1', 'm2', 'm3']) await device.im.markRead(PEER, await keyOf(device, text));
    await settle(5_000);
    expect(account.published).toEqual([`${PEER} x3`]);
    expect(markers(device)).toEqual([`${PEER} m1`, `${PEER} m2`, `${PEER} m3`]);
  });

  it('nothing: of nothing, of another conversation, and of what waits to be sent', async () => {
    const { account, device } = await reader({ online: true });
    await device.im.markRead('nobody@montague.lit');
    await device.im.markRead(OTHER, await keyOf(device, 'm3'));
    await device.im.markRead(PEER, 'nothing');
    device.offline();
    const { key } = await device.im.send(PEER, 'mine');
    await device.im.markRead(PEER, key);
    device.online();
    await settle(5_000);
    expect(markers(device)).toEqual([]);
    expect(account.published).toEqual([]);
    expect((await device.im.conversation(OTHER)).readUpTo).toBeUndefined();
  });

  it('offline, is told when there is a connection', async () => {
    const { account, device } = await reader();
    device.offline();
    await device.im.markRead(PEER);
    await settle(60_000);
    expect(await unread(device)).toBe(0);
    device.online();
    await settle(5_000);
    expect(account.published).toEqual([`${PEER} x3`]);
    expect(markers(device)).toEqual([`${PEER} m3`]);
  });

  it('without an id in the archive, is told by the nearest one before it', async () => {
    const { account, device } = await reader();
    device.inject(hers('m4', says('m4')));
    await settle();
    await device.im.markRead(PEER);
    await settle(5_000);
    expect(account.published).toEqual([`${PEER} x3`]);
  });

  it('what wants no marker gets none', async () => {
    const { account, device } = await reader();
    await device.im.markRead(PEER);
    account.receive(hers('m4', says('m4')));
    await settle();
    await device.im.markRead(PEER);
    await settle(5_000);
    expect(markers(device)).toEqual([`${PEER} m3`]);
    expect(account.published).toEqual([`${PEER} x4`]);
  });

  it('further while it is being published, is published after that', async () => {
    const { account, device } = await reader();
    const held = Promise.withResolvers<void>();
    account.beforePublish = () => held.promise;
    await device.im.markRead(PEER, await keyOf(device, 'm1'));
    await settle(5_000);
    await device.im.markRead(PEER, await keyOf(device, 'm2'));
    held.resolve();
    await settle(5_000);
    expect(account.published).toEqual([`${PEER} x1`, `${PEER} x2`]);
  });

  it('a server that refuses is no fault of the user’s', async () => {
    const { account, device } = await reader();
    account.features = ['urn:xmpp:sid:0'];
    await device.im.markRead(PEER);
    await settle(60_000);
    expect(await unread(device)).toBe(0);
  });
});

describe('XEP-0333 who gets markers', () => {
  it.each<[string, DeviceOptions['im'], string, number]>([
    ['contacts who may see the presence', {}, 'both', 1],
    ['contacts who may see the presence, though not the other way round', {}, 'from', 1],
    ['no contacts who may not', {}, 'to', 0],
    ['no strangers', {}, 'none', 0],
    ['nobody', { markers: 'never' }, 'both', 0],
    ['as receipts are', { receipts: 'never' }, 'both', 0],
    ['whoever the app says', { markers: (address) => address === PEER }, 'none', 1],
    ['nobody of whom the app says no', { markers: async () => false }, 'both', 0],
  ])('%s', async (_who, im, subscription, count) => {
    const account = createAccount();
    account.roster = [{ jid: PEER, subscription }];
    const device = connect(account, { im: { receipts: 'contacts', ...im } });
    await settle();
    account.receive(hers('m1', says('m1', markable)));
    await settle();
    await device.im.markRead(PEER);
    await settle(5_000);
    expect(markers(device)).toHaveLength(count);
    // The own devices know anyway.
    expect(account.published).toEqual([`${PEER} x1`]);
  });
});

describe('what another device reads', () => {
  it('is read here', async () => {
    const { account, device } = await reader();
    device.inject(displayedEvent(PEER, 'x2'));
    await settle(5_000);
    expect(await unread(device)).toBe(1);
    expect((await device.im.conversation(PEER)).readUpTo).toBe(await keyOf(device, 'm2'));
    expect([account.published, markers(device)]).toEqual([[], []]);
  });

  it('also by what it tells the other side, or by answering', async () => {
    const { account, device } = await reader();
    device.inject(carbonOf(mine('c1', inside.displayed('m1'))));
    await settle();
    expect(await unread(device)).toBe(2);
    device.inject(carbonOf(mine('c2', says('answer'))));
    await settle();
    expect(await unread(device)).toBe(0);
    expect(account.published).toEqual([]);
  });

  it('an id that is not known yet counts when its message comes', async () => {
    const { account, device } = await reader();
    const later = account.keep(hers('m4', says('m4')));
    device.inject(displayedEvent(PEER, later));
    await settle();
    expect(await unread(device)).toBe(3);
    await device.im.catchUp();
    expect(await unread(device)).toBe(0);
  });

  it('what was read while this one was away', async () => {
    const { account, device } = await reader();
    device.offline();
    account.keep(hers('m4', says('m4')));
    account.displayed.set(PEER, 'x3');
    const told = vi.fn();
    device.im.on('notify', told);
    device.online();
    await settle();
    expect(await unread(device)).toBe(1);
    expect(told).toHaveBeenCalledOnce();
  });

  it('behind what was read here is told again', async () => {
    const { account, device } = await reader();
    await device.im.markRead(PEER);
    await settle(5_000);
    device.inject(displayedEvent(PEER, 'x1'));
    account.displayed.set(PEER, 'x1');
    await settle(5_000);
    expect(await unread(device)).toBe(0);
    expect(account.published).toEqual([`${PEER} x3`, `${PEER} x3`]);
  });

  it.each([PEER, OTHER])('is not believed of somebody else (%s)', async (from) => {
    const { device } = await reader();
    device.inject(displayedEvent(PEER, 'x3', from));
    device.inject(stanza(OTHER, 'f', inside.displayed('m3')));
    device.inject(carbonOf(mine('c1', inside.displayed('m3'))).replace('romeo@montague.lit', from));
    await settle(5_000);
    expect(await unread(device)).toBe(3);
  });

  it('in a conversation of which nothing is here, makes none', async () => {
    const { device } = await reader();
    device.inject(displayedEvent(OTHER, 'y1'));
    await settle();
    expect((await device.im.conversations()).map(({ address }) => address)).toEqual([PEER]);
  });
});
