import { isStanzaError, StanzaError } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import { attr, CodecError, element, integer, text, toJson } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { formValues, oneValue, resultForm } from '@xeps/xep-0004';
import { PagingError } from '@xeps/xep-0059';
import { describe, expect, it } from 'vitest';
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
  nodeConfigForm,
  nodeEvents,
  NS_PUBSUB,
  NS_PUBSUB_ERRORS,
  NS_PUBSUB_EVENT,
  NS_PUBSUB_OWNER,
  publishItem,
  publishOptionsForm,
  pubsubCondition,
  pubsubConditionOf,
  pubsubEvent,
  pubsubGetQuery,
  pubsubNode,
  pubsubOwner,
  pubsubOwnerGetQuery,
  pubsubOwnerSetQuery,
  pubsubRequest,
  pubsubSetQuery,
  pubsubUnsupported,
  purgeNode,
  retractItems,
  subscribe,
  unsubscribe,
} from './index.ts';
import type { PubsubAnswerInput, PubsubRequest } from './index.ts';

const musing = element('urn:example:musing', 'musing', { age: attr(integer()), words: text() });
const musings = pubsubNode('princely_musings', musing, { accessModel: 'open', maxItems: 'max' });
const hark = musing.encode({ age: 30, words: 'Hark' });
const to = 'pubsub.shakespeare.lit';

describe('golden', () => {
  const ns = `xmlns="${NS_PUBSUB}"`;
  it.each([
    ['§6.1.1', `<pubsub ${ns}><subscribe node="n" jid="romeo@montague.lit"/></pubsub>`],
    ['§6.2.1', `<pubsub ${ns}><unsubscribe node="n" jid="romeo@montague.lit" subid="s"/></pubsub>`],
    ['§6.5.7', `<pubsub ${ns}><items node="n" max_items="2"/></pubsub>`],
    ['§6.5.8', `<pubsub ${ns}><items node="n"><item id="a"/><item id="b"/></items></pubsub>`],
    [
      '§6.5.4',
      `<pubsub ${ns}><items node="n"/><set xmlns="http://jabber.org/protocol/rsm"><max>2</max></set></pubsub>`,
    ],
    ['§7.1.1', `<pubsub ${ns}><publish node="n"><item id="a"><x xmlns="urn:x"/></item></publish></pubsub>`],
    ['§7.2.1', `<pubsub ${ns}><retract node="n" notify="true"><item id="a"/></retract></pubsub>`],
    ['§8.1', `<pubsub ${ns}><create/></pubsub>`],
  ])('%s a request', (_section, text) => {
    const { input, output } = roundTrip(pubsubRequest, text);
    expect(output).toBe(input);
  });

  it.each([
    [
      '§8.4.1',
      `<pubsub xmlns="${NS_PUBSUB_OWNER}"><delete node="n"><redirect uri="xmpp:hamlet@denmark.lit?;node=blog"/></delete></pubsub>`,
    ],
    ['§8.5.1', `<pubsub xmlns="${NS_PUBSUB_OWNER}"><purge node="n"/></pubsub>`],
    [
      '§8.9.2',
      `<pubsub xmlns="${NS_PUBSUB_OWNER}"><affiliations node="n"><affiliation jid="bard@shakespeare.lit" affiliation="publisher"/></affiliations></pubsub>`,
    ],
  ])('%s of an owner', (_section, text) => {
    const { input, output } = roundTrip(pubsubOwner, text);
    expect(output).toBe(input);
  });

  it('§7.1.2 an event', () => {
    const trip = roundTrip(
      pubsubEvent,
      `<event xmlns="${NS_PUBSUB_EVENT}"><items node="n"><item id="a" publisher="hamlet@denmark.lit"/><retract id="b"/></items></event>`,
    );
    expect(trip.output).toBe(trip.input);
    expect(toJson(pubsubEvent, trip.value)).toEqual({
      items: {
        node: 'n',
        items: [{ id: 'a', publisher: 'hamlet@denmark.lit', payloads: [] }],
        retracted: [{ id: 'b' }],
      },
    });
  });

  it('§16.4.4 a configuration', () => {
    const form = nodeConfigForm({ accessModel: 'whitelist', maxItems: 'max', persistItems: true, title: null });
    expect(form.fields.map(({ name, values }) => [name, ...values])).toEqual([
      ['FORM_TYPE', 'http://jabber.org/protocol/pubsub#node_config'],
      ['pubsub#access_model', 'whitelist'],
      ['pubsub#max_items', 'max'],
      ['pubsub#persist_items', 'true'],
      ['pubsub#title'],
    ]);
    expect(formValues(form, nodeConfigFields)).toEqual({
      accessModel: 'whitelist',
      maxItems: 'max',
      persistItems: true,
    });
    expect(publishOptionsForm({})).toBeUndefined();
    expect(publishOptionsForm({ itemExpire: 60 })?.fields[0]?.values).toEqual([
      'http://jabber.org/protocol/pubsub#publish-options',
    ]);
    expect(() => nodeConfigForm({ accessModel: 'nobody' as 'open' })).toThrow(CodecError);
    const odd = resultForm(
      'x',
      { a: oneValue({ decode: String, encode: String }, 'pubsub#access_model') },
      { a: 'new' },
    );
    expect(formValues(odd, nodeConfigFields)).toEqual({});
  });
});

describe('§17.2 conditions of errors', () => {
  const error = (...application: string[]): StanzaError =>
    new StanzaError('conflict', {
      application: application.map((name) => xml(`<${name} xmlns='${NS_PUBSUB_ERRORS}'/>`)),
    });

  it('are read where there are any', () => {
    expect(pubsubConditionOf(error('precondition-not-met'))).toBe('precondition-not-met');
    expect(pubsubConditionOf(error('new-one', 'node-full'))).toBe('node-full');
    expect(pubsubConditionOf(error())).toBeUndefined();
    expect(pubsubConditionOf(new Error('x'))).toBeUndefined();
    expect(pubsubCondition.stringify('closed-node')).toBe(`<closed-node xmlns="${NS_PUBSUB_ERRORS}"/>`);
  });

  it('arrive with the answer, and name the feature that is missing', async () => {
    const { client, server } = link();
    server.handle(pubsubGetQuery, () => {
      throw new StanzaError('feature-not-implemented', {
        application: [pubsubUnsupported.encode({ feature: 'retrieve-items' })],
      });
    });
    const refused: unknown = await getItems(client, musings).catch((fault: unknown) => fault);
    expect(pubsubConditionOf(refused)).toBe('unsupported');
    expect(isStanzaError(refused) && pubsubUnsupported.find(refused.element)?.feature).toBe('retrieve-items');
  });
});

function serve(answer: (asked: PubsubRequest) => PubsubAnswerInput | undefined) {
  const joined = link();
  const asked: PubsubRequest[] = [];
  const handler = (request: PubsubRequest): PubsubAnswerInput | undefined => {
    asked.push(request);
    return answer(request);
  };
  joined.server.handle(pubsubGetQuery, handler);
  joined.server.handle(pubsubSetQuery, handler);
  return { ...joined, asked };
}

describe('§6.5 items', () => {
  it('are typed, and a broken one does not spoil the others', async () => {
    const { client } = serve(() => ({
      items: {
        node: 'princely_musings',
        items: [
          { id: 'a', payloads: [hark], publisher: parseJid('hamlet@denmark.lit') },
          { id: 'b', payloads: [xml(`<musing xmlns='urn:example:musing' age='old'/>`)] },
          { id: 'c', payloads: [xml(`<other xmlns='urn:x'/>`)] },
          { id: 'd' },
        ],
      },
    }));
    const items = await getItems(client, musings, { to });
    expect(items.map(({ id, payload, fault }) => [id, payload, fault?.path])).toEqual([
      ['a', { age: 30, words: 'Hark' }, undefined],
      ['b', undefined, 'musing/@age'],
      ['c', undefined, 'other'],
      ['d', undefined, undefined],
    ]);
    expect(String(items[0]?.publisher)).toBe('hamlet@denmark.lit');
  });

  it('of an odd publisher are items all the same', () => {
    const event = pubsubEvent.decode(
      xml(`<event xmlns='${NS_PUBSUB_EVENT}'><items node='n'><item id='a' publisher='@'/></items></event>`),
    );
    expect(event.items?.items).toEqual([{ id: 'a', payloads: [] }]);
  });

  it('§6.5.7, §6.5.8 by number and by id', async () => {
    const { client, asked, wire } = serve(() => undefined);
    expect(await getItems(client, musings, { to, maxItems: 2 })).toEqual([]);
    expect(await getItems(client, musings, { to, ids: ['a', 'b'] })).toEqual([]);
    expect(asked.map(({ items }) => [items?.maxItems, items?.items.map(({ id }) => id)])).toEqual([
      [2, []],
      [undefined, ['a', 'b']],
    ]);
    expect(wire[0]).toContain(`to="${to}"`);
  });

  const all = ['a', 'b', 'c', 'd', 'e'];
  const page = (after: string | undefined, count?: number): PubsubAnswerInput => {
    const ids = all.slice(after === undefined ? 0 : all.indexOf(after) + 1).slice(0, 2);
    const edges = ids.length > 0 ? { first: { id: ids[0]! }, last: ids.at(-1)! } : {};
    return { items: { node: 'n', items: ids.map((id) => ({ id })) }, set: { ...edges, ...(count && { count }) } };
  };

  it.each([
    [5, 3],
    [undefined, 4],
  ])('§6.5.4 what is left out of an answer is asked for (count %s)', async (count, requests) => {
    const { client, asked } = serve(({ set }) => page(set?.after, count));
    expect((await getItems(client, musings)).map(({ id }) => id)).toEqual(all);
    expect(asked).toHaveLength(requests);
    expect(asked[0]?.set).toBeUndefined();
  });

  it('up to a limit, and not in a circle', async () => {
    const { client, asked } = serve(({ set }) => page(set?.after));
    expect((await getItems(client, musings, { limit: 3 })).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(asked).toHaveLength(2);
    const circle = serve(() => page(undefined));
    await expect(getItems(circle.client, musings)).rejects.toBeInstanceOf(PagingError);
  });

  it('one page', async () => {
    const { client } = serve(({ set }) => page(set?.after, 5));
    expect(await getItemsPage(client, musings, { set: { max: 2, after: 'b' } })).toEqual({
      items: [{ id: 'c' }, { id: 'd' }],
      set: { first: { id: 'c' }, last: 'd', count: 5 },
    });
  });
});

describe('§7 publishing', () => {
  it('writes item and options, and gives the id', async () => {
    const { client, wire } = serve(({ publish }) => ({
      publish: { node: publish!.node, items: publish!.items[0]?.id === undefined ? [{ id: 'made-up' }] : [] },
    }));
    expect(await publishItem(client, musings, { payload: { age: 30, words: 'Hark' } }, { to })).toBe('made-up');
    expect(wire[0]).toContain(
      '<publish node="princely_musings"><item><musing xmlns="urn:example:musing" age="30">Hark</musing></item></publish>' +
        '<publish-options><x xmlns="jabber:x:data" type="submit">',
    );
    expect(await publishItem(client, musings, { id: 'a' }, { publishOptions: {} })).toBe('a');
    expect(wire[2]).toContain('<item id="a"/></publish></pubsub>');
  });

  it('§7.2 retracts one after the other, and stops at a fault', async () => {
    const { client, asked } = serve(({ retract }) => {
      if (retract?.items[0]?.id === 'b') throw new StanzaError('item-not-found');
      return undefined;
    });
    await expect(retractItems(client, musings, ['a', 'b', 'c'])).rejects.toSatisfy((fault) =>
      isStanzaError(fault, 'item-not-found'),
    );
    await retractItems(client, 'n', ['d'], { notify: false });
    expect(asked.map(({ retract }) => [retract?.node, retract?.notify, retract?.items.map(({ id }) => id)])).toEqual([
      ['princely_musings', true, ['a']],
      ['princely_musings', true, ['b']],
      ['n', false, ['d']],
    ]);
  });
});

describe('§6.1, §6.2, §5.6, §5.7', () => {
  it('subscribes in the account’s name, and unsubscribes', async () => {
    const { client, asked } = serve(
      ({ subscribe: wish }) => wish && { subscription: { ...wish, state: 'pending', subid: 's1' } },
    );
    expect(await subscribe(client, musings, { to })).toMatchObject({ state: 'pending', subid: 's1' });
    await unsubscribe(client, musings, { to, subid: 's1', jid: client.jid });
    expect(String(asked[0]?.subscribe?.jid)).toBe('romeo@montague.lit');
    expect(String(asked[1]?.unsubscribe?.jid)).toBe('romeo@montague.lit/orchard');
    await expect(subscribe(serve(() => undefined).client, 'n')).rejects.toBeInstanceOf(CodecError);
  });

  it('lists what there is, and nothing', async () => {
    const { client } = serve(({ subscriptions }) =>
      subscriptions
        ? {
            subscriptions: { subscriptions: [{ node: 'n', jid: parseJid('romeo@montague.lit'), state: 'subscribed' }] },
          }
        : { affiliations: { affiliations: [{ node: 'n', affiliation: 'owner' }] } },
    );
    expect(await getSubscriptions(client, { to })).toMatchObject([{ node: 'n', state: 'subscribed' }]);
    expect(await getAffiliations(client, { to, node: 'n' })).toEqual([{ node: 'n', affiliation: 'owner' }]);
    const nothing = serve(() => undefined);
    expect(await getSubscriptions(nothing.client)).toEqual([]);
    expect(await getAffiliations(nothing.client)).toEqual([]);
  });

  it('an answer of somebody else is none', async () => {
    const { client, server, inject, wire } = link();
    server.handle(pubsubGetQuery, () => new Promise<never>(() => undefined));
    const asked = getItems(client, musings, { to, timeout: 20 });
    const id = /id="([^"]+)"/.exec(wire[0]!)![1]!;
    inject(
      `<iq type='result' id='${id}' from='mallory@evil.example'><pubsub xmlns='${NS_PUBSUB}'><items node='n'/></pubsub></iq>`,
    );
    await expect(asked).rejects.toThrow('no answer');
  });
});

describe('§8 owners', () => {
  it('make and configure nodes', async () => {
    const { client, server, wire, asked } = serve(({ create }) =>
      create?.node === undefined ? { create: { node: 'instant' } } : undefined,
    );
    const configured: unknown[] = [];
    server.handle(pubsubOwnerSetQuery, ({ configure, delete: deleted, purge }) => {
      configured.push(configure?.form && formValues(configure.form, nodeConfigFields), deleted, purge);
    });
    server.handle(pubsubOwnerGetQuery, ({ configure }) => ({
      configure: { node: configure?.node, form: nodeConfigForm({ maxItems: 1 }) },
    }));
    expect(await createNode(client)).toBe('instant');
    expect(await createNode(client, musings)).toBe('princely_musings');
    expect(formValues(asked[1]!.configure!.form!, nodeConfigFields)).toEqual({ accessModel: 'open', maxItems: 'max' });
    expect(await createNode(client, 'n', { config: { title: 'N' } })).toBe('n');
    expect(wire.findLast((line) => line.startsWith('C:'))).toContain('<configure><x');
    expect(formValues(await getNodeConfiguration(client, 'n'), nodeConfigFields)).toEqual({ maxItems: 1 });
    await configureNode(client, musings, { accessModel: 'whitelist' });
    await deleteNode(client, 'n', { redirect: 'xmpp:hamlet@denmark.lit?;node=blog' });
    await purgeNode(client, 'n');
    expect(configured).toEqual([
      { accessModel: 'whitelist' },
      undefined,
      undefined,
      undefined,
      { node: 'n', redirect: { uri: 'xmpp:hamlet@denmark.lit?;node=blog' } },
      undefined,
      undefined,
      undefined,
      { node: 'n' },
    ]);
  });

  it('a service that says nothing', async () => {
    const { client, server } = serve(() => undefined);
    server.handle(pubsubOwnerGetQuery, () => ({}));
    await expect(createNode(client)).rejects.toBeInstanceOf(CodecError);
    await expect(getNodeConfiguration(client, 'n')).rejects.toBeInstanceOf(CodecError);
  });
});

describe('events', () => {
  const read = (inner: string) =>
    nodeEvents(musings, pubsubEvent.decode(xml(`<event xmlns='${NS_PUBSUB_EVENT}'>${inner}</event>`)));

  it.each([
    [
      '§7.1.2',
      `<items node='princely_musings'><item id='a'><musing xmlns='urn:example:musing' age='1'>x</musing></item><item id='b'/></items>`,
      [
        { type: 'published', item: { id: 'a', payload: { age: 1, words: 'x' } } },
        { type: 'published', item: { id: 'b' } },
      ],
    ],
    ['§7.2.2', `<items node='princely_musings'><retract id='a'/></items>`, [{ type: 'retracted', id: 'a' }]],
    ['§8.5.2', `<purge node='princely_musings'/>`, [{ type: 'purged' }]],
    ['§8.4.2', `<delete node='princely_musings'/>`, [{ type: 'deleted' }]],
    [
      '§8.4.2 redirected',
      `<delete node='princely_musings'><redirect uri='xmpp:x'/></delete>`,
      [{ type: 'deleted', redirect: 'xmpp:x' }],
    ],
    ['§8.2.5', `<configuration node='princely_musings'/>`, [{ type: 'configured' }]],
    ['another node', `<items node='other'><item id='a'/></items>`, []],
    ['nothing', '', []],
  ])('%s', (_section, inner, events) => {
    expect(read(inner)).toEqual(events);
  });

  it('a broken payload is a fault of its item alone', () => {
    const [first, second] = read(
      `<items node='princely_musings'><item id='a'><musing xmlns='urn:example:musing'/></item><item id='b'><musing xmlns='urn:example:musing' age='1'/></item></items>`,
    );
    expect(first).toMatchObject({ item: { id: 'a', fault: { path: 'musing/@age' } } });
    expect(second).toEqual({ type: 'published', item: { id: 'b', payload: { age: 1, words: '' } } });
  });
});
