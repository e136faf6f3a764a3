import { expect, test } from 'vitest';
import { orderLinks } from './index.ts';
import type { PortLink } from './index.ts';

const link = (sni: string, priority: number, weight: number): PortLink => ({
  kind: 'tls',
  service: 'c2s',
  port: 443,
  ips: ['192.0.2.1'],
  sni,
  priority,
  weight,
});

test('§2.1 priority and weight as in RFC 2782', () => {
  const links = [link('c', 20, 1), link('a', 10, 10), link('b', 10, 30)];
  const order = (drawn: number): string[][] =>
    orderLinks(links, () => drawn).map((group) => group.map(({ sni }) => sni));
  expect(order(0)).toEqual([['a', 'b'], ['c']]);
  expect(order(0.9)).toEqual([['b', 'a'], ['c']]);
  expect(orderLinks([])).toEqual([]);
});
