import { expect, test } from 'vitest';
import { quirksOf } from './quirks.ts';

test('a quirk of a server is one of both lanes, unless one is named', () => {
  expect(quirksOf('ejabberd', 'current')).toContain('retracted-leave-archive');
  expect(quirksOf('ejabberd', 'old')).toContain('retracted-leave-archive');
  expect(quirksOf('prosody', 'old')).toContain('no-sasl2');
  expect(quirksOf('prosody', 'current')).not.toContain('no-sasl2');
});

test('what this repository serves itself departs only in what it does not have', () => {
  expect(quirksOf('xeps', 'current').every((name) => name.startsWith('no-'))).toBe(true);
});
