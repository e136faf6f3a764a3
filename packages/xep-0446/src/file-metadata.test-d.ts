import type { Infer, InferInput } from '@xeps/core/schema';
import { expectTypeOf, test } from 'vitest';
import { fileMetadata } from './index.ts';

test('metadata has what the specification has now', () => {
  expectTypeOf<Infer<typeof fileMetadata>['width']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<Infer<typeof fileMetadata>>().not.toHaveProperty('dimensions');
  expectTypeOf<object>().toExtend<InferInput<typeof fileMetadata>>();
  // @ts-expect-error of an earlier version
  fileMetadata.encode({ dimensions: '1x1' });
});
