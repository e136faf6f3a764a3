import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { presence, sendMessage } from '@xeps/rfc-6121';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, test } from 'vitest';
import { isMentioned, mentionsOf, newMention, NS_REFERENCE, reference, references } from '../src/index.ts';

describeLive('XEP-0372', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, {
      prefix,
      prepare: (client) => {
        client.use(presence).announce();
        client.use(references);
      },
    });

  test('§4.2 a mention arrives at the place where it was put, and one of somebody else is none', async () => {
    const [romeo, juliet] = await Promise.all([open('romeo'), open('juliet')]);
    expect((await getDiscoInfo(romeo, { to: juliet.jid })).features).toContain(NS_REFERENCE);
    const body = '😀 &\n<b> Juliet is the sun';
    const send = async (...who: readonly string[]): Promise<unknown[]> => {
      const arrived = new Promise<unknown[]>((resolve) => {
        juliet.on('message', reference, (_found, message) =>
          resolve([isMentioned(message, juliet.jid.bare()), ...mentionsOf(message).map(({ range }) => range?.text)]),
        );
      });
      const start = body.indexOf('Juliet');
      const payloads = who.map((one) => reference.encode(newMention(one, { body, start, end: start + 6 })));
      await sendMessage(romeo, { to: juliet.jid, body, payloads });
      return arrived;
    };
    expect(await send(String(juliet.jid.bare()))).toEqual([true, 'Juliet']);
    // Her server, somebody whose address begins like hers, a device of somebody of that name elsewhere.
    const others = [
      juliet.jid.domain,
      `${String(juliet.jid.bare())}.evil.example`,
      `evil.example/${String(juliet.jid)}`,
    ];
    expect(await send(...others)).toEqual([false, 'Juliet', 'Juliet', 'Juliet']);
  });
});
