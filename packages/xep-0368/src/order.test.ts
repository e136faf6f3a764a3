import { describe, expect, test } from 'vitest';
import { groupEndpoints, isServiceDenied, orderByWeight, orderEndpoints, srvName } from './index.ts';
import type { SrvRecord, TcpEndpoint } from './index.ts';

const srv = (name: string, priority = 0, weight = 0, port = 5222): SrvRecord => ({ name, port, priority, weight });
const names = (endpoints: TcpEndpoint[]): string[] =>
  endpoints.map(({ host, directTls }) => (directTls ? `${host}/tls` : host));
/** Gives these numbers, one after another, then fails. */
const script =
  (...numbers: number[]) =>
  () => {
    const next = numbers.shift();
    if (next === undefined) throw new Error('more numbers were drawn than expected');
    return next;
  };

describe('§3 rule 1: both services are one list', () => {
  test('priorities are mixed', () => {
    const starttls = [srv('c', 20), srv('a', 5)];
    const direct = [srv('d', 30, 0, 443), srv('b', 10, 0, 5223)];
    expect(orderEndpoints(starttls, direct)).toEqual([
      { kind: 'tcp', host: 'a', port: 5222, directTls: false },
      { kind: 'tcp', host: 'b', port: 5223, directTls: true },
      { kind: 'tcp', host: 'c', port: 5222, directTls: false },
      { kind: 'tcp', host: 'd', port: 443, directTls: true },
    ]);
  });

  test('weights are mixed', () => {
    const starttls = [srv('a', 1, 10)];
    const direct = [srv('b', 1, 30)];
    // Of 0…40, 0 to 10 choose the first.
    expect(names(orderEndpoints(starttls, direct, script(10 / 41, 0)))).toEqual(['a', 'b/tls']);
    expect(names(orderEndpoints(starttls, direct, script(11 / 41, 0)))).toEqual(['b/tls', 'a']);
    expect(names(orderEndpoints(starttls, direct, script(0.999, 0)))).toEqual(['b/tls', 'a']);
  });

  test('one host and port with and without direct TLS are two endpoints; a repeated record is one', () => {
    expect(names(orderEndpoints([srv('a'), srv('A.')], [srv('a')], () => 0))).toEqual(['a', 'a/tls']);
  });
});

test('§3 rule 1: groups of one priority, of both services; a record repeated in a later one is left out', () => {
  const groups = groupEndpoints([srv('a', 5), srv('b', 10)], [srv('b', 5), srv('b', 10), srv('.', 7)], () => 0);
  expect(groups.map(names)).toEqual([['a', 'b/tls'], ['b']]);
  expect(groupEndpoints([srv('.')], [])).toEqual([]);
});

describe('RFC 2782', () => {
  test('anything with a priority and a weight is ordered so, in groups', () => {
    const item = (id: string, priority: number, weight: number) => ({ id, priority, weight });
    const items = [item('c', 2, 0), item('a', 1, 10), item('b', 1, 30), item('d', 2, 1)];
    const order = (...numbers: number[]): string[][] =>
      orderByWeight(items, script(...numbers)).map((group) => group.map(({ id }) => id));
    expect(order(0, 0, 0, 0)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(order(11 / 41, 0, 0.5, 0)).toEqual([
      ['b', 'a'],
      ['d', 'c'],
    ]);
    expect(orderByWeight([])).toEqual([]);
  });

  test('weight 0 is chosen first only when 0 is drawn', () => {
    const records = [srv('heavy', 1, 10), srv('zero', 1, 0)];
    expect(names(orderEndpoints(records, [], script(0, 0)))).toEqual(['zero', 'heavy']);
    expect(names(orderEndpoints(records, [], script(0.1, 0)))).toEqual(['heavy', 'zero']);
  });

  test('the share of first places follows the weights', () => {
    let seed = 42;
    const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
    let first = 0;
    for (let round = 0; round < 5000; round += 1) {
      if (orderEndpoints([srv('a', 1, 75)], [srv('b', 1, 25)], random)[0]!.host === 'a') first += 1;
    }
    expect(first / 5000).toBeGreaterThan(0.72);
    expect(first / 5000).toBeLessThan(0.78);
  });

  test('every record appears once, whatever is drawn', () => {
    const records = Array.from({ length: 20 }, (_, index) => srv(`h${index}`, index % 3, (index * 7) % 5));
    for (const value of [0, 0.25, 0.5, 0.999_999]) {
      const endpoints = orderEndpoints(records, [], () => value);
      expect(new Set(names(endpoints)).size).toBe(20);
      const priorities = endpoints.map(({ host }) => Number(host.slice(1)) % 3);
      expect(priorities).toEqual(priorities.toSorted((left, right) => left - right));
    }
  });

  test('the final dot of a target is no part of the host', () => {
    expect(names(orderEndpoints([srv('xmpp.example.org.')], []))).toEqual(['xmpp.example.org']);
  });
});

describe('§5 the target "." denies the service', () => {
  test('it gives no endpoint, and leaves the other service', () => {
    expect(orderEndpoints([srv('a')], [srv('.')])).toEqual([{ kind: 'tcp', host: 'a', port: 5222, directTls: false }]);
    expect(orderEndpoints([srv('')], [srv('.')])).toEqual([]);
  });

  test('it is told', () => {
    expect(isServiceDenied([srv('.')])).toBe(true);
    expect(isServiceDenied([srv('')])).toBe(true);
    expect(isServiceDenied([srv('a')])).toBe(false);
    expect(isServiceDenied([])).toBe(false);
  });
});

test.each([0, -1, 65_536, 1.5, Number.NaN])('port %s is left out', (port) => {
  expect(orderEndpoints([srv('a', 0, 0, port), srv('b')], [])).toHaveLength(1);
});

test('the name to look up', () => {
  expect(srvName('xmpps-client', 'example.org')).toBe('_xmpps-client._tcp.example.org');
});
