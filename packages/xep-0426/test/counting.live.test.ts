import type { Element } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import { messageBody, presence, sendMessage } from '@xeps/rfc-6121';
import { expect, test } from 'vitest';
import { codePointIndex, codePointLength, sliceCodePoints } from '../src/index.ts';

describeLive('XEP-0426', (server, transport) => {
  test('§2 both sides count the same characters', async () => {
    const [romeo, juliet] = await Promise.all([
      signIn(server, transport, { prefix: 'romeo', prepare: (client) => client.use(presence).announce() }),
      signIn(server, transport, { prefix: 'juliet', prepare: (client) => client.use(presence).announce() }),
    ]);
    const came = new Promise<Element>((resolve) => void juliet.on('message', resolve));
    const body = '🧛🏾 & 👨‍👨‍👦‍👦 <bite> e\u0301 🇺🇳';
    const index = codePointIndex(body);
    const begin = index.toCodePoints(body.indexOf('<bite>'))!;
    await sendMessage(romeo, { to: juliet.jid, body });
    const text = messageBody.find(await came)!.text;
    expect(codePointLength(text)).toBe(index.length);
    expect(sliceCodePoints(text, begin, begin + 6)).toBe('<bite>');
  });
});
