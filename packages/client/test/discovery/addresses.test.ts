import { describe, expect, test } from 'vitest';
import { resolveAddresses } from '../../src/discovery/addresses.ts';
import type { AddressOptions } from '../../src/discovery/addresses.ts';
import type { Endpoint, NetworkEndpoint } from '../../src/discovery/endpoint.ts';

const tcp = (host: string, address?: string): Endpoint => ({
  kind: 'tcp',
  host,
  port: 5222,
  directTls: false,
  ...(address !== undefined && { address }),
});
const websocket: Endpoint = { kind: 'websocket', url: 'wss://example.org/ws' };

async function resolve(endpoints: readonly Endpoint[], options: AddressOptions): Promise<(readonly Endpoint[])[]> {
  const groups: (readonly Endpoint[])[] = [];
  for await (const group of resolveAddresses(endpoints, options)) groups.push(group);
  return groups;
}

/** A look-up that knows these names, and what it was asked. */
function names(known: Record<string, readonly string[]>) {
  const asked: string[] = [];
  const lookup = async (host: string): Promise<readonly string[]> => {
    asked.push(host);
    if (known[host] === undefined) throw new Error('ENOTFOUND');
    return known[host];
  };
  return { asked, lookup };
}

describe('XEP-0495 §4.3 addresses', () => {
  test('hosts in their order, each with its addresses in turn by family, IPv6 first', async () => {
    const { asked, lookup } = names({
      a: ['192.0.2.1', '192.0.2.2', '2001:db8::1', '192.0.2.1'],
      b: ['192.0.2.3'],
    });
    expect(await resolve([tcp('a'), tcp('b')], { lookup })).toEqual([
      [tcp('a', '2001:db8::1'), tcp('a', '192.0.2.1'), tcp('a', '192.0.2.2'), tcp('b', '192.0.2.3')],
    ]);
    expect(asked).toEqual(['a', 'b']);
  });

  test('what is an address, has one, or is a URL, is not looked up', async () => {
    const { asked, lookup } = names({});
    const group = [tcp('192.0.2.1'), tcp('::1'), tcp('a', '192.0.2.9'), websocket];
    expect(await resolve(group, { lookup })).toEqual([group]);
    expect(asked).toEqual([]);
  });

  test('a name without address stays: connecting to it tells why', async () => {
    const { lookup } = names({ empty: [], good: ['192.0.2.1'] });
    expect(await resolve([tcp('none'), tcp('empty'), tcp('good')], { lookup })).toEqual([
      [tcp('none'), tcp('empty'), tcp('good', '192.0.2.1')],
    ]);
  });

  test('the system’s look-up', async () => {
    const [group] = await resolve([tcp('localhost')], {});
    expect(group!.length).toBeGreaterThan(0);
    for (const endpoint of group!) expect(['127.0.0.1', '::1']).toContain((endpoint as NetworkEndpoint).address);
  });
});

describe('XEP-0495 §4.2 Resolution Delay', () => {
  test('a host whose answer is late does not keep the others; it is in a second group', async () => {
    const late = Promise.withResolvers<readonly string[]>();
    const lookup = (host: string) => (host === 'late' ? late.promise : Promise.resolve(['192.0.2.1']));
    const groups = resolveAddresses([tcp('late'), tcp('a'), tcp('b')], { lookup });
    expect((await groups.next()).value).toEqual([tcp('a', '192.0.2.1'), tcp('b', '192.0.2.1')]);
    late.resolve(['192.0.2.7']);
    expect((await groups.next()).value).toEqual([tcp('late', '192.0.2.7')]);
    expect((await groups.next()).done).toBe(true);
  });

  test('no answer in time: the name stays', async () => {
    const lookup = () => new Promise<never>(() => {});
    expect(await resolve([tcp('a')], { lookup, timeout: 20 })).toEqual([[tcp('a')]]);
  });

  test('aborted, before and in the middle', async () => {
    const lookup = () => new Promise<never>(() => {});
    const reason = new Error('never mind');
    await expect(resolve([tcp('a')], { lookup, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const running = resolve([tcp('a')], { lookup, signal: controller.signal });
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
  });
});
