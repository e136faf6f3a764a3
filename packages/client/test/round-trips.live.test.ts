import { createClient, memoryStore } from '@xeps/client';
import type { Client, ClientStore } from '@xeps/client';
import { account, liveServers } from '@xeps/servers/live';
import type { Account, ServerInfo } from '@xeps/servers/live';
import { countRoundTrips, startProxy } from '@xeps/servers/proxy';
import { describe, expect, test } from 'vitest';

/** Added each way, in milliseconds: what is pipelined shows as one flight. */
const delay = 50;
/** Of TLS 1.3. */
const handshake = 1;

describe.each(liveServers().map((server) => [server.kind, server] as const))('round trips on %s', (_, server) => {
  /** Signs in through a slow proxy; how many round trips that took after TLS. */
  async function count(who: Account, options: { store?: ClientStore; sasl2?: boolean }, end: 'stop' | 'suspend') {
    const proxy = await startProxy({ host: server.host, port: server.ports.c2sTls }, { delay, log: true });
    const client = createClient({
      jid: who.jid,
      password: who.password,
      service: `xmpps://${server.host}:${proxy.port}`,
      tls: { ca: server.caPem },
      ...options,
    });
    let resumed = false;
    client.on('resumed', () => (resumed = true));
    await client.start();
    const usable = performance.now();
    const trips =
      countRoundTrips(
        proxy.log.filter(({ at }) => at <= usable),
        delay,
      ) - handshake;
    const how = (client as Client).signIn;
    await client[end]();
    await proxy.close();
    return { trips, resumed, token: how?.token, pipelined: how?.pipelined };
  }

  test('5 by the classic way, 3 by SASL2 and Bind 2, 2 by token, 1 by token to a known server, resuming or not', async () => {
    const who = await account(server, 'quick');
    const results: unknown[] = [];
    const sasl2 = hasSasl2(server);
    results.push(await count(who, { sasl2: false }, 'stop'));
    expect(results).toEqual([{ trips: 5, resumed: false, token: false, pipelined: false }]);
    if (!sasl2) return;
    const store = memoryStore();
    results.push(await count(who, { store }, 'stop'));
    const { server: _, ...unknown } = (await store.credentials.load(who.jid))!;
    await store.credentials.save(who.jid, unknown);
    results.push(await count(who, { store }, 'stop'));
    results.push(await count(who, { store }, 'suspend'));
    results.push(await count(who, { store }, 'stop'));
    expect(results.slice(1)).toEqual([
      { trips: 3, resumed: false, token: false, pipelined: false },
      { trips: 2, resumed: false, token: true, pipelined: false },
      { trips: 1, resumed: false, token: true, pipelined: true },
      { trips: 1, resumed: true, token: true, pipelined: true },
    ]);
  });
});

/** The old servers have no SASL2, and Prosody 0.12 signs in as fast as it did. */
function hasSasl2({ lane }: ServerInfo): boolean {
  return lane === 'current';
}
