import { Element } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { presence, sendMessage } from '@xeps/rfc-6121';
import { expect, test } from 'vitest';
import { fastening, fasteningOf } from '../src/index.ts';
import type { MessageFastening } from '../src/index.ts';

describeLive('XEP-0422', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, { prefix, prepare: (client) => client.use(presence).announce() });

  test('§3.1, §3.2, §3.4 something is fastened to a message, replaced and taken back', async () => {
    const [romeo, juliet] = await Promise.all([open('romeo'), open('juliet')]);
    const got: MessageFastening[] = [];
    juliet.on('message', (message) => {
      const found = fasteningOf(message);
      if (found !== undefined) got.push(found);
    });
    const to = juliet.jid.bare();
    const edit = (): Element => new Element('edit', { xmlns: 'urn:example:edit' });
    const fasten = (clear: boolean): Element =>
      fastening.encode({
        id: 'origin-id-1',
        clear,
        payloads: [edit()],
        externals: clear ? [] : [{ name: 'body' }],
      });
    await sendMessage(romeo, { to, body: 'Hi there', payloads: [fasten(false)] });
    await sendMessage(romeo, { to, body: 'Hello there', payloads: [fasten(false)] });
    await sendMessage(romeo, { to, payloads: [fasten(true)] });
    await expect.poll(() => got.length).toBe(3);
    expect(got.map(({ clear, externals }) => [clear, ...externals.map((one) => one.getText())])).toEqual([
      [false, 'Hi there'],
      [false, 'Hello there'],
      [true],
    ]);
    for (const one of got) expect(one).toMatchObject({ id: 'origin-id-1', name: 'edit', xmlns: 'urn:example:edit' });
  });
});
