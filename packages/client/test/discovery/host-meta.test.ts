import { HostMetaError } from '@xeps/xep-0156';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { discoverEndpoints } from '../../src/discovery/discover-node.ts';
import type { NodeDiscoverOptions } from '../../src/discovery/discover-node.ts';
import { discoverWebSocket } from '../../src/discovery/discover.ts';
import type { HostMetaCache } from '../../src/discovery/discover.ts';
import type { Endpoint } from '../../src/discovery/endpoint.ts';

afterEach(() => void vi.useRealTimers());

const route = { ips: ['192.0.2.1', '2001:db8::1'], weight: 0, sni: 'sni.example.net' };
const relation = (name: string): string => `urn:xmpp:alt-connections:${name}`;
const tls = { rel: relation('tls'), port: 443, priority: 10, ...route };
const websocket = { rel: relation('websocket'), href: 'wss://web.example.net/ws', priority: 5, ...route };
const old = { rel: relation('websocket'), href: 'wss://old.example.net/ws' };

/** A domain's host-meta.json, which may change or fail. */
function web(links: readonly unknown[], xmpp: unknown = { ttl: 60 }) {
  const domain = {
    json: JSON.stringify({ xmpp, links }) as string | undefined,
    asked: 0,
    hostMeta: {
      fetch: async (url: string): Promise<Response> => {
        if (!url.endsWith('.json')) return new Response('', { status: 404 });
        domain.asked += 1;
        if (domain.json === undefined) throw new TypeError('no route');
        return new Response(domain.json);
      },
    },
  };
  return domain;
}
const collect = async (groups: AsyncIterable<readonly Endpoint[]>): Promise<(readonly Endpoint[])[]> => {
  const collected: (readonly Endpoint[])[] = [];
  for await (const group of groups) collected.push(group);
  return collected;
};
const inNode = (options: NodeDiscoverOptions) =>
  collect(discoverEndpoints('example.org', { kinds: ['websocket', 'tcp'], dnsServers: ['127.0.0.1:9'], ...options }));
const serverName = 'sni.example.net';
const direct = (host: string, port = 443): Endpoint => ({ kind: 'tcp', host, port, directTls: true, serverName });
const socket = (address: string): Endpoint => ({
  kind: 'websocket',
  url: 'wss://web.example.net/ws',
  serverName,
  address,
});
const fallback = [{ kind: 'tcp', host: 'example.org', port: 5222, directTls: false }];

describe('XEP-0487 in Node', () => {
  test('§2.1 links by priority and weight, with their addresses, IPv6 first, and the name for TLS', async () => {
    const { hostMeta } = web([tls, websocket, { ...tls, port: 5223, weight: 9 }]);
    expect(await inNode({ hostMeta, timeout: 1000, random: () => 0.99 })).toEqual([
      [socket('2001:db8::1'), socket('192.0.2.1')],
      [direct('2001:db8::1', 5223), direct('192.0.2.1', 5223), direct('2001:db8::1'), direct('192.0.2.1')],
      fallback,
    ]);
  });

  test('links for servers, QUIC and BOSH are none for this client', async () => {
    const { hostMeta } = web([
      { ...tls, rel: relation('quic') },
      { ...tls, rel: relation('s2s-tls') },
      { ...websocket, rel: relation('s2s-websocket') },
      { ...websocket, rel: relation('xbosh'), href: 'https://web.example.net/bosh' },
    ]);
    expect(await inNode({ hostMeta, timeout: 1000 })).toEqual([fallback]);
  });

  test('what is not looked for is not there', async () => {
    const { hostMeta } = web([tls, websocket]);
    const found = await collect(discoverEndpoints('example.org', { kinds: ['websocket'], hostMeta }));
    expect(found.flat().map(({ kind }) => kind)).toEqual(['websocket', 'websocket']);
  });

  test('§2.2 without "xmpp" XEP-0156 holds: the new fields mean nothing', async () => {
    const { hostMeta } = web([websocket, tls, old], 'no');
    expect(await collect(discoverEndpoints('example.org', { kinds: ['websocket'], hostMeta }))).toEqual([
      [
        { kind: 'websocket', url: 'wss://web.example.net/ws' },
        { kind: 'websocket', url: 'wss://old.example.net/ws' },
      ],
    ]);
  });
});

test('XEP-0487 in browsers: WebSockets by priority; the browser finds addresses and names itself', async () => {
  const { hostMeta } = web([old, tls, websocket, { ...websocket, href: 'wss://first.example.net/ws', priority: 1 }]);
  expect(await collect(discoverWebSocket('example.org', { hostMeta }))).toEqual([
    [{ kind: 'websocket', url: 'wss://first.example.net/ws' }],
    [{ kind: 'websocket', url: 'wss://web.example.net/ws' }],
    [{ kind: 'websocket', url: 'wss://old.example.net/ws' }],
  ]);
});

describe('XEP-0487 §2.1 ttl', () => {
  const first = async (hostMeta: NodeDiscoverOptions['hostMeta'], cache: HostMetaCache) => {
    for await (const [endpoint] of discoverWebSocket('example.org', { hostMeta, cache })) return endpoint;
    return undefined;
  };
  const found = { url: websocket.href };

  test('the file is kept so long, for this domain, and not beyond', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const domain = web([websocket]);
    const cache: HostMetaCache = new Map();
    expect(await first(domain.hostMeta, cache)).toMatchObject(found);
    vi.setSystemTime(Date.now() + 59_000);
    expect(await first(domain.hostMeta, cache)).toMatchObject(found);
    expect([domain.asked, [...cache.keys()]]).toEqual([1, ['example.org']]);
    vi.setSystemTime(Date.now() + 2000);
    domain.json = JSON.stringify({ xmpp: {}, links: [] });
    expect(await first(domain.hostMeta, cache)).toBeUndefined();
    expect(domain.asked).toBe(2);
  });

  test('§3.2 what has expired is used when the file can’t be had, or read, any more', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const domain = web([websocket]);
    const cache: HostMetaCache = new Map();
    await first(domain.hostMeta, cache);
    for (const json of [undefined, '<html>']) {
      vi.setSystemTime(Date.now() + 100_000);
      domain.json = json;
      expect(await first(domain.hostMeta, cache)).toMatchObject(found);
      await expect(first(domain.hostMeta, new Map())).rejects.toBeInstanceOf(HostMetaError);
    }
  });

  test('links of which none served are not kept: the next round asks anew', async () => {
    const domain = web([websocket]);
    const cache: HostMetaCache = new Map();
    const all = () => collect(discoverWebSocket('example.org', { hostMeta: domain.hostMeta, cache }));
    await all();
    await all();
    expect(domain.asked).toBe(2);
    domain.json = undefined;
    expect(await all()).toHaveLength(1);
  });

  test('a file without ttl is not kept', async () => {
    const domain = web([websocket], {});
    const cache: HostMetaCache = new Map();
    await first(domain.hostMeta, cache);
    await first(domain.hostMeta, cache);
    expect(domain.asked).toBe(2);
  });
});
