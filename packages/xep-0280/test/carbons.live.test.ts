import { Element } from '@xeps/core';
import { account, describeLive, startClient } from '@xeps/live';
import type { Client } from '@xeps/live';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { carbons, excludeFromCarbons } from '../src/index.ts';
import type { AccountMessage, CarbonsApi } from '../src/index.ts';

describeLive('XEP-0280', (server, transport) => {
  let phone: Client;
  let laptop: Client;
  let juliet: Client;
  let api: CarbonsApi;
  const seen: AccountMessage[] = [];
  const chat = (to: string, body: string): Element => {
    const message = new Element('message', { to, type: 'chat', id: body });
    message.c('body').t(body);
    return message;
  };
  const bodies = (): string[] =>
    seen.map(
      ({ stanza, direction, copied }) => `${direction}${copied ? ' copy' : ''}: ${String(stanza.getChildText('body'))}`,
    );

  beforeAll(async () => {
    const romeo = await account(server, 'romeo');
    [phone, laptop, juliet] = await Promise.all([
      startClient(server, transport, { account: romeo }),
      startClient(server, transport, { account: romeo }),
      startClient(server, transport, { prefix: 'juliet' }),
    ]);
    for (const client of [phone, laptop, juliet]) await client.send(new Element('presence'));
    api = laptop.use(carbons);
    api.on('message', (message) => void (message.stanza.getChildText('body') !== null && seen.push(message)));
    await new Promise<void>((resolve) => void api.on('enabled', () => resolve()));
  });
  afterAll(() => Promise.all([phone, laptop, juliet].map((client) => client.stop())));

  test('§7, §8 sees both sides of what the other device says and hears, and what comes directly', async () => {
    await phone.send(chat(String(juliet.jid), 'to Juliet'));
    await expect.poll(bodies).toEqual(['sent copy: to Juliet']);
    await juliet.send(chat(String(phone.jid), 'to the phone'));
    await expect.poll(() => bodies().at(-1)).toBe('received copy: to the phone');
    await juliet.send(chat(String(laptop.jid), 'to the laptop'));
    await expect.poll(() => bodies().at(-1)).toBe('received: to the laptop');
    expect(seen[0]?.stanza.attrs['to']).toBe(String(juliet.jid));
  });

  test('§9 a private message is not copied', async () => {
    seen.length = 0;
    const secret = chat(String(juliet.jid), 'secret');
    excludeFromCarbons(secret);
    await phone.send(secret);
    await phone.send(chat(String(juliet.jid), 'not secret'));
    await expect.poll(bodies).toEqual(['sent copy: not secret']);
  });

  test('§11 a copy forged by somebody else is refused', async () => {
    seen.length = 0;
    const refused: string[] = [];
    api.on('refused', ({ reason, stanza }) => void refused.push(`${reason} ${String(stanza.attrs['from'])}`));
    const forged = chat(String(laptop.jid), 'look');
    const inner = forged.c('received', { xmlns: 'urn:xmpp:carbons:2' }).c('forwarded', { xmlns: 'urn:xmpp:forward:0' });
    inner
      .c('message', { xmlns: 'jabber:client', from: 'tybalt@capulet.lit', to: String(laptop.jid.bare()) })
      .c('body')
      .t('forged');
    await juliet.send(forged);
    await expect.poll(() => refused).toEqual([`sender ${String(juliet.jid)}`]);
    expect(seen).toEqual([]);
  });

  test('§5 disabled, nothing is copied any more', async () => {
    await api.disable();
    seen.length = 0;
    await phone.send(chat(String(juliet.jid), 'unseen'));
    await phone.send(chat(String(laptop.jid), 'fence'));
    await expect.poll(bodies).toEqual(['received: fence']);
  });
});
