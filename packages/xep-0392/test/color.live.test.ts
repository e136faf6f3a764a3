import { tryParseJid } from '@xeps/core/jid';
import { account, describeLive, signIn } from '@xeps/live';
import { sendMessage } from '@xeps/rfc-6121';
import { expect, test } from 'vitest';
import { colorOf } from '../src/index.ts';

describeLive('XEP-0392', (server, transport) => {
  test('§6.2 both sides give the same color to an address, however its owner writes it', async () => {
    const who = await account(server, 'romeo');
    const [romeo, juliet] = await Promise.all([
      signIn(server, transport, { account: { ...who, jid: who.jid.toUpperCase() } }),
      signIn(server, transport, { prefix: 'juliet' }),
    ]);
    const seen = new Promise<string>((resolve) => {
      juliet.on('message', ({ attrs }) => {
        const from = tryParseJid(String(attrs['from']));
        if (from !== undefined) resolve(colorOf(from.bare()));
      });
    });
    await sendMessage(romeo, { to: juliet.jid, body: 'Hark!' });
    expect(await seen).toBe(colorOf(romeo.jid.bare()));
    expect(await seen).toBe(colorOf(who.jid));
  });
});
