import { connect as connectSocket, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { NodeClientOptions } from '@xeps/client';
import { createClient } from '@xeps/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dnsServer } from './discovery/dns-server.ts';
import { acceptClient, scriptedServer } from './scripted-server.ts';
import type { ScriptedServer } from './scripted-server.ts';
import { createAuthority } from './transport/certificates.ts';
import type { Authority, Certificate } from './transport/certificates.ts';
import { listen } from './transport/scripted.ts';

// No test here is about how long something takes: the bounds are far from both 250 ms and the timeout of an endpoint.
const endpointTimeout = 60_000;

let authority: Authority;
let certificate: Certificate;
beforeAll(async () => {
  authority = await createAuthority();
  certificate = await authority.issue(['DNS.1 = example.org']);
});
afterAll(() => authority.remove());

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const task of cleanup.splice(0).toReversed()) await task();
});

async function server(): Promise<ScriptedServer> {
  const made = await scriptedServer();
  cleanup.push(made.close);
  return made;
}

/** TLS in front of a scripted server; its port. */
async function tlsFor(target: ScriptedServer): Promise<number> {
  const front = createTlsServer(certificate, (socket) => {
    const inner = connectSocket(target.port, '127.0.0.1');
    inner.on('error', () => socket.destroy());
    socket.on('error', () => inner.destroy());
    socket.pipe(inner);
    // The scripted server is localhost.
    inner
      .setEncoding('utf8')
      .on('data', (text: string) => socket.write(text.replaceAll("'localhost'", "'example.org'")));
    inner.on('end', () => socket.end());
  });
  const { port, close } = await listen(front.on('tlsClientError', () => {}));
  cleanup.push(close);
  return port;
}

/** A port that takes connections and says nothing, or refuses them. */
async function dead(kind: 'silent' | 'refused'): Promise<{ port: number; count(): number }> {
  let count = 0;
  const { port, close } = await listen(createServer(() => void (count += 1)));
  if (kind === 'refused') await close();
  else cleanup.push(close);
  return { port, count: () => count };
}

interface Srv {
  readonly port: number;
  readonly priority?: number;
  readonly target?: string;
}

/** A client of example.org, whose direct TLS is at these ports; names have the addresses that are given. */
async function client(
  records: readonly Srv[],
  addresses: Record<string, readonly string[]> = {},
  more: Partial<NodeClientOptions> = {},
) {
  const dns = await dnsServer({
    '_xmpps-client._tcp.example.org': records.map(({ port, priority = 0, target = 'host.example.net' }) => ({
      target,
      port,
      priority,
      weight: 0,
    })),
    '_xmpp-client._tcp.example.org': [],
  });
  cleanup.push(dns.close);
  const made = createClient({
    jid: 'juliet@example.org',
    password: 'secret',
    tls: { ca: authority.ca },
    timeout: endpointTimeout,
    closeTimeout: 200,
    reconnect: false,
    discovery: {
      kinds: ['tcp'],
      dnsServers: [dns.address],
      random: () => 0,
      lookup: async (host) => addresses[host] ?? ['127.0.0.1'],
    },
    ...more,
  });
  cleanup.push(() => made.stop());
  return made;
}

describe('XEP-0495 in Node', () => {
  test('a server that is silent where TLS should be does not keep the one beside it waiting', async () => {
    const good = await server();
    const hole = await dead('silent');
    const session = await client([{ port: hole.port }, { port: await tlsFor(good) }]);
    const tried: unknown[] = [];
    session.onConnection((now) => now.status === 'connecting' && tried.push(now.endpoint?.split(':').at(-1)));
    const started = session.start();
    await acceptClient(good, { jid: 'juliet@example.org/balcony' });
    await started;
    expect(hole.count()).toBe(1);
    expect(tried[0]).toBe(String(hole.port));
    expect(tried).toHaveLength(2);
  });

  test('§4.1 but it keeps those of a lower priority waiting', async () => {
    const good = await server();
    const hole = await dead('silent');
    const session = await client([
      { port: hole.port, priority: 1 },
      { port: await tlsFor(good), priority: 2 },
    ]);
    const controller = new AbortController();
    const started = session.start({ signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect([hole.count(), good.count]).toEqual([1, 0]);
    controller.abort(new Error('enough'));
    await expect(started).rejects.toThrow('enough');
  });

  test('one that refuses leads on, also to a lower priority', async () => {
    const good = await server();
    const { port } = await dead('refused');
    const session = await client([
      { port, priority: 1 },
      { port: await tlsFor(good), priority: 2 },
    ]);
    const started = session.start();
    await acceptClient(good, { jid: 'juliet@example.org/balcony' });
    await started;
  });

  test('§4.3 both families: an IPv6 address where nobody listens costs nothing', async () => {
    const good = await server();
    const session = await client([{ port: await tlsFor(good) }], { 'host.example.net': ['127.0.0.1', '::1'] });
    const started = session.start();
    await acceptClient(good, { jid: 'juliet@example.org/balcony' });
    await started;
    expect(session.connection).toMatchObject({
      status: 'online',
      endpoint: expect.stringMatching(/^xmpps:\/\/host\.example\.net:\d+$/) as string,
    });
  });

  test('a service given by name races its addresses, too', async () => {
    const good = await server();
    const session = await client(
      [],
      { 'chat.example.net': ['::1', '127.0.0.1'] },
      {
        service: `xmpps://chat.example.net:${await tlsFor(good)}`,
      },
    );
    const started = session.start();
    await acceptClient(good, { jid: 'juliet@example.org/balcony' });
    await started;
  });

  test('all addresses dead: all are told, by name and address', async () => {
    const { port } = await dead('refused');
    const session = await client([{ port }], { 'host.example.net': ['127.0.0.1', '127.0.0.2'] });
    await expect(session.start()).rejects.toThrow(
      new RegExp(
        `host\\.example\\.net:${port} \\(127\\.0\\.0\\.1\\).*; .*host\\.example\\.net:${port} \\(127\\.0\\.0\\.2\\)`,
      ),
    );
  });

  test('XEP-0487 after DNS failed, host-meta’s link is used, with its address and name', async () => {
    const good = await server();
    const { port } = await dead('refused');
    const links = [
      {
        rel: 'urn:xmpp:alt-connections:tls',
        port: await tlsFor(good),
        ips: ['127.0.0.1'],
        sni: 'sni.example.net',
        priority: 1,
        weight: 1,
      },
    ];
    const dns = await dnsServer({
      '_xmpps-client._tcp.example.org': [{ target: 'host.example.net', port, priority: 0, weight: 0 }],
    });
    cleanup.push(dns.close);
    const asked: string[] = [];
    const session = await client(
      [],
      {},
      {
        discovery: {
          dnsServers: [dns.address],
          lookup: async () => ['127.0.0.1'],
          hostMeta: {
            fetch: async (url) => {
              asked.push(url);
              return url.endsWith('.json')
                ? Response.json({ xmpp: { ttl: 60 }, links })
                : new Response('', { status: 404 });
            },
          },
        },
      },
    );
    const started = session.start();
    await acceptClient(good, { jid: 'juliet@example.org/balcony' });
    await started;
    expect(asked).toHaveLength(2);
  });
});
