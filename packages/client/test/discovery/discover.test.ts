import { HostMetaError } from '@xeps/xep-0156';
import { afterEach, describe, expect, test } from 'vitest';
import { discoverEndpoints } from '../../src/discovery/discover-node.ts';
import type { NodeDiscoverOptions } from '../../src/discovery/discover-node.ts';
import { discoverWebSocket } from '../../src/discovery/discover.ts';
import type { Endpoint } from '../../src/discovery/endpoint.ts';
import { resolveSrvEndpoints } from '../../src/discovery/srv.ts';
import { ConnectionError } from '../../src/transport/errors.ts';
import { dnsServer } from './dns-server.ts';
import type { ScriptedAnswer } from './dns-server.ts';

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const task of cleanup.splice(0)) await task();
});

const STARTTLS = '_xmpp-client._tcp.example.org';
const DIRECT = '_xmpps-client._tcp.example.org';
const fallback = { kind: 'tcp', host: 'example.org', port: 5222, directTls: false };
const srv = (target: string, port = 5222, priority = 0, weight = 0) => ({ target, port, priority, weight });

async function dns(answers: Record<string, ScriptedAnswer>) {
  const server = await dnsServer(answers);
  cleanup.push(server.close);
  return { asked: server.asked, dnsServers: [server.address] };
}
const resolve = async (answers: Record<string, ScriptedAnswer>) =>
  resolveSrvEndpoints('example.org', { ...(await dns(answers)), random: () => 0.5, timeout: 2000 });

describe('resolveSrvEndpoints', () => {
  test('XEP-0368 §3 both services are asked for, and are one list by priority and weight', async () => {
    const { asked, dnsServers } = await dns({
      [STARTTLS]: [srv('b.example.net', 5222, 10), srv('d.example.net', 5222, 20, 1)],
      [DIRECT]: [srv('a.example.net', 443, 5), srv('c.example.net', 5223, 20, 99)],
    });
    const endpoints = await resolveSrvEndpoints('example.org', { dnsServers, random: () => 0.5 });
    expect(endpoints).toEqual([
      [{ kind: 'tcp', host: 'a.example.net', port: 443, directTls: true }],
      [{ kind: 'tcp', host: 'b.example.net', port: 5222, directTls: false }],
      [
        { kind: 'tcp', host: 'c.example.net', port: 5223, directTls: true },
        { kind: 'tcp', host: 'd.example.net', port: 5222, directTls: false },
      ],
    ]);
    expect(asked.toSorted()).toEqual([STARTTLS, DIRECT]);
  });

  test('one service alone', async () => {
    expect(await resolve({ [DIRECT]: [srv('a', 443)] })).toEqual([
      [{ kind: 'tcp', host: 'a', port: 443, directTls: true }],
    ]);
    expect(await resolve({ [STARTTLS]: [srv('a')] })).toEqual([
      [{ kind: 'tcp', host: 'a', port: 5222, directTls: false }],
    ]);
  });

  test.each<[string, Record<string, ScriptedAnswer>]>([
    ['no such names', {}],
    ['names without records', { [STARTTLS]: [], [DIRECT]: [] }],
    ['a server that fails', { [STARTTLS]: 2, [DIRECT]: 2 }],
    ['a server that refuses', { [STARTTLS]: 5, [DIRECT]: 5 }],
  ])('RFC 6120 §3.2.2 port 5222 of the domain: %s', async (_, answers) => {
    expect(await resolve(answers)).toEqual([[fallback]]);
  });

  test('RFC 6120 §3.2.2 port 5222 of the domain: no answer in time', async () => {
    const { dnsServers } = await dns({ [STARTTLS]: 'silence', [DIRECT]: 'silence' });
    const start = performance.now();
    expect(await resolveSrvEndpoints('example.org', { dnsServers, timeout: 150 })).toEqual([[fallback]]);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('XEP-0368 §5 the target "." denies a service, and forbids the fallback', async () => {
    expect(await resolve({ [DIRECT]: [srv('.', 0)], [STARTTLS]: [srv('a')] })).toEqual([[{ ...fallback, host: 'a' }]]);
    for (const answers of [
      { [DIRECT]: [srv('.', 0)] },
      { [STARTTLS]: [srv('.', 0)] },
      { [STARTTLS]: [srv('.', 0)], [DIRECT]: 2 },
    ]) {
      await expect(resolve(answers)).rejects.toMatchObject({
        reason: 'dns',
        message: expect.stringContaining('example.org'),
      });
    }
  });

  test('an internationalised domain is asked for in A-labels', async () => {
    const { asked, dnsServers } = await dns({});
    expect(await resolveSrvEndpoints('München.example', { dnsServers })).toMatchObject([
      [{ host: 'xn--mnchen-3ya.example' }],
    ]);
    expect(asked.toSorted()[0]).toBe('_xmpp-client._tcp.xn--mnchen-3ya.example');
  });

  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['[::1]', '::1'],
    ['localhost', 'localhost'],
    ['chat.localhost', 'chat.localhost'],
  ])('%s is not asked for', async (domain, host) => {
    const { asked, dnsServers } = await dns({});
    expect(await resolveSrvEndpoints(domain, { dnsServers })).toEqual([[{ ...fallback, host }]]);
    expect(asked).toEqual([]);
  });

  test('no domain name', async () => {
    await expect(resolveSrvEndpoints('exa mple', {})).rejects.toMatchObject({ reason: 'dns' });
  });

  test('aborted, before and in the middle', async () => {
    const { dnsServers } = await dns({ [STARTTLS]: 'silence', [DIRECT]: 'silence' });
    const aborted = { reason: 'aborted' };
    await expect(resolveSrvEndpoints('example.org', { dnsServers, signal: AbortSignal.abort() })).rejects.toMatchObject(
      aborted,
    );
    await expect(
      resolveSrvEndpoints('example.org', { dnsServers, signal: AbortSignal.timeout(30) }),
    ).rejects.toMatchObject(aborted);
  });
});

const hostMeta = (...urls: string[]) => {
  const asked: string[] = [];
  const links = urls.map((href) => ({
    rel: `urn:xmpp:alt-connections:${href.startsWith('wss') ? 'websocket' : 'xbosh'}`,
    href,
  }));
  const fetch = async (url: string): Promise<Response> => {
    asked.push(url);
    return url.endsWith('.json') ? Response.json({ links }) : new Response('', { status: 404 });
  };
  return { asked, hostMeta: { fetch } };
};
type Groups = readonly (readonly Endpoint[])[];
const collect = async (groups: AsyncIterable<readonly Endpoint[]>): Promise<Groups> => {
  const collected: (readonly Endpoint[])[] = [];
  for await (const group of groups) collected.push(group);
  return collected;
};
const all = (domain: string, options: NodeDiscoverOptions): Promise<Groups> =>
  collect(discoverEndpoints(domain, options));

describe('discoverEndpoints', () => {
  test('XEP-0156 §2.2 rule 3: host-meta is asked for after TCP was tried, not before', async () => {
    const { asked, ...meta } = hostMeta('wss://example.org/ws');
    const { dnsServers } = await dns({ [STARTTLS]: [srv('a')] });
    const endpoints = discoverEndpoints('example.org', { dnsServers, ...meta });
    expect((await endpoints.next()).value).toMatchObject([{ kind: 'tcp', host: 'a' }]);
    expect(asked).toEqual([]);
    expect((await endpoints.next()).value).toEqual([{ kind: 'websocket', url: 'wss://example.org/ws' }]);
    expect(asked).toHaveLength(2);
    expect((await endpoints.next()).done).toBe(true);
  });

  test('a domain without TCP still has its WebSocket; BOSH is none', async () => {
    const { hostMeta: meta } = hostMeta('https://example.org/bosh', 'wss://example.org/ws');
    const { dnsServers } = await dns({ [STARTTLS]: [srv('.', 0)] });
    expect(await all('example.org', { dnsServers, hostMeta: meta })).toEqual([
      [{ kind: 'websocket', url: 'wss://example.org/ws' }],
    ]);
  });

  test('nothing anywhere: the first fault is told', async () => {
    const { hostMeta: meta } = hostMeta();
    const { dnsServers } = await dns({ [STARTTLS]: [srv('.', 0)] });
    await expect(all('example.org', { dnsServers, hostMeta: meta })).rejects.toMatchObject({ reason: 'dns' });
    await expect(all('example.org', { kinds: ['websocket'], hostMeta: meta })).rejects.toBeInstanceOf(ConnectionError);
    const unreachable = { fetch: () => Promise.reject(new TypeError('no route')) };
    await expect(all('example.org', { kinds: ['websocket'], hostMeta: unreachable })).rejects.toBeInstanceOf(
      HostMetaError,
    );
  });

  test('a fault of host-meta is none when TCP gave endpoints', async () => {
    const { dnsServers } = await dns({ [STARTTLS]: [srv('a')] });
    const unreachable = { fetch: () => Promise.reject(new TypeError('no route')) };
    expect(await all('example.org', { dnsServers, hostMeta: unreachable })).toHaveLength(1);
  });

  test('aborted', async () => {
    const { dnsServers } = await dns({});
    await expect(all('example.org', { dnsServers, signal: AbortSignal.abort() })).rejects.toMatchObject({
      reason: 'aborted',
    });
  });
});

test('discoverWebSocket: what a browser can find out', async () => {
  const { hostMeta: meta } = hostMeta('https://example.org/bosh', 'wss://example.org/ws');
  expect(await collect(discoverWebSocket('example.org', { hostMeta: meta }))).toEqual([
    [{ kind: 'websocket', url: 'wss://example.org/ws' }],
  ]);
});
