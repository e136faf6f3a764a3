import type { Infer } from '@xeps/core/schema';
import { expectTypeOf, test } from 'vitest';
import { linkDescription } from './index.ts';

test('a description is about something, in no prefix', () => {
  expectTypeOf<Infer<typeof linkDescription>['about']>().toEqualTypeOf<string>();
  expectTypeOf<Infer<typeof linkDescription>>().not.toHaveProperty('rdf');
  linkDescription.encode({ about: 'https://a.example/' });
  // @ts-expect-error about nothing
  linkDescription.encode({ title: 'T' });
});
