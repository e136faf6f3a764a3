import { createClient } from '@xeps/client';
import type { Client } from '@xeps/client';
import { parseJid } from '@xeps/core/jid';
import { account, describeLive } from '@xeps/servers/live';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getArchivePreferences, setArchivePreferences } from '../src/index.ts';

describeLive('XEP-0441', (server, transport) => {
  let client: Client;
  beforeAll(async () => {
    const { jid, password } = await account(server, 'juliet');
    const service = transport === 'tcp' ? `xmpp://${server.host}:${server.ports.c2s}` : server.ws;
    client = createClient({ jid, password, tls: { ca: server.caPem }, allowInsecure: true, service });
    await client.start();
  });
  afterAll(() => client.stop());

  test('§2.1 what is set is kept', async () => {
    const montague = parseJid('montague@montague.lit');
    const applied = await setArchivePreferences(client, { default: 'roster', never: [montague] });
    expect(applied).toMatchObject({ default: 'roster', always: [] });
    expect(applied.never.map(String)).toEqual(['montague@montague.lit']);
    expect(await getArchivePreferences(client)).toEqual(applied);
  });
});
