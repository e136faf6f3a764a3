import { Element } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { presence, sendMessage } from '@xeps/rfc-6121';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, test } from 'vitest';
import { createRealTimeText, NS_RTT, realTimeText, rtt } from '../src/index.ts';

describeLive('XEP-0301', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, {
      prefix,
      prepare: (client) => {
        client.use(presence).announce();
        client.use(realTimeText);
      },
    });

  test('§4 a message is seen while it is being written, to the letter, and lost edits are made up for', async () => {
    const [romeo, juliet, mallory] = await Promise.all([open('romeo'), open('juliet'), open('mallory')]);
    expect((await getDiscoInfo(romeo, { to: juliet.jid })).features).toContain(NS_RTT);
    const his = createRealTimeText(romeo, juliet.jid);
    const hers = createRealTimeText(juliet, romeo.jid.bare());
    const seen: string[] = [];
    hers.on('change', ({ message }) => void seen.push(message?.text ?? '(over)'));
    hers.on('activated', () => void hers.start());
    await his.start();
    await expect.poll(() => his.supported).toBe(true);

    for (const text of ['W', 'Wh', 'What lihgt', 'What light', 'What light\n 😀 &amp; <e\u0301>']) {
      his.update(text);
      await new Promise((resolve) => setTimeout(resolve, 80));
    }
    await expect.poll(() => seen.at(-1), { timeout: 5000 }).toBe('What light\n 😀 &amp; <é>');
    expect(seen).toContain('Wh');

    // Somebody else can neither write into it nor stop it.
    const forge = (value: Parameters<typeof rtt.encode>[0]): Promise<unknown> =>
      sendMessage(mallory, { to: juliet.jid, payloads: [rtt.encode(value)] });
    await forge({ seq: 1, event: 'reset', actions: [{ type: 'insert', value: { text: 'I hate you' } }] });
    await forge({ seq: 0, event: 'cancel' });
    // An edit that does not follow is one that got lost on the way.
    const stray = new Element('message', { to: String(juliet.jid), type: 'chat' });
    stray.cnode(rtt.encode({ seq: 5, actions: [{ type: 'insert', value: { text: 'x' } }] }));
    await romeo.send(stray);
    his.refresh();
    his.update('What light?');
    await expect.poll(() => seen.at(-1), { timeout: 5000 }).toBe('What light?');
    expect(seen.join()).not.toContain('hate');
    expect(hers.isActive).toBe(true);

    await sendMessage(romeo, { to: juliet.jid, body: 'What light?' });
    his.finish();
    await expect.poll(() => seen.at(-1)).toBe('(over)');
    await hers.stop();
    await expect.poll(() => his.isActive).toBe(false);
  });
});
