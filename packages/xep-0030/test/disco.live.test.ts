import { isStanzaError } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { expect, test } from 'vitest';
import { disco, getDiscoInfo, getDiscoItems, hasFeature, hasIdentity, NS_DISCO_ITEMS } from '../src/index.ts';

describeLive('@xeps/xep-0030', (server, transport) => {
  const open = (): Promise<Client> =>
    signIn(server, transport, { prepare: (client) => client.use(disco).addFeature('urn:example:moonlight') });

  test('§3.1 the server and the account, §4.1 the services', async () => {
    const client = await open();
    expect(hasIdentity(await getDiscoInfo(client, { to: server.domain }), 'server', 'im')).toBe(true);
    expect(hasIdentity(await getDiscoInfo(client), 'account', 'registered')).toBe(true);
    const { items } = await getDiscoItems(client, { to: server.domain });
    const rooms = items.find(({ jid }) => String(jid) === server.services.muc);
    expect(rooms).toBeDefined();
    expect(hasFeature(await getDiscoInfo(client, { to: rooms!.jid }), 'http://jabber.org/protocol/muc')).toBe(true);
  });

  test('§3.1 two clients ask each other through the server', async () => {
    const [asking, asked] = await Promise.all([open(), open()]);
    const info = await getDiscoInfo(asking, { to: asked.jid });
    expect(hasFeature(info, 'urn:example:moonlight')).toBe(true);
    expect(hasFeature(info, NS_DISCO_ITEMS)).toBe(true);
    expect((await getDiscoItems(asking, { to: asked.jid })).items).toEqual([]);
  });

  test('§7 a node that does not exist', async () => {
    const [asking, asked] = await Promise.all([open(), open()]);
    await expect(getDiscoInfo(asking, { to: asked.jid, node: 'nowhere' })).rejects.toSatisfy((error) =>
      isStanzaError(error, 'item-not-found'),
    );
  });
});
