import { expectTypeOf, test } from 'vitest';
import { fallback } from './index.ts';
import type { Fallback, FallbackRange } from './index.ts';

test('indications are typed', () => {
  expectTypeOf<Fallback>().toHaveProperty('body').toEqualTypeOf<FallbackRange[]>();
  expectTypeOf<FallbackRange['start']>().toEqualTypeOf<number | undefined>();
  fallback.encode({ for: 'urn:xmpp:reply:0' });
  // @ts-expect-error an offset is a number
  fallback.encode({ body: [{ start: '0' }] });
});
