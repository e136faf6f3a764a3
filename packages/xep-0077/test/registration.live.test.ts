import { createClient } from '@xeps/client';
import type { Client } from '@xeps/client';
import { isStanzaError } from '@xeps/core';
import { describeLive } from '@xeps/servers/live';
import { expect, test } from 'vitest';
import { cancelRegistration, changePassword, getRegistration, registerAccount } from '../src/index.ts';

describeLive('XEP-0077', (server, transport) => {
  const open = (username: string, password: string, register: boolean): Client =>
    createClient({
      jid: `${username}@${server.domain}`,
      password,
      tls: { ca: server.caPem },
      allowInsecure: true,
      service: transport === 'tcp' ? `xmpp://${server.host}:${server.ports.c2s}` : server.ws,
      // The servers treat a WebSocket on this machine as safe.
      modules: register
        ? [registerAccount({ entries: { username, password }, trustConnection: transport === 'websocket' })]
        : [],
    });

  test('§3 an account is registered, gets another password, and is no more', async () => {
    const username = `bill-${crypto.randomUUID().slice(0, 8)}`;
    const first = open(username, 'Calliope-1', true);
    await first.start();
    expect(String(first.jid.bare())).toBe(`${username}@${server.domain}`);
    expect((await getRegistration(first, { to: server.domain })).registered).toBe(true);

    const taken = open(username, 'Calliope-1', true);
    await expect(taken.start()).rejects.toSatisfy((error) => isStanzaError((error as Error).cause, 'conflict'));

    await changePassword(first, 'Calliope-2');
    const second = open(username, 'Calliope-2', false);
    await second.start();
    await first.stop();
    await cancelRegistration(second);
    await second.stop();
    await expect(open(username, 'Calliope-2', false).start()).rejects.toMatchObject({ name: 'SaslError' });
  });
});
