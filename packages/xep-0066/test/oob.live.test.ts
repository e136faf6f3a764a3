import { createClient } from '@xeps/client';
import type { Client } from '@xeps/client';
import { Element, isStanzaError } from '@xeps/core';
import { account, describeLive } from '@xeps/servers/live';
import { expect, test } from 'vitest';
import { oob, oobData, offerFile } from '../src/index.ts';

describeLive('XEP-0066', (server, transport) => {
  const open = async (prefix: string): Promise<Client> => {
    const { jid, password } = await account(server, prefix);
    const service = transport === 'tcp' ? `xmpp://${server.host}:${server.ports.c2s}` : server.ws;
    const client = createClient({ jid, password, tls: { ca: server.caPem }, allowInsecure: true, service });
    await client.start();
    return client;
  };

  test('§2, §3 an offer is taken or refused, and an address goes with a message', async () => {
    const [romeo, juliet] = await Promise.all([open('romeo'), open('juliet')]);
    juliet.use(oob).acceptOffers(({ url }) => Promise.resolve(url.startsWith('https:')));
    await offerFile(romeo, juliet.jid, { url: 'https://example.org/a.jpg', desc: 'A rose' });
    await expect(offerFile(romeo, juliet.jid, { url: 'ftp://example.org/a.jpg' })).rejects.toSatisfy((error) =>
      isStanzaError(error, 'not-acceptable'),
    );
    const seen: string[] = [];
    juliet.on('message', oobData, ({ url }) => void seen.push(url));
    const message = new Element('message', { to: String(juliet.jid), type: 'chat' });
    message.cnode(oobData.encode({ url: 'https://example.org/a.jpg' }));
    await romeo.send(message);
    await expect.poll(() => seen).toEqual(['https://example.org/a.jpg']);
    await Promise.all([romeo.stop(), juliet.stop()]);
  });
});
