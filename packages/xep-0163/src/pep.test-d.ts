import type { Session } from '@xeps/core';
import { attr, element, integer } from '@xeps/core/schema';
import { pubsubNode } from '@xeps/xep-0060';
import { expectTypeOf, test } from 'vitest';
import { pep } from './index.ts';

test('events and publications are typed by the node', () => {
  const api = ({} as Session).use(pep);
  const tunes = pubsubNode('n', element('urn:x', 'tune', { rating: attr(integer()) }));
  api.watch(tunes, (event) => {
    if (event.type === 'published') expectTypeOf(event.item.payload).toEqualTypeOf<{ rating: number } | undefined>();
    if (event.type === 'retracted') expectTypeOf(event.id).toEqualTypeOf<string>();
    expectTypeOf(event.own).toEqualTypeOf<boolean>();
  });
  // @ts-expect-error a payload of another shape
  api.publish(tunes, { payload: { stars: 1 } });
});
