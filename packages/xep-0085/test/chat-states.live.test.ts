import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { presence, sendMessage } from '@xeps/rfc-6121';
import { expect, test } from 'vitest';
import { createChatStates } from '../src/index.ts';

describeLive('XEP-0085', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, { prefix, prepare: (client) => client.use(presence).announce() });

  test('§5.1 each learns from the other’s first message that states are welcome', async () => {
    const [romeo, juliet] = await Promise.all([open('romeo'), open('juliet')]);
    const hers = createChatStates(juliet, romeo.jid);
    const his = createChatStates(romeo, juliet.jid);
    expect(await his.typing()).toBe(false);
    await sendMessage(romeo, { to: juliet.jid, body: 'Hark!', payloads: his.payloads() });
    await expect.poll(() => hers.contact).toBe('active');
    expect(await hers.typing()).toBe(true);
    await expect.poll(() => his.contact).toBe('composing');
    await hers.set('gone');
    await expect.poll(() => his.contact).toBe('gone');
  });
});
