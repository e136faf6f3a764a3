import { isStanzaError, TimeoutError, XmppError } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import { string } from '@xeps/core/schema';
import { link } from '@xeps/core/testing';
import { resultForm } from '@xeps/xep-0004';
import { describe, expect, it } from 'vitest';
import {
  disco,
  discoInfoQuery,
  getDiscoInfo,
  getDiscoItems,
  hasFeature,
  hasIdentity,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
} from './index.ts';

const linked = () => {
  const both = link();
  const ours = both.client.use(disco);
  const ask = (node?: string) => getDiscoInfo(both.server, { to: both.client.jid, node });
  const askItems = (node?: string) => getDiscoItems(both.server, { to: both.client.jid, node });
  return { ...both, ours, ask, askItems };
};
const refused = (condition: 'item-not-found') => (error: unknown) => isStanzaError(error, condition);

describe('answers', () => {
  it('§3.1 there is always an identity and the feature itself', async () => {
    const { ask } = linked();
    expect(await ask()).toEqual({
      identities: [{ category: 'client', type: 'pc' }],
      features: [NS_DISCO_INFO, NS_DISCO_ITEMS],
      forms: [],
    });
  });

  it('§3.1 what was added and is there still', async () => {
    const { ours, ask } = linked();
    ours.addFeature('urn:a');
    const again = ours.addFeature('urn:a');
    const gone = ours.addFeature('urn:b');
    ours.addIdentity({ category: 'client', type: 'web', name: 'W', lang: 'en' });
    const form = ours.addForm(resultForm('urn:f', { a: string }, { a: '1' }));
    for (const end of [again, again, gone]) end[Symbol.dispose]();
    expect(await ask()).toMatchObject({
      identities: [{ category: 'client', type: 'web', name: 'W', lang: 'en' }],
      features: [NS_DISCO_INFO, NS_DISCO_ITEMS, 'urn:a'],
      forms: [{ type: 'result' }],
    });
    form[Symbol.dispose]();
    expect((await ask()).forms).toEqual([]);
  });

  it('§3.1 identities don’t differ in their names only, forms not in their FORM_TYPE', () => {
    const { ours } = linked();
    ours.addIdentity({ category: 'client', type: 'pc', name: 'A' });
    ours.addIdentity({ category: 'client', type: 'pc', name: 'A' });
    ours.addIdentity({ category: 'client', type: 'pc', name: 'B', lang: 'de' });
    expect(() => ours.addIdentity({ category: 'client', type: 'pc', name: 'B' })).toThrow(XmppError);
    expect(ours.info().identities).toHaveLength(2);
    ours.addForm(resultForm('urn:f', {}, {}));
    expect(() => ours.addForm(resultForm('urn:f', {}, {}))).toThrow(XmppError);
  });

  it('§3.2 nodes, repeated in the answer', async () => {
    const { ours, ask, askItems } = linked();
    const end = ours.addNode('n', {
      info: { identities: [{ category: 'hierarchy', type: 'leaf' }] },
      items: ({ node, from }) => [{ jid: from!, node: node! }],
    });
    expect(await ask('n')).toMatchObject({ node: 'n', identities: [{ category: 'hierarchy', type: 'leaf' }] });
    expect(await askItems('n')).toMatchObject({ node: 'n', items: [{ node: 'n' }] });
    expect(() => ours.addNode('n', {})).toThrow(XmppError);
    end[Symbol.dispose]();
    await expect(ask('n')).rejects.toSatisfy(refused('item-not-found'));
  });

  it('§7 a node that nobody knows', async () => {
    const { ask, askItems } = linked();
    await expect(ask('constructor')).rejects.toSatisfy(refused('item-not-found'));
    await expect(askItems('x')).rejects.toSatisfy(refused('item-not-found'));
  });

  it('§4.1, §7 no items is an empty list', async () => {
    const { ours, askItems } = linked();
    expect((await askItems()).items).toEqual([]);
    const end = ours.addItems([{ jid: parseJid('a.example') }]);
    expect((await askItems()).items.map(({ jid }) => String(jid))).toEqual(['a.example']);
    end[Symbol.dispose]();
    expect((await askItems()).items).toEqual([]);
  });

  it('resolvers answer for a component’s other addresses', async () => {
    const { client, server, inject, wire, settle } = link();
    server
      .use(disco)
      .addResolver(({ to, node }) =>
        to.local === 'room' && node === undefined ? { info: { features: ['urn:room'] } } : undefined,
      );
    expect((await getDiscoInfo(client, { to: 'room@montague.lit' })).features).toEqual(['urn:room']);
    expect((await getDiscoInfo(client, { to: 'montague.lit' })).identities).toEqual([
      { category: 'component', type: 'generic' },
    ]);
    await expect(getDiscoInfo(client, { to: 'nobody@montague.lit' })).rejects.toSatisfy(refused('item-not-found'));
    await expect(getDiscoInfo(client, { to: 'room@montague.lit', node: 'n' })).rejects.toSatisfy(
      refused('item-not-found'),
    );
    inject(`<iq type='set' id='x' from='montague.lit'><query xmlns='${NS_DISCO_INFO}'/></iq>`);
    await settle();
    expect(wire.at(-1)).toContain('service-unavailable');
  });

  it('tells of changes, once each', () => {
    const { ours } = linked();
    let changes = 0;
    const listening = ours.onChange(() => changes++);
    const first = ours.addFeature('urn:a');
    const second = ours.addFeature('urn:a');
    expect(changes).toBe(1);
    first[Symbol.dispose]();
    expect(changes).toBe(1);
    second[Symbol.dispose]();
    expect(changes).toBe(2);
    listening[Symbol.dispose]();
    ours.addFeature('urn:c');
    expect(changes).toBe(2);
  });
});

describe('questions', () => {
  it('§3.1 the feature itself goes without saying', async () => {
    const { client, server } = link();
    server.handle(discoInfoQuery, () => ({ identities: [{ category: 'server', type: 'im' }], features: ['urn:a'] }));
    const info = await getDiscoInfo(client);
    expect([hasFeature(info, NS_DISCO_INFO), hasFeature(info, 'urn:a'), hasFeature(info, 'urn:b')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([hasIdentity(info, 'server'), hasIdentity(info, 'server', 'im'), hasIdentity(info, 'server', 'x')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('an answer from another address is none', async () => {
    const { client, server, inject, wire } = link();
    server.handle(discoInfoQuery, () => new Promise<never>(() => undefined));
    const asked = getDiscoInfo(client, { to: 'montague.lit', timeout: 20 });
    const id = /id="([^"]+)"/.exec(wire.at(-1)!)![1]!;
    inject(
      `<iq type='result' id='${id}' from='mallory@evil.example/x'><query xmlns='${NS_DISCO_INFO}'><feature var='urn:evil'/></query></iq>`,
    );
    await expect(asked).rejects.toBeInstanceOf(TimeoutError);
  });

  it('thousands of features', async () => {
    const { client, server } = link();
    const features = Array.from({ length: 5000 }, (_, i) => `urn:feature:${i}`);
    server.handle(discoInfoQuery, () => ({ features }));
    expect((await getDiscoInfo(client)).features).toEqual(features);
  });
});
