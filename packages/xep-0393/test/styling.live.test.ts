import type { Element } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { messageBody, presence, sendMessage } from '@xeps/rfc-6121';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, test } from 'vitest';
import { NS_STYLING, styledBody, styling, unstyled } from '../src/index.ts';

describeLive('XEP-0393', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, {
      prefix,
      prepare(client) {
        client.use(presence).announce();
        client.use(styling);
      },
    });

  test('§6, §7 a message is styled, unless its sender says that it is not', async () => {
    const [romeo, juliet] = await Promise.all([open('romeo'), open('juliet')]);
    const got: string[] = [];
    juliet.on('message', (message: Element) => {
      const { text } = messageBody.find(message)!;
      got.push(
        styledBody(message, text)
          .map((block) => `${block.type} ${text.slice(block.start, block.end)}`)
          .join('|'),
      );
    });
    await sendMessage(romeo, { to: juliet.jid, body: '> That that *is*\nis.' });
    await sendMessage(romeo, { to: juliet.jid, body: '> _ <', payloads: [unstyled.encode({})] });
    await expect.poll(() => got).toEqual(['quote > That that *is*\n|plain is.', 'plain > _ <']);
  });

  test('§5 each sees that the other renders it', async () => {
    const [romeo, juliet] = await Promise.all([open('romeo'), open('juliet')]);
    expect((await getDiscoInfo(romeo, { to: juliet.jid })).features).toContain(NS_STYLING);
  });
});
