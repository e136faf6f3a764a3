import { describeLive, signIn } from '@xeps/live';
import { expect, test } from 'vitest';
import { findUploadService, uploadFile } from '../src/index.ts';

describeLive('XEP-0363', (server, transport) => {
  test('§3, §4, §7 what is uploaded can be fetched, from bytes and from a stream', async () => {
    const client = await signIn(server, transport, { prefix: 'romeo' });
    const service = await findUploadService(client);
    expect(String(service.jid)).toBe(server.services.upload);
    const bytes = new Uint8Array(300_000).map((_byte, i) => i % 253);
    const told: number[] = [];
    for (const body of [bytes, new Blob([bytes]).stream() as ReadableStream<Uint8Array<ArrayBuffer>>]) {
      const { url } = await uploadFile(
        client,
        { body, size: bytes.length, name: 'très cool.bin' },
        { onProgress: (sent) => void told.push(sent) },
      );
      const response = await fetch(url);
      expect(response.status).toBe(200);
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
      expect(told.at(-1)).toBe(bytes.length);
    }
  });

  test('§3, §6 a file that is too large is refused before it is asked for, and by the service', async () => {
    const client = await signIn(server, transport, { prefix: 'romeo' });
    const service = await findUploadService(client);
    const max = service.maxFileSize;
    expect(max).toBeTypeOf('number');
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>();
    await expect(uploadFile(client, { body, size: max! + 1 })).rejects.toMatchObject({ reason: 'too-large', max });
    const unknowing = { jid: service.jid, purposes: [] };
    await expect(uploadFile(client, { body, size: max! + 1 }, { service: unknowing })).rejects.toMatchObject({
      name: 'UploadError',
      reason: 'too-large',
    });
  });
});
