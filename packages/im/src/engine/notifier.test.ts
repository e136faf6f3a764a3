import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { carbonOf, connect, createAccount, displayedEvent, settle } from '../../test/account.ts';
import type { Account, Device } from '../../test/account.ts';
import { hers, inside, mine, OTHER, PEER, says, stanza, START } from '../../test/model.ts';

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

/** A device, and the texts of each notification. */
async function watcher(
  account: Account = createAccount(),
): Promise<{ account: Account; device: Device; told: string[][] }> {
  const device = connect(account);
  const told: string[][] = [];
  device.im.on('notify', ({ messages }) => void told.push(messages.map(({ text }) => text)));
  await settle();
  return { account, device, told };
}

describe('a message is told', () => {
  it('when it comes, with the state that it has', async () => {
    const { account, device } = await watcher();
    const messages: unknown[] = [];
    device.im.on('notify', (one) => void messages.push(...one.messages));
    account.receive(hers('1', says('a')));
    await settle();
    expect(messages).toEqual(await device.im.messages(PEER));
  });

  it('those that come together, together', async () => {
    const { account, told } = await watcher();
    account.receive(hers('1', says('a')));
    account.receive(stanza(OTHER, '2', says('b')));
    await settle();
    account.receive(hers('3', says('c')));
    await settle();
    expect(told).toEqual([['a', 'b'], ['c']]);
  });

  it('once, however it comes again', async () => {
    const { account, device, told } = await watcher();
    const id = account.receive(hers('1', says('a')));
    await settle();
    device.inject(hers('1', says('a')));
    await device.im.catchUp();
    await settle(60_000);
    expect([told, id]).toEqual([[['a']], 'x1']);
  });

  it('modernxmpp: what was missed, in one notification, and not when an account is new', async () => {
    const account = createAccount();
    for (let at = 0; at < 30; at++) account.keep(hers(`old${at}`, says(`old${at}`)), START - 3_600_000);
    const { device, told } = await watcher(account);
    expect(told).toEqual([]);
    device.offline();
    const missed = Array.from({ length: 25 }, (_, at) => `new${at}`);
    for (const text of missed) account.keep(hers(text, says(text)));
    account.most = 4;
    device.online();
    await settle();
    expect(told).toEqual([missed]);
  });

  it('what was missed as far as it could be read, when the connection is lost', async () => {
    const { account, device, told } = await watcher();
    account.receive(hers('0', says('0')));
    await settle(20_000);
    device.offline();
    for (let at = 1; at < 9; at++) account.keep(hers(`${at}`, says(`${at}`)), START + at * 60_000);
    account.most = 4;
    let pages = 0;
    account.beforePage = () => {
      if ((pages += 1) === 2) device.offline();
    };
    device.online();
    await settle();
    device.online();
    await settle();
    expect(told.flat().sort()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8']);
    expect(told.length).toBeLessThan(4);
  });
});

describe('nothing is told', () => {
  it.each<[string, (device: Device, account: Account) => void]>([
    ['of what this account said elsewhere', (device) => device.inject(carbonOf(mine('1', says('a'))))],
    [
      'of changes',
      (device) => {
        device.inject(hers('2', says('a', inside.replace('1'))));
        device.inject(hers('3', inside.react('1', '👍')));
        device.inject(hers('4', inside.retract('1')));
      },
    ],
    [
      'of what was taken back at once',
      (device) => {
        device.inject(hers('1', says('a')));
        device.inject(hers('2', inside.retract('1')));
      },
    ],
    [
      'of what comes from a room, or is a headline',
      (device) => {
        device.inject(stanza(PEER, '1', says('a'), { type: 'groupchat' }));
        device.inject(stanza(PEER, '1', says('a'), { type: 'headline' }));
      },
    ],
  ])('%s', async (_what, act) => {
    const { account, device, told } = await watcher();
    act(device, account);
    await settle(60_000);
    expect(told).toEqual([]);
  });

  it('of what was missed, and read elsewhere', async () => {
    const { account, device, told } = await watcher();
    device.offline();
    account.keep(hers('1', says('a')));
    account.keep(mine('2', inside.displayed('1')));
    account.keep(stanza(OTHER, '3', says('b')));
    account.keep(stanza('romeo@montague.lit', '4', says('answered'), { peer: OTHER }));
    account.keep(stanza('nurse@capulet.lit', '5', says('c')));
    account.most = 1;
    device.online();
    await settle();
    expect(told).toEqual([['c']]);
  });

  it('of what the other devices have displayed, as the account knows', async () => {
    const account = createAccount();
    const { device, told } = await watcher(account);
    account.receive(hers('0', says('0')));
    await settle(20_000);
    device.offline();
    told.length = 0;
    account.displayed.set(PEER, account.keep(hers('1', says('a')), START + 60_000));
    account.keep(hers('2', says('b')), START + 61_000);
    const held = Promise.withResolvers<void>();
    account.beforePage = () => held.promise;
    device.online();
    await settle();
    held.resolve();
    await settle();
    expect(told).toEqual([['b']]);
  });
});

describe('while another device is in use', () => {
  it('a notification waits, and is given up when it is read there', async () => {
    const { account, device, told } = await watcher();
    device.inject(carbonOf(mine('1', says('from there'))));
    await settle();
    const id = account.receive(hers('2', says('a')));
    await settle(29_999);
    expect(told).toEqual([]);
    device.inject(displayedEvent(PEER, id));
    await settle(60_000);
    expect(told).toEqual([]);
  });

  it('a notification waits, and comes when it is not', async () => {
    const { account, device, told } = await watcher();
    device.inject(carbonOf(mine('1', says('from there'))));
    await settle();
    account.receive(hers('2', says('a')));
    account.receive(stanza(OTHER, '3', says('another conversation')));
    await settle();
    expect(told).toEqual([['another conversation']]);
    await settle(29_999);
    expect(told).toHaveLength(1);
    await settle(1);
    expect(told[1]).toEqual(['a']);
  });

  it('which it is no more after a minute', async () => {
    const { account, device, told } = await watcher();
    device.inject(carbonOf(mine('1', says('from there'))));
    await settle(60_000);
    account.receive(hers('2', says('a')));
    await settle();
    expect(told).toEqual([['a']]);
  });

  it('which it is not because it gets the same messages', async () => {
    const { account, device, told } = await watcher();
    device.inject(
      carbonOf(hers('1', says('to there')))
        .replaceAll('sent ', 'received ')
        .replaceAll('</sent>', '</received>'),
    );
    await settle();
    account.receive(hers('2', says('a')));
    await settle();
    expect(told).toEqual([['to there'], ['a']]);
  });

  it('nobody else can make it look used', async () => {
    const { account, device, told } = await watcher();
    device.inject(carbonOf(mine('1', says('from there'))).replace('romeo@montague.lit', PEER));
    device.inject(hers('2', says('by mistake', inside.displayed('1'))));
    await settle();
    account.receive(hers('3', says('a')));
    await settle();
    expect(told.flat()).toContain('a');
  });
});
