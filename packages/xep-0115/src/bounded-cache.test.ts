import { expect, it } from 'vitest';
import { createBoundedCache } from './bounded-cache.ts';

it('forgets what was not asked for the longest', () => {
  const cache = createBoundedCache<number>(3);
  for (const [i, key] of ['a', 'b', 'c'].entries()) cache.set(key, i, 1);
  cache.get('a');
  cache.set('d', 3, 1);
  expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual([0, undefined, 2, 3]);
});

it('goes by weight, and keeps nothing that is too heavy', () => {
  const cache = createBoundedCache<number>(10);
  cache.set('a', 1, 4);
  cache.set('a', 2, 5);
  cache.set('b', 3, 5);
  expect([cache.get('a'), cache.get('b')]).toEqual([2, 3]);
  cache.set('c', 4, 11);
  expect([cache.get('a'), cache.get('c')]).toEqual([2, undefined]);
  cache.set('d', 5, 10);
  expect([cache.get('a'), cache.get('b'), cache.get('d')]).toEqual([undefined, undefined, 5]);
  cache.clear();
  cache.set('e', 6, 10);
  expect(cache.get('e')).toBe(6);
});
