import { isStanzaError } from '@xeps/core';
import { element, text } from '@xeps/core/schema';
import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import type { Jid } from '@xeps/core/jid';
import { formValues } from '@xeps/xep-0004';
import { expect, test } from 'vitest';
import {
  configureNode,
  createNode,
  deleteNode,
  getAffiliations,
  getItems,
  getItemsPage,
  getNodeConfiguration,
  getSubscriptions,
  nodeConfigFields,
  nodeEvents,
  publishItem,
  pubsubConditionOf,
  pubsubEvent,
  pubsubNode,
  purgeNode,
  retractItems,
  subscribe,
  unsubscribe,
} from '../src/index.ts';

const musing = element('urn:example:musing', 'musing', { words: text() });
let count = 0;

describeLive('XEP-0060', (server, transport) => {
  const freshNode = (): ReturnType<typeof pubsubNode<{ words: string }, { readonly words: string }>> =>
    pubsubNode(`musings-${transport}-${server.domain}-${count++}`, musing, { accessModel: 'open', maxItems: 10 });
  /** Two accounts: one has a node, the other subscribes to it. */
  const open = async (): Promise<{ hamlet: Client; francisco: Client; to: Jid | string }> => {
    const [hamlet, francisco] = await Promise.all([
      signIn(server, transport, { prefix: 'hamlet' }),
      signIn(server, transport, { prefix: 'francisco' }),
    ]);
    // On Prosody 0.12 only administrators make nodes at the service; everybody does at the own account.
    const to = server.version.startsWith('0.12') ? hamlet.jid.bare() : server.services.pubsub!;
    return { hamlet, francisco, to };
  };

  test('§6, §7 what one publishes the other reads, and is told of', async () => {
    const musings = freshNode();
    const { hamlet, francisco, to } = await open();
    const happened: string[] = [];
    francisco.on('message', pubsubEvent, (event, stanza) => {
      expect(stanza.attrs['from']).toBe(String(to));
      for (const one of nodeEvents(musings, event))
        happened.push(one.type === 'published' ? `${one.item.id}: ${one.item.payload?.words}` : one.type);
    });
    expect(await createNode(hamlet, musings, { to })).toBe(musings.node);
    await expect(createNode(hamlet, musings, { to })).rejects.toSatisfy((error) => isStanzaError(error, 'conflict'));
    expect((await subscribe(francisco, musings, { to, jid: francisco.jid })).state).toBe('subscribed');
    expect((await getSubscriptions(francisco, { to })).map(({ node, state }) => [node, state])).toEqual([
      [musings.node, 'subscribed'],
    ]);
    const affiliations = getAffiliations(hamlet, { to });
    // Prosody 13.0.1 does not have that.
    if (server.quirks.includes('no-affiliations-query'))
      await expect(affiliations).rejects.toSatisfy((error) => isStanzaError(error));
    else expect(await affiliations).toMatchObject([{ node: musings.node, affiliation: 'owner' }]);
    for (const id of ['a', 'b', 'c']) {
      const words = `To be ${id}`;
      expect(await publishItem(hamlet, musings, { id, payload: { words } }, { to, publishOptions: {} })).toBe(id);
    }
    await expect.poll(() => happened).toEqual(['a: To be a', 'b: To be b', 'c: To be c']);
    const items = await getItems(francisco, musings, { to });
    expect(items.map(({ id, payload }) => [id, payload?.words]).sort()).toEqual([
      ['a', 'To be a'],
      ['b', 'To be b'],
      ['c', 'To be c'],
    ]);
    expect((await getItems(francisco, musings, { to, ids: ['b'] })).map(({ id }) => id)).toEqual(['b']);
    expect((await getItems(francisco, musings, { to, maxItems: 1 })).map(({ id }) => id)).toEqual(['c']);
    await retractItems(hamlet, musings, ['a'], { to });
    await expect.poll(() => happened.at(-1)).toBe('retracted');
    await expect(
      publishItem(francisco, musings, { payload: { words: 'x' } }, { to, publishOptions: {} }),
    ).rejects.toSatisfy((error) => isStanzaError(error, 'forbidden'));
    await unsubscribe(francisco, musings, { to, jid: francisco.jid });
    expect(await getSubscriptions(francisco, { to })).toEqual([]);
  });

  test('§8 an owner configures, purges and deletes', async () => {
    const musings = freshNode();
    const { hamlet, francisco, to } = await open();
    await createNode(hamlet, musings, { to });
    await publishItem(hamlet, musings, { id: 'a', payload: { words: 'x' } }, { to, publishOptions: {} });
    expect(formValues(await getNodeConfiguration(hamlet, musings, { to }), nodeConfigFields)).toMatchObject({
      accessModel: 'open',
      maxItems: 10,
    });
    await configureNode(hamlet, musings, { accessModel: 'whitelist' }, { to });
    expect(formValues(await getNodeConfiguration(hamlet, musings, { to }), nodeConfigFields)).toMatchObject({
      accessModel: 'whitelist',
      maxItems: 10,
    });
    await expect(getItems(francisco, musings, { to })).rejects.toSatisfy((error) =>
      isStanzaError(error, 'not-allowed', 'forbidden'),
    );
    await expect(configureNode(francisco, musings, { accessModel: 'open' }, { to })).rejects.toSatisfy((error) =>
      isStanzaError(error, 'forbidden'),
    );
    await purgeNode(hamlet, musings, { to });
    expect(await getItems(hamlet, musings, { to })).toEqual([]);
    await deleteNode(hamlet, musings, { to });
    await expect(getItems(hamlet, musings, { to })).rejects.toSatisfy((error) =>
      isStanzaError(error, 'item-not-found'),
    );
  });

  test('§7.1.5 options are conditions', async () => {
    const musings = freshNode();
    const { hamlet } = await open();
    // ejabberd 23.01 takes no other options than this one and `persistItems`.
    const publishOptions = { accessModel: 'open' } as const;
    await publishItem(hamlet, musings, { id: 'a', payload: { words: 'x' } }, { publishOptions });
    const refused: unknown = await publishItem(
      hamlet,
      musings,
      { id: 'b', payload: { words: 'y' } },
      { publishOptions: { accessModel: 'whitelist' } },
    ).catch((error: unknown) => error);
    expect(pubsubConditionOf(refused)).toBe('precondition-not-met');
  });

  test('§6.5.4 page by page, where the service has pages', async () => {
    const musings = freshNode();
    const { hamlet } = await open();
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await createNode(hamlet, musings);
    for (const id of ids) await publishItem(hamlet, musings, { id, payload: { words: id } }, { publishOptions: {} });
    const idsOf = (page: { readonly items: readonly { readonly id?: string }[] }) => page.items.map(({ id }) => id);
    const first = await getItemsPage(hamlet, musings, { set: { max: 2 } });
    // Prosody 13.0.1 passes a page over and gives everything.
    if (server.quirks.includes('no-pages-of-items')) return expect(idsOf(first).toSorted()).toEqual(ids);
    expect([first.items.length, first.set?.count]).toEqual([2, 5]);
    const second = await getItemsPage(hamlet, musings, { set: { max: 3, after: first.set?.last } });
    expect([...idsOf(first), ...idsOf(second)].toSorted()).toEqual(ids);
  });
});
