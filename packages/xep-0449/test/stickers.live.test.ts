import type { Element } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import { messageBody, sendMessage } from '@xeps/rfc-6121';
import { publishItem, retractItems } from '@xeps/xep-0060';
import { describeFile } from '@xeps/xep-0446';
import { expect, test } from 'vitest';
import {
  createStickerPack,
  getStickerPack,
  getStickerPacks,
  importStickerPack,
  publishStickerPack,
  stickerMessage,
  stickerOf,
  stickerPackId,
  stickerPacks,
} from '../src/index.ts';

describeLive('XEP-0449', (server, transport) => {
  test('§4 a pack is published, its sticker sent, and the pack got and taken over by who received it', async () => {
    const [romeo, juliet] = await Promise.all([
      signIn(server, transport, { prefix: 'romeo' }),
      signIn(server, transport, { prefix: 'juliet' }),
    ]);
    const packOf = async (name: string, desc: string, picture: string) =>
      createStickerPack({
        name: new Map([['', name]]),
        items: [
          {
            file: { ...(await describeFile(new Blob([picture], { type: 'image/png' }))), desc: new Map([['', desc]]) },
            sources: { urls: [{ target: 'https://download.montague.lit/kiss.png' }] },
            suggestions: [{ text: ':-*' }],
          },
        ],
      });
    const marsey = await packOf('Marsey the Cat', '😘', 'a picture');
    const id = await publishStickerPack(romeo, marsey);
    // PEP nodes keep one item unless they are made otherwise.
    const other = await publishStickerPack(romeo, await packOf('Another', '👍', 'another picture'));

    const came = new Promise<Element>((resolve) => void juliet.on('message', resolve));
    await sendMessage(romeo, { to: juliet.jid, ...stickerMessage(marsey.items[0]!, { pack: id }) });
    const message = await came;
    expect(messageBody.find(message)?.text).toBe('😘');
    const { pack } = stickerOf(message)!;
    expect(pack).toMatchObject({ jid: romeo.jid.bare(), id });

    const got = await getStickerPack(juliet, pack!);
    expect(got).toEqual(marsey);
    expect((await getStickerPacks(juliet, { jid: romeo.jid.bare() })).map((item) => item.id).sort()).toEqual(
      [id, other].sort(),
    );
    await importStickerPack(juliet, pack!);
    expect((await getStickerPacks(juliet)).map((item) => stickerPackId(item.pack!))).toEqual([id]);

    // What is not what its id says is refused.
    const forged = { id, payload: { ...marsey, name: new Map([['', 'Something else']]) } };
    // The node is there, and ejabberd 23.01 takes few options.
    await publishItem(romeo, stickerPacks, forged, { publishOptions: {} });
    await expect(getStickerPack(juliet, pack!)).rejects.toMatchObject({ name: 'StickerPackError', reason: 'hash' });
    await retractItems(romeo, stickerPacks, [id]);
    await expect(getStickerPack(juliet, pack!)).rejects.toMatchObject({ reason: 'missing' });
  });
});
