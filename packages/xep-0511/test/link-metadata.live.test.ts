import type { Element } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import { sendMessage } from '@xeps/rfc-6121';
import { expect, test } from 'vitest';
import { linkDescription, linkPreviews } from '../src/index.ts';

describeLive('XEP-0511', (server, transport) => {
  test('§3.1 what is said about a link reaches another client, and what is said about another one is not shown', async () => {
    const [romeo, juliet] = await Promise.all([
      signIn(server, transport, { prefix: 'romeo' }),
      signIn(server, transport, { prefix: 'juliet' }),
    ]);
    const came = new Promise<Element>((resolve) => void juliet.on('message', resolve));
    const about = 'https://the.link.example.com/what-was-linked-to';
    await sendMessage(romeo, {
      to: juliet.jid,
      body: `I wanted to mention ${about}.`,
      payloads: [
        linkDescription.encode({ about: 'https://bank.example/', title: 'Your bank' }),
        linkDescription.encode({ about, title: 'The Best Webpage', images: ['cid:sha-256+e3b0@bob.xmpp.org'] }),
      ],
    });
    // Prosody 13.0.1 writes the attribute with a prefix of its own.
    expect(linkPreviews(await came)).toEqual([
      {
        link: about,
        host: 'the.link.example.com',
        title: 'The Best Webpage',
        images: ['cid:sha-256+e3b0@bob.xmpp.org'],
      },
    ]);
  });
});
