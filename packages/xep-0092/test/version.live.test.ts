import { createClient } from '@xeps/client';
import type { Client } from '@xeps/client';
import { account, describeLive } from '@xeps/servers/live';
import { afterEach, expect, test } from 'vitest';
import { getSoftwareVersion, version } from '../src/index.ts';

describeLive('@xeps/xep-0092', (server, transport) => {
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

  test('§2 the server’s, and another client’s', async () => {
    const [asking, asked] = await Promise.all([signIn(), signIn()]);
    expect((await getSoftwareVersion(asking, { to: server.domain })).name.toLowerCase()).toBe(server.kind);
    asked.use(version).tell({ name: 'Balcony', version: '1.0.0' });
    expect(await getSoftwareVersion(asking, { to: asked.jid })).toEqual({ name: 'Balcony', version: '1.0.0' });
  });
});
