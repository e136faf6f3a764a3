import { Element, isStanzaError } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import { expect, test } from 'vitest';
import { oob, oobData, offerFile } from '../src/index.ts';

describeLive('XEP-0066', (server, transport) => {
  test('§2, §3 an offer is taken or refused, and an address goes with a message', async () => {
    const [romeo, juliet] = await Promise.all([
      signIn(server, transport, { prefix: 'romeo' }),
      signIn(server, transport, { prefix: 'juliet' }),
    ]);
    juliet.use(oob).acceptOffers(({ url }) => Promise.resolve(url.startsWith('https:')));
    await offerFile(romeo, juliet.jid, { url: 'https://example.org/a.jpg', desc: 'A rose' });
    await expect(offerFile(romeo, juliet.jid, { url: 'ftp://example.org/a.jpg' })).rejects.toSatisfy((error) =>
      isStanzaError(error, 'not-acceptable'),
    );
    const seen: string[] = [];
    juliet.on('message', oobData, ({ url }) => void seen.push(url));
    const message = new Element('message', { to: String(juliet.jid), type: 'chat' });
    message.cnode(oobData.encode({ url: 'https://example.org/a.jpg' }));
    await romeo.send(message);
    await expect.poll(() => seen).toEqual(['https://example.org/a.jpg']);
  });
});
