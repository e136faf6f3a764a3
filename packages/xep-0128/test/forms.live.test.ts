import { createClient } from '@xeps/client';
import type { Client } from '@xeps/client';
import { integer } from '@xeps/core/schema';
import { account, describeLive } from '@xeps/servers/live';
import { oneValue } from '@xeps/xep-0004';
import { getDiscoInfo } from '@xeps/xep-0030';
import { afterEach, expect, test } from 'vitest';
import { findFormValues } from '../src/index.ts';

describeLive('@xeps/xep-0128', (server, transport) => {
  const clients: Client[] = [];
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.stop()));
  });

  async function signIn(): Promise<Client> {
    const { user, password } = await account(server);
    const service = transport === 'tcp' ? `xmpp://${server.host}:${server.ports.c2s}` : server.ws;
    const client = createClient({
      jid: `${user}@${server.domain}`,
      password,
      tls: { ca: server.caPem },
      allowInsecure: true,
      service,
    });
    clients.push(client);
    await client.start();
    return client;
  }

  test('§2 what the upload service tells of its limit', async () => {
    const client = await signIn();
    const info = await getDiscoInfo(client, { to: server.services.upload });
    const limit = findFormValues(info, 'urn:xmpp:http:upload:0', { max: oneValue(integer(), 'max-file-size') });
    expect(limit?.max).toBeGreaterThan(0);
  });
});
