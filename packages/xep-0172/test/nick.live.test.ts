import { isStanzaError } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { presence, requestSubscription, roster, subscriptions } from '@xeps/rfc-6121';
import { pep } from '@xeps/xep-0163';
import { expect, test } from 'vitest';
import { getNick, nick, nickNode, nickOf, publishNick } from '../src/index.ts';

describeLive('XEP-0172', (server, transport) => {
  test('§4 a nickname goes with a request, and its changes reach contacts', async () => {
    const heard: string[] = [];
    const asked: unknown[] = [];
    const open = (prefix: string): Promise<Client> =>
      signIn(server, transport, {
        prefix,
        prepare: (client) => {
          client.use(presence).announce();
          const asking = client.use(subscriptions);
          asking.on('request', ({ from, stanza }) => {
            asked.push(nickOf(stanza));
            void asking.approve(from);
          });
          client.use(pep).watch(nickNode, (event) => {
            if (!event.own && event.type === 'published') heard.push(`${event.from.local} ${event.item.payload}`);
          });
        },
      });
    const [narrator, starbuck] = await Promise.all([open('narrator'), open('starbuck')]);
    const account = narrator.jid.bare();
    await publishNick(narrator, 'Ishmael');
    // Strangers are not told.
    await expect(getNick(starbuck, account)).rejects.toSatisfy((error) => isStanzaError(error));

    await requestSubscription(narrator, starbuck.jid, { payloads: [nick.encode('Ishmael')] });
    await expect.poll(() => narrator.use(roster).get(starbuck.jid)?.subscription).toBe('to');
    await requestSubscription(starbuck, account);
    await expect.poll(() => starbuck.use(roster).get(account)?.subscription).toBe('both');
    expect(asked[0]).toBe('Ishmael');
    // ejabberd 24.12 sends events to whose presence it has seen since they may see the account's.
    starbuck.use(presence).announce({ status: 'aboard' });
    await expect.poll(() => narrator.use(presence).get(starbuck.jid)?.status.get('')).toBe('aboard');

    expect(await getNick(starbuck, account)).toBe('Ishmael');
    await publishNick(narrator, 'CallMeIshmael');
    await expect.poll(() => heard.at(-1)).toBe(`${account.local} CallMeIshmael`);
    expect(await getNick(starbuck, account)).toBe('CallMeIshmael');
    await publishNick(narrator, '');
    expect(await getNick(starbuck, account)).toBeUndefined();
  });
});
