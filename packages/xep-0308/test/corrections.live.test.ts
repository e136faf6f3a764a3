import type { Element } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { presence, sendMessage } from '@xeps/rfc-6121';
import { expect, test } from 'vitest';
import { correctableOf, correctionOf, mayCorrect, sendCorrection } from '../src/index.ts';

describeLive('XEP-0308', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, { prefix, prepare: (client) => client.use(presence).announce() });

  test('§4 the sender corrects a message, and nobody else does', async () => {
    const [romeo, juliet, mallory] = await Promise.all([open('romeo'), open('juliet'), open('mallory')]);
    const got: Element[] = [];
    juliet.on('message', (message) => void got.push(message));
    const to = juliet.jid.bare();
    const { id: corrects } = await sendMessage(romeo, { to, body: 'What light through yonder airlock breaks?' });
    await expect.poll(() => got.length).toBe(1);
    await sendCorrection(mallory, { to, corrects, body: 'I hate thee.' });
    await expect.poll(() => got.length).toBe(2);
    await sendCorrection(romeo, { to, corrects, body: 'What light through yonder door breaks?' });
    await sendCorrection(romeo, { to, corrects, body: 'What light through yonder window breaks?' });
    await expect.poll(() => got.length).toBe(4);

    const [first, ...later] = got;
    const original = correctableOf(first!, { own: juliet.jid })!;
    expect(original).toEqual({ id: corrects, groupchat: false, sender: { address: String(romeo.jid.bare()) } });
    const counted = later.filter((message) => mayCorrect(original, correctionOf(message, { own: juliet.jid })!));
    expect(counted.map((message) => message.getChildText('body'))).toEqual([
      'What light through yonder door breaks?',
      'What light through yonder window breaks?',
    ]);
  });
});
