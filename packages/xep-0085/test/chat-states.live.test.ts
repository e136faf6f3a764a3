import { createClient } from '@xeps/client';
import type { Client } from '@xeps/client';
import { presence, sendMessage } from '@xeps/rfc-6121';
import { account, describeLive } from '@xeps/servers/live';
import { expect, test } from 'vitest';
import { createChatStates } from '../src/index.ts';

describeLive('XEP-0085', (server, transport) => {
  const open = async (prefix: string): Promise<Client> => {
    const { jid, password } = await account(server, prefix);
    const service = transport === 'tcp' ? `xmpp://${server.host}:${server.ports.c2s}` : server.ws;
    const client = createClient({ jid, password, tls: { ca: server.caPem }, allowInsecure: true, service });
    client.use(presence).announce();
    await client.start();
    return client;
  };

  test('§5.1 each learns from the other’s first message that states are welcome', async () => {
    const [romeo, juliet] = await Promise.all([open('romeo'), open('juliet')]);
    const hers = createChatStates(juliet, romeo.jid);
    const his = createChatStates(romeo, juliet.jid);
    expect(await his.typing()).toBe(false);
    await sendMessage(romeo, { to: juliet.jid, body: 'Hark!', payloads: his.payloads() });
    await expect.poll(() => hers.contact).toBe('active');
    expect(await hers.typing()).toBe(true);
    await expect.poll(() => his.contact).toBe('composing');
    await hers.set('gone');
    await expect.poll(() => his.contact).toBe('gone');
    await Promise.all([romeo.stop(), juliet.stop()]);
  });
});
