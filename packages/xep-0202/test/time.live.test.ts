import { createClient } from '@xeps/client';
import type { Client } from '@xeps/client';
import { account, describeLive } from '@xeps/servers/live';
import { afterEach, expect, test } from 'vitest';
import { getEntityTime, time } from '../src/index.ts';

describeLive('@xeps/xep-0202', (server, transport) => {
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
    const { utc } = await getEntityTime(asking, { to: server.domain });
    // The server runs on this machine, by the same clock.
    expect(Math.abs(utc.getTime() - Date.now())).toBeLessThan(5000);
    asked.use(time).setTimeZone(-210);
    expect((await getEntityTime(asking, { to: asked.jid })).tzo).toBe(-210);
  });
});
