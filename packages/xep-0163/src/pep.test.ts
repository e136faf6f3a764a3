import { StanzaError } from '@xeps/core';
import { attr, element, integer } from '@xeps/core/schema';
import { link, xml } from '@xeps/core/testing';
import { formValues } from '@xeps/xep-0004';
import { discoInfoQuery, getDiscoInfo } from '@xeps/xep-0030';
import {
  nodeConfigFields,
  NS_PUBLISH_OPTIONS,
  NS_PUBSUB_ERRORS,
  NS_PUBSUB_EVENT,
  pubsubNode,
  pubsubOwnerSetQuery,
  pubsubSetQuery,
} from '@xeps/xep-0060';
import type { NodeConfig } from '@xeps/xep-0060';
import { describe, expect, it } from 'vitest';
import { pep, PepError } from './index.ts';

const NS_TUNE = 'http://jabber.org/protocol/tune';
const tune = element(NS_TUNE, 'tune', { rating: attr(integer()) });
const tunes = pubsubNode(NS_TUNE, tune);
const secrets = pubsubNode(NS_TUNE, tune, { accessModel: 'whitelist', persistItems: true });

const published = (rating: string, id = 'a'): string =>
  `<items node='${NS_TUNE}'><item id='${id}'><tune xmlns='${NS_TUNE}' rating='${rating}'/></item></items>`;

function follow() {
  const joined = link();
  const api = joined.client.use(pep);
  const got: string[] = [];
  const watching = api.watch(tunes, (event) => {
    const what =
      event.type === 'published'
        ? (event.item.payload?.rating ?? event.item.fault?.path)
        : event.type === 'retracted'
          ? event.id
          : '';
    got.push(`${String(event.from)}${event.own ? ' (own)' : ''} ${event.type} ${what}`);
  });
  const tell = (from: string | undefined, inner: string, more = '', attrs = `type='headline'`): void =>
    joined.inject(
      `<message ${from === undefined ? '' : `from='${from}'`} ${attrs}><event xmlns='${NS_PUBSUB_EVENT}'>${inner}</event>${more}</message>`,
    );
  return { ...joined, api, got, watching, tell };
}

describe('§4 events', () => {
  it.each([
    ['juliet@capulet.lit', 'juliet@capulet.lit published 5'],
    ['romeo@montague.lit', 'romeo@montague.lit (own) published 5'],
    ['ROMEO@Montague.lit', 'romeo@montague.lit (own) published 5'],
    [undefined, 'romeo@montague.lit (own) published 5'],
  ])('of %s are believed', (from, line) => {
    const { got, tell } = follow();
    tell(from, published('5'));
    expect(got).toEqual([line]);
  });

  it.each([
    'romeo@montague.lit/orchard',
    'juliet@capulet.lit/balcony',
    'mallory@evil.example/romeo@montague.lit',
    'montague.lit',
    'pubsub.capulet.lit',
    '@',
  ])('§4.3.1 of %s, which is no account’s service, are not', (from) => {
    const { got, faults, tell } = follow();
    tell(from, published('5'));
    expect([got, faults]).toEqual([[], []]);
  });

  it('tell of everything that can happen', () => {
    const { got, tell } = follow();
    for (const inner of [
      `<items node='${NS_TUNE}'><retract id='a'/></items>`,
      `<purge node='${NS_TUNE}'/>`,
      `<delete node='${NS_TUNE}'/>`,
      `<configuration node='${NS_TUNE}'/>`,
      `<items node='other'><item id='a'/></items>`,
      `<subscription jid='romeo@montague.lit' subscription='none'/>`,
      '',
    ])
      tell('juliet@capulet.lit', inner);
    expect(got.map((line) => line.replace('juliet@capulet.lit ', ''))).toEqual([
      'retracted a',
      'purged ',
      'deleted ',
      'configured ',
    ]);
  });

  it('that are broken are faults of their items, or of the session', () => {
    const { got, faults, tell } = follow();
    tell('juliet@capulet.lit', published('loud'));
    expect(got).toEqual(['juliet@capulet.lit published tune/@rating']);
    expect(faults).toEqual([]);
    tell('juliet@capulet.lit', '<items/>');
    expect(faults).toHaveLength(1);
    tell('juliet@capulet.lit', published('5'), '', `type='error'`);
    expect(got).toHaveLength(1);
  });

  it('§4.3.4 of before say when', () => {
    const { api, tell } = follow();
    const times: unknown[] = [];
    api.watch(tunes, ({ time }) => void times.push(time));
    tell('juliet@capulet.lit', published('5'), `<delay xmlns='urn:xmpp:delay' stamp='2003-12-13T23:58:37Z'/>`);
    tell('juliet@capulet.lit', published('5'), `<delay xmlns='urn:xmpp:delay' stamp='yesterday'/>`);
    expect(times).toEqual([new Date('2003-12-13T23:58:37Z'), undefined]);
  });

  it('reach everybody, whoever throws', () => {
    const { api, faults, got, tell } = follow();
    api.watch(tunes, () => {
      throw new Error('mine');
    });
    const later: string[] = [];
    api.watch(tunes, ({ type }) => void later.push(type));
    tell('juliet@capulet.lit', `<items node='${NS_TUNE}'><retract id='a'/><retract id='b'/></items>`);
    expect([got.length, later, faults.length]).toEqual([2, ['retracted', 'retracted'], 2]);
  });

  it('§4.2 are asked for while somebody listens', async () => {
    const { api, client, got, server, tell, watching } = follow();
    const features = async (): Promise<readonly string[]> =>
      (await getDiscoInfo(server, { to: client.jid })).features.filter((feature) => feature.endsWith('+notify'));
    const leave = new AbortController();
    api.watch(tunes, () => undefined, { signal: leave.signal });
    expect(await features()).toEqual([`${NS_TUNE}+notify`]);
    watching[Symbol.dispose]();
    tell('juliet@capulet.lit', published('5'));
    expect(await features()).toEqual([`${NS_TUNE}+notify`]);
    leave.abort();
    expect([await features(), got]).toEqual([[], []]);
  });
});

describe('§3 publishing', () => {
  function account({ features = [NS_PUBLISH_OPTIONS], first }: { features?: string[]; first?: StanzaError } = {}) {
    const joined = link();
    const asked = { info: 0 };
    const configured: NodeConfig[] = [];
    let fault = first;
    joined.server.handle(discoInfoQuery, () => {
      asked.info++;
      return { identities: [{ category: 'pubsub', type: 'pep' }], features };
    });
    joined.server.handle(pubsubSetQuery, () => {
      const thrown = fault;
      fault = undefined;
      if (thrown) throw thrown;
      return undefined;
    });
    joined.server.handle(pubsubOwnerSetQuery, ({ configure }) => {
      configured.push(formValues(configure!.form!, nodeConfigFields));
    });
    const sent = (): number => joined.wire.filter((line) => line.startsWith('C:') && line.includes('<publish ')).length;
    return { ...joined, api: joined.client.use(pep), asked, configured, sent };
  }

  it('§6.1 is asked about once a session', async () => {
    const { api, asked, restart, wire } = account();
    expect(await api.support()).toEqual({ available: true, publishOptions: true, features: [NS_PUBLISH_OPTIONS] });
    await api.publish(secrets, { payload: { rating: 1 } });
    expect(asked.info).toBe(1);
    expect(wire[0]).toContain('to="romeo@montague.lit"');
    restart();
    await api.support();
    expect(asked.info).toBe(2);
  });

  it('without options needs nothing', async () => {
    const { api, asked } = account({ features: [] });
    expect(await api.publish(tunes, { id: 'current', payload: { rating: 1 } })).toBe('current');
    expect(asked.info).toBe(0);
  });

  it('of what is private is refused where options are passed over (XEP-0223 §6)', async () => {
    const { api, sent } = account({ features: [] });
    await expect(api.publish(secrets, { payload: { rating: 1 } })).rejects.toBeInstanceOf(PepError);
    expect(sent()).toBe(0);
    const { client } = link();
    expect(await client.use(pep).support()).toEqual({ available: false, publishOptions: false, features: [] });
  });

  const conflict = (condition: string): StanzaError =>
    new StanzaError('conflict', { application: [xml(`<${condition} xmlns='${NS_PUBSUB_ERRORS}'/>`)] });

  it('makes the node what it must be', async () => {
    const { api, configured, sent } = account({ first: conflict('precondition-not-met') });
    await api.publish(secrets, { id: 'a', payload: { rating: 1 } });
    expect(configured).toEqual([{ accessModel: 'whitelist', persistItems: true }]);
    expect(sent()).toBe(2);
  });

  it('gives up on any other fault', async () => {
    const { api, configured } = account({ first: conflict('node-full') });
    await expect(api.publish(secrets, { payload: { rating: 1 } })).rejects.toBeInstanceOf(StanzaError);
    expect(configured).toEqual([]);
  });

  /** A server that takes no options but who may read, and whether items are kept. */
  function oldServer(exists: boolean) {
    const joined = link();
    const made: string[] = [];
    const options: NodeConfig[] = [];
    joined.server.handle(discoInfoQuery, () => ({ features: [NS_PUBLISH_OPTIONS] }));
    joined.server.handle(pubsubSetQuery, ({ create, publishOptions }) => {
      if (create !== undefined) {
        made.push('create');
        if (exists) throw new StanzaError('conflict');
        return undefined;
      }
      const given = formValues(publishOptions!.form!, nodeConfigFields);
      if (given.maxItems !== undefined) throw new StanzaError('resource-constraint');
      options.push(given);
      return undefined;
    });
    joined.server.handle(pubsubOwnerSetQuery, ({ configure }) => {
      made.push(`configure ${formValues(configure!.form!, nodeConfigFields).maxItems}`);
    });
    return { ...joined, api: joined.client.use(pep), made, options };
  }
  const many = pubsubNode(NS_TUNE, tune, { accessModel: 'whitelist', persistItems: true, maxItems: 'max' });

  it.each([
    [false, ['create']],
    [true, ['create', 'configure max']],
  ])('XEP-0060 §7.1.5 makes the node where not all options are taken (there already: %s)', async (exists, calls) => {
    const { api, made, options, wire } = oldServer(exists);
    await api.publish(many, { id: 'a', payload: { rating: 1 } });
    await api.publish(many, { id: 'b', payload: { rating: 1 } });
    expect(made).toEqual(calls);
    // Never without the condition that keeps it private.
    expect(options).toEqual([
      { accessModel: 'whitelist', persistItems: true },
      { accessModel: 'whitelist', persistItems: true },
    ]);
    if (!exists) expect(wire.find((line) => line.includes('<create'))).toContain('pubsub#max_items');
  });

  it('gives up where the node can’t be made', async () => {
    const { client, server } = link();
    server.handle(discoInfoQuery, () => ({ features: [NS_PUBLISH_OPTIONS] }));
    const asked: string[] = [];
    server.handle(pubsubSetQuery, ({ create }) => {
      asked.push(create === undefined ? 'publish' : 'create');
      throw new StanzaError('bad-request');
    });
    await expect(client.use(pep).publish(many, { payload: { rating: 1 } })).rejects.toBeInstanceOf(StanzaError);
    expect(asked).toEqual(['publish', 'create']);
  });

  it('asks again when the answer did not come', async () => {
    const { client, server } = link();
    const api = client.use(pep);
    let times = 0;
    server.handle(discoInfoQuery, () => {
      if (times++ === 0) throw new StanzaError('resource-constraint');
      return { features: [NS_PUBLISH_OPTIONS] };
    });
    await expect(api.support()).rejects.toBeInstanceOf(StanzaError);
    expect(await api.support()).toMatchObject({ available: false, publishOptions: true });
  });
});
