import { beforeAll, expect, test } from 'vitest';
import { account, describeLive, serviceOf, signIn, startClient } from '../src/index.ts';
import type { Client } from '../src/index.ts';

describeLive('@xeps/live', (server, transport) => {
  let before: Client;
  let outside: unknown;

  beforeAll(async () => {
    outside = await signIn(server, transport).catch((error: unknown) => error);
    const shared = await startClient(server, transport, { prefix: 'shared' });
    expect(shared.jid.local).toMatch(/^shared-/);
    return () => shared.stop();
  });

  test('a client signs in to the account it is given, prepared before it connects', async () => {
    const who = await account(server, 'juliet');
    const online: string[] = [];
    before = await signIn(server, transport, {
      account: who,
      client: { resource: 'balcony' },
      prepare: (client) => void client.on('online', () => online.push(client.connection.status)),
    });
    expect(String(before.jid)).toBe(`${who.jid}/balcony`);
    expect(before.connection).toMatchObject({ status: 'online' });
    expect(online).toHaveLength(1);
    expect(serviceOf(server, transport)).toMatch(transport === 'tcp' ? /^xmpp:/ : /^ws:/);
  });

  test('it is stopped once its test has ended', () => {
    expect(before.connection).toMatchObject({ status: 'ended' });
  });

  test('outside of a test, where nothing would stop it, it is refused', () => {
    expect(outside).toBeInstanceOf(Error);
    expect((outside as Error).message).toContain('inside a test');
  });
});
