import { isStanzaError } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { expect, test } from 'vitest';
import { cancelRegistration, changePassword, getRegistration, registerAccount } from '../src/index.ts';

describeLive('XEP-0077', (server, transport) => {
  const open = (username: string, password: string, register: boolean): Promise<Client> =>
    signIn(server, transport, {
      account: { user: username, password, jid: `${username}@${server.domain}` },
      client: {
        // The servers treat a WebSocket on this machine as safe.
        modules: register
          ? [registerAccount({ entries: { username, password }, trustConnection: transport === 'websocket' })]
          : [],
      },
    });

  test('§3 an account is registered, gets another password, and is no more', async () => {
    const username = `bill-${crypto.randomUUID().slice(0, 8)}`;
    const first = await open(username, 'Calliope-1', true);
    expect(String(first.jid.bare())).toBe(`${username}@${server.domain}`);
    expect((await getRegistration(first, { to: server.domain })).registered).toBe(true);

    const taken = open(username, 'Calliope-1', true);
    await expect(taken).rejects.toSatisfy((error) => isStanzaError((error as Error).cause, 'conflict'));

    await changePassword(first, 'Calliope-2');
    const second = await open(username, 'Calliope-2', false);
    await first.stop();
    await cancelRegistration(second);
    await second.stop();
    await expect(open(username, 'Calliope-2', false)).rejects.toMatchObject({ name: 'SaslError' });
  });
});
