import type { Session } from '@xeps/core';
import { getItems } from '@xeps/xep-0060';
import { expectTypeOf, test } from 'vitest';
import { createStickerPack, stickerPacks } from './index.ts';
import type { StickerPack } from './index.ts';

test('the node is typed, and what is made can be published', async () => {
  const [item] = await getItems({} as Session, stickerPacks);
  expectTypeOf(item?.payload).toEqualTypeOf<StickerPack | undefined>();
  expectTypeOf(createStickerPack).returns.resolves.toEqualTypeOf<StickerPack>();
  // @ts-expect-error the hash is computed
  await createStickerPack({ items: [], hash: { algo: 'sha-256', value: new Uint8Array() } });
});
