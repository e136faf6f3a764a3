import { Element, isStanzaError } from '@xeps/core';
import { attr, element, integer } from '@xeps/core/schema';
import { account, describeLive, signIn } from '@xeps/live';
import type { Account, Client } from '@xeps/live';
import { presence, requestSubscription, roster, subscriptions } from '@xeps/rfc-6121';
import { configureNode, deleteNode, getItems, pubsubEvent, pubsubNode, retractItems } from '@xeps/xep-0060';
import { expect, test } from 'vitest';
import { pep } from '../src/index.ts';

const tune = element('http://jabber.org/protocol/tune', 'tune', { rating: attr(integer()) });
const tunes = pubsubNode('http://jabber.org/protocol/tune', tune);
const secrets = pubsubNode('urn:example:secrets', tune, {
  accessModel: 'whitelist',
  maxItems: 'max',
  persistItems: true,
});

describeLive('XEP-0163', (server, transport) => {
  const open = async (who: Account): Promise<{ client: Client; got: string[] }> => {
    const got: string[] = [];
    const client = await signIn(server, transport, {
      account: who,
      prepare: (session) => {
        session.use(presence).announce();
        const asking = session.use(subscriptions);
        asking.on('request', ({ from }) => void asking.approve(from));
        for (const node of [tunes, secrets])
          session.use(pep).watch(node, (event) => {
            const rating = event.type === 'published' ? event.item.payload?.rating : '';
            const line = `${String(event.from)} ${event.own ? 'own ' : ''}${event.type} ${rating}`.trim();
            // ejabberd tells some things once for each device of the publisher.
            if (got.at(-1) !== line) got.push(line);
          });
      },
    });
    return { client, got };
  };

  test('§6.1 the account has eventing with options', async () => {
    const { client } = await open(await account(server, 'juliet'));
    expect(await client.use(pep).support()).toMatchObject({ available: true, publishOptions: true });
  });

  test('§4 the own devices and contacts are told, and strangers are not believed', async () => {
    const [juliet, romeo] = await Promise.all([account(server, 'juliet'), account(server, 'romeo')]);
    const [balcony, chamber, orchard] = await Promise.all([open(juliet), open(juliet), open(romeo)]);
    await requestSubscription(orchard.client, juliet.jid);
    await expect.poll(() => orchard.client.use(roster).get(juliet.jid)?.subscription).toBe('to');
    await requestSubscription(balcony.client, romeo.jid);
    await expect.poll(() => orchard.client.use(roster).get(juliet.jid)?.subscription).toBe('both');
    // The server sends events to whose capabilities it has seen.
    await expect.poll(() => balcony.client.use(presence).of(romeo.jid).length).toBe(1);

    await balcony.client.use(pep).publish(tunes, { id: 'current', payload: { rating: 4 } });
    await expect.poll(() => balcony.got).toEqual([`${juliet.jid} own published 4`]);
    await expect.poll(() => chamber.got).toEqual([`${juliet.jid} own published 4`]);
    await expect.poll(() => orchard.got).toEqual([`${juliet.jid} published 4`]);

    // A device can't speak for an account.
    const forged = pubsubEvent.encode({
      items: { node: tunes.node, items: [{ id: 'current', payloads: [tune.encode({ rating: 1 })] }] },
    });
    const message = new Element('message', { to: String(orchard.client.jid), type: 'headline' });
    message.cnode(forged);
    const arrived = new Promise<void>((resolve) => {
      orchard.client.on('message', pubsubEvent, (_event, stanza) => {
        if (stanza.attrs['from'] === String(balcony.client.jid)) resolve();
      });
    });
    await balcony.client.send(message);
    await arrived;
    await retractItems(balcony.client, tunes, ['current']);
    // ejabberd 23.01 tells of nothing that goes, 24.12 of items, Prosody of nodes too.
    const tellsRetractions = !server.version.startsWith('23');
    const said = [`${juliet.jid} published 4`, ...(tellsRetractions ? [`${juliet.jid} retracted`] : [])];
    await expect.poll(() => orchard.got).toEqual(said);

    // §4.3.4: what was published last is told to who comes later.
    await balcony.client.use(pep).publish(tunes, { id: 'current', payload: { rating: 5 } });
    const late = await open(romeo);
    await expect.poll(() => late.got).toEqual([`${juliet.jid} published 5`]);
    await deleteNode(balcony.client, tunes);
    if (!server.quirks.includes('deleted-nodes-untold'))
      await expect.poll(() => late.got.at(-1)).toBe(`${juliet.jid} deleted`);
  });

  test('XEP-0223 what is private stays so, also at a node that was made otherwise', async () => {
    const [juliet, romeo] = await Promise.all([account(server, 'juliet'), account(server, 'romeo')]);
    const [balcony, orchard] = await Promise.all([open(juliet), open(romeo)]);
    const api = balcony.client.use(pep);
    await api.publish(secrets, { id: 'a', payload: { rating: 1 } }, { publishOptions: { accessModel: 'open' } });
    expect(await getItems(orchard.client, secrets, { to: juliet.jid })).toHaveLength(1);
    for (const id of ['b', 'c']) await api.publish(secrets, { id, payload: { rating: 2 } });
    await expect(getItems(orchard.client, secrets, { to: juliet.jid })).rejects.toSatisfy((error) =>
      isStanzaError(error),
    );
    const ids = (await getItems(balcony.client, secrets)).map(({ id }) => id).toSorted();
    // A node that was made for one item kept one.
    expect(ids.at(-1)).toBe('c');
    expect(ids).toContain('b');
    await expect(configureNode(orchard.client, secrets, { accessModel: 'open' }, { to: juliet.jid })).rejects.toSatisfy(
      (error) => isStanzaError(error),
    );
  });
});
