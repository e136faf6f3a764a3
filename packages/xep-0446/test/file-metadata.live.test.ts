import { describeLive, signIn } from '@xeps/live';
import { sendMessage } from '@xeps/rfc-6121';
import { expect, test } from 'vitest';
import { describeFile, fileMetadata, safeFileName } from '../src/index.ts';
import type { FileMetadata } from '../src/index.ts';

describeLive('XEP-0446', (server, transport) => {
  test('§2 metadata reaches another client as it was, a name that is not safe too', async () => {
    const [romeo, juliet] = await Promise.all([
      signIn(server, transport, { prefix: 'romeo' }),
      signIn(server, transport, { prefix: 'juliet' }),
    ]);
    const came = new Promise<FileMetadata>((resolve) => void juliet.on('message', fileMetadata, resolve));
    const described = await describeFile(new File(['abc'], '../../\u202eprivate.txt', { type: 'text/plain' }));
    const desc = new Map([
      ['', 'A file'],
      ['de', 'Eine Datei'],
    ]);
    await sendMessage(romeo, { to: juliet.jid, payloads: [fileMetadata.encode({ ...described, desc, length: 9 })] });
    const got = await came;
    expect(got).toEqual({ ...described, desc, length: 9, thumbnails: [] });
    expect(safeFileName(got.name)).toBe('_.._private.txt');
  });
});
