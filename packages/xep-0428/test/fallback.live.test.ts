import type { Element } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import { messageBody, sendMessage } from '@xeps/rfc-6121';
import { expect, test } from 'vitest';
import { fallback, stripFallback } from '../src/index.ts';

describeLive('XEP-0428', (server, transport) => {
  test('§2.2 what is marked arrives as it was counted, and whoever marks speaks for no other message', async () => {
    const [romeo, juliet, mallory] = await Promise.all(
      ['romeo', 'juliet', 'mallory'].map((prefix) => signIn(server, transport, { prefix })),
    );
    const shown = new Map<string, string>();
    juliet!.on('message', messageBody, ({ text }, message: Element) => {
      shown.set(String(message.attrs['from']), stripFallback(text, message, 'urn:example:wave'));
    });
    const quoted = '👋🏽 & <waves>\n';
    await sendMessage(romeo!, {
      to: juliet!.jid,
      body: `${quoted}Hark!`,
      payloads: [fallback.encode({ for: 'urn:example:wave', body: [{ start: 0, end: Array.from(quoted).length }] })],
    });
    await expect.poll(() => shown.get(String(romeo!.jid))).toBe('Hark!');
    // Counted for a longer text: nothing is lost.
    await sendMessage(mallory!, {
      to: juliet!.jid,
      body: 'short',
      payloads: [fallback.encode({ for: 'urn:example:wave', body: [{ start: 0, end: 4_294_967_295 }] })],
    });
    await expect.poll(() => shown.get(String(mallory!.jid))).toBe('short');
  });
});
