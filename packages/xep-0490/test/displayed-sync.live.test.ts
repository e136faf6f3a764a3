import { Element, isStanzaError } from '@xeps/core';
import { account, describeLive, signIn } from '@xeps/live';
import type { Account, Client } from '@xeps/live';
import { messageBody, presence, sendMessage } from '@xeps/rfc-6121';
import { getItems, publishItem, pubsubEvent } from '@xeps/xep-0060';
import { stanzaIdsBy } from '@xeps/xep-0359';
import { expect, test } from 'vitest';
import { displayedSync, mdsNode } from '../src/index.ts';
import type { DisplayedState, DisplayedSyncApi } from '../src/index.ts';

const show = ({ conversation, stanzaId, by }: DisplayedState): string =>
  `${String(conversation)} ${stanzaId} by ${String(by)}`;

describeLive('XEP-0490', (server, transport) => {
  const open = async (who: Account): Promise<{ client: Client; api: DisplayedSyncApi; got: string[] }> => {
    const got: string[] = [];
    const client = await signIn(server, transport, {
      account: who,
      prepare: (session) => {
        session.use(presence).announce();
        session.use(displayedSync).on('displayed', (state) => void got.push(show(state)));
      },
    });
    const api = client.use(displayedSync);
    await api.loaded();
    return { client, api, got };
  };

  test('§4 what one device displayed the other knows, and a third that comes later', async () => {
    const [romeo, juliet] = await Promise.all([account(server, 'romeo'), account(server, 'juliet')]);
    const [phone, desk, sender] = await Promise.all([open(romeo), open(romeo), open(juliet)]);
    // An id that the account gave to a real message.
    const ids = await stanzaIdsBy(phone.client);
    const came = new Promise<string | undefined>((resolve) => {
      phone.client.on('message', messageBody, (_body, stanza) => resolve(ids?.of(stanza)));
    });
    await sendMessage(sender.client, { to: romeo.jid, body: 'Hark!' });
    const id = await came;
    expect(id).toMatch(/.+/);

    const room = `coven@${server.services.muc}`;
    phone.api.set(juliet.jid, id!);
    phone.api.set(room, 'r1', room);
    await phone.api.flush();
    const states = [`${juliet.jid} ${id} by ${romeo.jid}`, `${room} r1 by ${room}`];
    await expect.poll(() => desk.got).toEqual(states);
    desk.api.set(room, 'r2', room);
    await desk.api.flush();
    await expect.poll(() => phone.got).toEqual([`${room} r2 by ${room}`]);
    expect(desk.got).toHaveLength(2);

    await Promise.all([phone.client.stop(), desk.client.stop()]);
    const later = await open(romeo);
    expect(later.api.all().map(show).toSorted()).toEqual([states[0], `${room} r2 by ${room}`].toSorted());
    expect(later.got).toHaveLength(2);
  });

  test('§7 others can’t see it, and can’t make it up', async () => {
    const [romeo, mallory] = await Promise.all([account(server, 'romeo'), account(server, 'mallory')]);
    const [phone, evil] = await Promise.all([open(romeo), open(mallory)]);
    phone.api.set('juliet@capulet.lit', 'm1');
    await phone.api.flush();
    await expect(getItems(evil.client, mdsNode, { to: romeo.jid })).rejects.toSatisfy((error) => isStanzaError(error));
    const payload = { stanzaId: { id: 'm9', by: phone.client.jid.bare() } };
    await expect(
      publishItem(evil.client, mdsNode, { id: 'juliet@capulet.lit', payload }, { to: romeo.jid }),
    ).rejects.toSatisfy((error) => isStanzaError(error));
    const forged = new Element('message', { to: String(phone.client.jid), type: 'headline' });
    forged.cnode(
      pubsubEvent.encode({
        items: {
          node: mdsNode.node,
          items: [{ id: 'juliet@capulet.lit', payloads: [mdsNode.payload.encode(payload)] }],
        },
      }),
    );
    const arrived = new Promise<void>((resolve) => void phone.client.on('message', pubsubEvent, () => resolve()));
    await evil.client.send(forged);
    await arrived;
    expect(phone.got).toEqual([]);
    expect(phone.api.get('juliet@capulet.lit')?.stanzaId).toBe('m1');
  });

  test('§4.2 a node that was made without options becomes private, and holds many conversations', async () => {
    const [romeo, mallory] = await Promise.all([account(server, 'romeo'), account(server, 'mallory')]);
    const [phone, evil] = await Promise.all([open(romeo), open(mallory)]);
    const payload = { stanzaId: { id: 'm0', by: phone.client.jid.bare() } };
    await publishItem(
      phone.client,
      mdsNode,
      { id: 'nurse@capulet.lit', payload },
      { publishOptions: { accessModel: 'open' } },
    );
    expect(await getItems(evil.client, mdsNode, { to: romeo.jid })).toHaveLength(1);
    for (let at = 0; at < 120; at++) phone.api.set(`friend${at}@capulet.lit`, `m${at}`);
    await phone.api.flush();
    await expect(getItems(evil.client, mdsNode, { to: romeo.jid })).rejects.toSatisfy((error) => isStanzaError(error));
    expect((await open(romeo)).api.all().length).toBeGreaterThanOrEqual(120);
  });
});
