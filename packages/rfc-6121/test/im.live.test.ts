import { account, describeLive, signIn, startClient } from '@xeps/live';
import type { Account, Client } from '@xeps/live';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  messageBody,
  messageInfo,
  presence,
  removeRosterItem,
  requestSubscription,
  roster,
  sendMessage,
  setRosterItem,
  subscriptions,
  unsubscribe,
} from '../src/index.ts';
import type { StoredRoster } from '../src/index.ts';

describeLive('RFC 6121', (server, transport) => {
  let romeo: Client;
  let juliet: Client;
  let account1: Account;
  const open = (who: Account): Promise<Client> =>
    startClient(server, transport, {
      account: who,
      prepare(client) {
        client.use(subscriptions);
        client.use(presence).announce({ status: 'here' });
      },
    });

  beforeAll(async () => {
    const [first, second] = await Promise.all([account(server, 'romeo'), account(server, 'juliet')]);
    account1 = first;
    [romeo, juliet] = await Promise.all([open(first), open(second)]);
    await Promise.all([romeo.use(roster).loaded(), juliet.use(roster).loaded()]);
  });
  afterAll(() => Promise.all([romeo.stop(), juliet.stop()]));

  test('§2.3–2.5 a contact is added, changed and removed, and every step comes as a push', async () => {
    const { get, groups } = romeo.use(roster);
    await setRosterItem(romeo, { jid: 'nurse@example.net', name: 'Nurse', groups: ['Servants'] });
    await expect.poll(() => get('nurse@example.net')?.name).toBe('Nurse');
    expect(groups()).toEqual(['Servants']);
    await setRosterItem(romeo, { jid: 'nurse@example.net' });
    await expect.poll(() => get('nurse@example.net')?.groups).toEqual([]);
    await removeRosterItem(romeo, 'nurse@example.net');
    await expect.poll(() => get('nurse@example.net')).toBeUndefined();
  });

  test('§3, §4 a request, two approvals, and each sees the other', async () => {
    const [romeoJid, julietJid] = [romeo.jid.bare(), juliet.jid.bare()];
    await requestSubscription(romeo, julietJid, { status: 'It is I' });
    await expect.poll(() => romeo.use(roster).get(julietJid)?.ask).toBe('subscribe');
    const { requests, approve } = juliet.use(subscriptions);
    await expect.poll(() => requests().map(({ from }) => String(from))).toEqual([String(romeoJid)]);
    await approve(romeoJid);
    await requestSubscription(juliet, romeoJid);
    await expect.poll(() => romeo.use(subscriptions).requests()).toHaveLength(1);
    await romeo.use(subscriptions).approve(julietJid);
    await expect.poll(() => romeo.use(roster).get(julietJid)?.subscription).toBe('both');
    await expect.poll(() => romeo.use(presence).get(juliet.jid)?.status.get('')).toBe('here');
    juliet.use(presence).announce({ show: 'dnd', priority: 5 });
    await expect.poll(() => romeo.use(presence).of(julietJid)[0]).toMatchObject({ show: 'dnd', priority: 5 });
  });

  test('§5 a message arrives with its type, its id and its words', async () => {
    const seen: string[] = [];
    juliet.on('message', messageBody, ({ text }, stanza) => {
      const { id, from, type } = messageInfo(stanza);
      seen.push(`${id} ${String(from)} ${type} ${text}`);
    });
    const { id, delivery } = await sendMessage(romeo, { to: juliet.jid.bare(), body: 'Wherefore <art> thou & 😀' });
    await delivery.acked;
    await expect.poll(() => seen).toEqual([`${id} ${String(romeo.jid)} chat Wherefore <art> thou & 😀`]);
  });

  test('§2.6 the next run asks only for what has changed', async () => {
    let kept: StoredRoster | undefined;
    const store = { load: () => kept, save: (value: StoredRoster) => void (kept = value) };
    const run = async (): Promise<{ before: number; after: number; ver: string | undefined }> => {
      const before = kept?.items.length ?? 0;
      const client = await signIn(server, transport, {
        account: account1,
        prepare: (made) => made.use(roster).configure({ store }),
      });
      const api = client.use(roster);
      await api.loaded();
      const after = api.items().length;
      await expect.poll(() => kept?.items.length).toBe(after);
      await client.stop();
      return { before, after, ver: kept?.ver };
    };
    expect(await run()).toMatchObject({ before: 0, after: 1 });
    expect((await run()).ver).toBeTypeOf('string');
    await setRosterItem(romeo, { jid: 'nurse@example.net' });
    expect(await run()).toMatchObject({ before: 1, after: 2 });
  });

  test('§3.3 who unsubscribes sees the other go', async () => {
    await unsubscribe(romeo, juliet.jid);
    await expect.poll(() => romeo.use(roster).get(juliet.jid)?.subscription).toBe('from');
    await expect.poll(() => romeo.use(presence).of(juliet.jid)).toEqual([]);
  });
});
