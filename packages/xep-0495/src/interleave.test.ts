import fc from 'fast-check';
import { expect, test } from 'vitest';
import { interleaveAddresses } from './index.ts';

test.each<[string, string[], string[]]>([
  ['none', [], []],
  ['one', ['192.0.2.1'], ['192.0.2.1']],
  ['IPv6 first', ['192.0.2.1', '2001:db8::1'], ['2001:db8::1', '192.0.2.1']],
  ['in turn', ['a:1', 'a:2', 'a:3', '1.1.1.1', '2.2.2.2'], ['a:1', '1.1.1.1', 'a:2', '2.2.2.2', 'a:3']],
  ['more of IPv4', ['1.1.1.1', '2.2.2.2', 'a:1', '3.3.3.3'], ['a:1', '1.1.1.1', '2.2.2.2', '3.3.3.3']],
  ['one family', ['b:2', 'a:1'], ['b:2', 'a:1']],
])('§4.3 %s', (_, given, expected) => expect(interleaveAddresses(given)).toEqual(expected));

test('§4.3 every address once, each family in its order, and never two of one while the other has some left', () => {
  const address = fc.oneof(
    fc.nat(999).map((number) => `a:${number}`),
    fc.nat(999).map((number) => `10.${number}`),
  );
  fc.assert(
    fc.property(fc.array(address), (addresses) => {
      const sorted = interleaveAddresses(addresses);
      const family = (list: string[], six: boolean): string[] => list.filter((item) => item.includes(':') === six);
      for (const six of [true, false]) expect(family(sorted, six)).toEqual(family(addresses, six));
      expect(sorted).toHaveLength(addresses.length);
      const both = 2 * Math.min(family(addresses, true).length, family(addresses, false).length);
      for (const [index, item] of sorted.slice(0, both).entries()) expect(item.includes(':')).toBe(index % 2 === 0);
    }),
  );
});
