import type { Element } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import { messageBody, presence, sendMessage } from '@xeps/rfc-6121';
import { codePointIndex } from '@xeps/xep-0426';
import { expect, test } from 'vitest';
import { markup, markupBlocks, markupFor } from '../src/index.ts';

describeLive('XEP-0394', (server, transport) => {
  test('§4.1 what one marks the other sees marked', async () => {
    const [romeo, juliet] = await Promise.all([
      signIn(server, transport, { prefix: 'romeo', prepare: (client) => client.use(presence).announce() }),
      signIn(server, transport, { prefix: 'juliet', prepare: (client) => client.use(presence).announce() }),
    ]);
    const came = new Promise<Element>((resolve) => void juliet.on('message', resolve));
    const body = '🧛🏾 There is really no <reason> & to worry.';
    const index = codePointIndex(body);
    const at = body.indexOf('really');
    const span = { start: index.toCodePoints(at)!, end: index.toCodePoints(at + 'really'.length)!, emphasis: true };
    await sendMessage(romeo, { to: juliet.jid, body, payloads: [markup.encode({ spans: [span] })] });
    const message = await came;
    const { text } = messageBody.find(message)!;
    const [plain] = markupBlocks(text, markupFor(message)!);
    expect(plain?.children.map(({ type, start, end }) => [type, text.slice(start, end)])).toEqual([
      ['text', '🧛🏾 There is '],
      ['emphasis', 'really'],
      ['text', ' no <reason> & to worry.'],
    ]);
  });
});
