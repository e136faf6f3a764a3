import { describeLive, signIn } from '@xeps/live';
import { messageBody, sendMessage } from '@xeps/rfc-6121';
import { expect, test } from 'vitest';
import { spoilerHints, spoilerPayloads } from '../src/index.ts';

describeLive('XEP-0382', (server, transport) => {
  test('§3 hints arrive in all their languages, and only with the message that is a spoiler', async () => {
    const [romeo, juliet] = await Promise.all(
      ['romeo', 'juliet'].map((prefix) => signIn(server, transport, { prefix })),
    );
    const hints = new Map([
      ['en', 'Love story end'],
      ['ca', 'Fi de la història d’amor'],
    ]);
    const seen: unknown[] = [];
    romeo!.on('message', messageBody, (_body, message) => void seen.push(spoilerHints(message)));
    const say = (hint?: Parameters<typeof spoilerPayloads>[0]) =>
      sendMessage(juliet!, { to: romeo!.jid, body: 'Both of them die!', payloads: spoilerPayloads(hint) });
    await say(hints);
    await say();
    await sendMessage(juliet!, { to: romeo!.jid, body: 'Good night!' });
    await expect.poll(() => seen).toEqual([hints, new Map(), undefined]);
  });
});
