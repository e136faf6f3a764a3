import { expectTypeOf, it } from 'vitest';
import { createRttSender, rtt } from './index.ts';
import type { RttAction, RttInput, RttMessage } from './index.ts';

it('tells the actions apart', () => {
  const [action] = rtt.decode(rtt.encode({ seq: 1 })).actions;
  expectTypeOf(action).toEqualTypeOf<RttAction | undefined>();
  if (action?.type === 'insert') expectTypeOf(action.value).toEqualTypeOf<{ text: string; position?: number }>();
  if (action?.type === 'wait') expectTypeOf(action.value).toEqualTypeOf<{ milliseconds: number }>();
  expectTypeOf<RttMessage['id']>().toEqualTypeOf<string | undefined>();
  createRttSender({ send: (value) => Promise.resolve(expectTypeOf(value).toEqualTypeOf<RttInput>()) });
  // @ts-expect-error a position is a number
  rtt.encode({ seq: 1, actions: [{ type: 'erase', value: { position: '1' } }] });
  // @ts-expect-error §4.2.1 there is always a seq
  rtt.encode({ event: 'new' });
  // @ts-expect-error §4.2.2 no such event
  rtt.encode({ seq: 1, event: 'shake' });
});
