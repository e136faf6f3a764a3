import type { Element, Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { expectTypeOf, test } from 'vitest';
import { displayed, displayedMarkers } from './index.ts';

test('markers are typed', () => {
  const api = ({} as Session).use(displayedMarkers);
  api.on('displayed', (event) => {
    expectTypeOf(event).toEqualTypeOf<{ readonly id: string; readonly from: Jid; readonly message: Element }>();
  });
  expectTypeOf(displayed.decode).returns.toHaveProperty('id').toEqualTypeOf<string>();
  // @ts-expect-error no such policy
  api.setPolicy('always');
});
