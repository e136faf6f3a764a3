import { expect, test } from 'vitest';
import { parseJson, readChange, readCredentials, readState } from '../../src/store/read.ts';
import { full, sent, state } from './contract.ts';

test.each([
  ['credentials', readCredentials, full],
  ['the least of credentials', readCredentials, { userAgentId: 'x', resource: 'y' }],
  ['a state', readState, state],
  ['the least of a state', readState, { inbound: 0, outbound: 0, unacked: [] }],
  ['sent', readChange, sent('1')],
  ['acked', readChange, { type: 'acked', h: 0xffff_ffff }],
  ['handled', readChange, { type: 'handled', h: 0 }],
])('%s: read as written, without what nobody knows', (_, read, value) => {
  const json = JSON.stringify(value).replace(/^\{/, '{"__proto__":{"resource":"x"},"more":[1],');
  expect(JSON.stringify(read(parseJson(json)))).toBe(JSON.stringify(read(value)));
  expect(read(parseJson(json))).toEqual(value);
});

/** Every value in a tree replaced by something else, one at a time, and every key left out. */
function* broken(value: unknown): Generator<unknown> {
  for (const other of [null, 'x\u0000', -1, 1.5, 2 ** 32, [], {}, true]) if (typeof other !== typeof value) yield other;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const other of broken(inner)) {
      yield Array.isArray(value) ? value.map((item) => (item === inner ? other : item)) : { ...value, [key]: other };
    }
  }
}

test.each([
  ['credentials', readCredentials, full, ['userAgentId', 'resource']],
  ['a state', readState, state, ['inbound', 'outbound', 'unacked']],
  ['sent', readChange, sent('1'), ['type', 'stanza', 'time']],
  ['acked', readChange, { type: 'acked', h: 1 }, ['type', 'h']],
] as const)('%s: anything broken is nothing, and nothing throws', (_, read, value, required) => {
  let count = 0;
  for (const other of broken(value)) {
    count += 1;
    const found = read(other);
    // An empty map is a map, and an empty list a list.
    if (found !== undefined)
      expect(JSON.stringify(other)).toMatch(/:(\{\}|\[\])|"time":|"(text|password|location|features|expiry)":"x/);
  }
  expect(count).toBeGreaterThan(5);
  for (const key of required) expect(read({ ...value, [key]: undefined })).toBeUndefined();
  for (const foreign of [undefined, null, '', 0, [], {}, 'state', [value]]) expect(read(foreign)).toBeUndefined();
});

test.each(['', '{', 'null', '[1', undefined, null])('%s is no JSON of an object', (json) => {
  expect(parseJson(json) ?? undefined).toBeUndefined();
});
