import type { Element } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import { messageBody, sendMessage } from '@xeps/rfc-6121';
import { verifyHashes } from '@xeps/xep-0300';
import { stripFallback } from '@xeps/xep-0428';
import { uploadFile } from '@xeps/xep-0363';
import { describeFile } from '@xeps/xep-0446';
import { expect, test } from 'vitest';
import { attachedSources, downloadUrls, fileMessage, NS_SFS, sharedFiles, sourcesMessage } from '../src/index.ts';

describeLive('XEP-0447', (server, transport) => {
  test('§3 a file is uploaded and shared, its source follows, and who gets it fetches and checks it', async () => {
    const [romeo, juliet] = await Promise.all([
      signIn(server, transport, { prefix: 'romeo' }),
      signIn(server, transport, { prefix: 'juliet' }),
    ]);
    const messages: Element[] = [];
    const both = new Promise<void>((resolve) => {
      juliet.on('message', (message) => void (messages.push(message) === 2 && resolve()));
    });
    const picture = new File([new Uint8Array(50_000).fill(7)], 'summit.jpg', { type: 'image/jpeg' });
    const file = await describeFile(picture);
    const { id } = await sendMessage(romeo, { to: juliet.jid, ...fileMessage({ file, disposition: 'inline' }) });
    const { url } = await uploadFile(romeo, { body: picture });
    await sendMessage(romeo, { to: juliet.jid, ...sourcesMessage(id, { urls: [url] }) });
    await both;

    const [first, second] = messages as [Element, Element];
    const [share] = sharedFiles(first);
    expect(share).toMatchObject({ disposition: 'inline', file });
    expect(stripFallback(messageBody.find(second)?.text ?? '', second, NS_SFS)).toBe('');
    // The servers of these tests have no certificate for HTTP: their addresses are http, which the hash makes good.
    expect(downloadUrls(share!, [attachedSources(first, second)!])).toEqual([url]);
    const response = await fetch(url);
    expect(await verifyHashes(response.body!, share!.file.hashes)).toBe('match');
  });
});
