import { Element, StanzaError } from '@xeps/core';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { hint, hintsOf } from '@xeps/xep-0334';
import { describe, expect, it, vi } from 'vitest';
import {
  carbonReceived,
  carbons,
  carbonsDisableQuery,
  carbonSent,
  carbonsEnableQuery,
  carbonsPrivate,
  excludeFromCarbons,
} from './index.ts';
import type { AccountMessage, CarbonsApi, RefusedCarbon } from './index.ts';

const own = 'romeo@montague.lit';
const copy = (kind: 'sent' | 'received', inner: string): string =>
  `<${kind} xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0">${inner}</forwarded></${kind}>`;
const inner = (from: string, to: string | undefined): string =>
  `<message xmlns="jabber:client" from="${from}"${to === undefined ? '' : ` to="${to}"`} type="chat"><body>Hail</body></message>`;
const wrapped = (from: string, payload: string): string =>
  `<message from='${from}' to='${own}/orchard' type='chat'>${payload}</message>`;

function set(before?: (server: ReturnType<typeof link>['server']) => void) {
  const coupled = link();
  before?.(coupled.server);
  const api = coupled.client.use(carbons);
  const seen: (AccountMessage & { event: string })[] = [];
  const refused: RefusedCarbon[] = [];
  for (const event of ['received', 'sent', 'message'] as const)
    api.on(event, (message) => void seen.push({ event, ...message }));
  api.on('refused', (copied) => void refused.push(copied));
  return { ...coupled, api, seen, refused };
}

const enabled = (api: CarbonsApi): Promise<void> => new Promise((resolve) => void api.on('enabled', () => resolve()));

describe('golden', () => {
  it.each([
    ['§7', carbonReceived, copy('received', inner('juliet@capulet.lit/b', `${own}/orchard`))],
    ['§8', carbonSent, copy('sent', inner(`${own}/home`, 'juliet@capulet.lit/b'))],
    ['§9', carbonsPrivate, '<private xmlns="urn:xmpp:carbons:2"/>'],
  ])('%s', (_section, schema, text) => {
    expect(roundTrip(schema as typeof carbonsPrivate, text)).toMatchObject({ input: text, output: text });
  });
});

describe('§4 enabling', () => {
  it('happens when a session begins, and again when a new one does', async () => {
    const enable = vi.fn(() => undefined);
    const { api, restart, settle } = set((server) => void server.handle(carbonsEnableQuery, enable));
    expect(api.state).toBe('enabling');
    await enabled(api);
    expect(api.state).toBe('on');
    restart();
    expect(api.state).toBe('enabling');
    await settle();
    expect(enable).toHaveBeenCalledTimes(2);
    expect(api.state).toBe('on');
  });

  it('a server that has none', async () => {
    const { api, settle, faults } = set();
    const failed: unknown[] = [];
    api.on('failed', ({ error }) => void failed.push(error));
    await settle();
    expect(api.state).toBe('unsupported');
    expect(failed).toEqual([expect.objectContaining({ condition: 'service-unavailable' })]);
    expect(faults).toEqual([]);
  });

  it('§4.1 a server that refuses, and one that does not answer', async () => {
    const { api, settle } = set(
      (server) =>
        void server.handle(carbonsEnableQuery, () => {
          throw new StanzaError('forbidden');
        }),
    );
    await settle();
    expect(api.state).toBe('failed');
    await expect(api.enable()).rejects.toMatchObject({ condition: 'forbidden' });

    const silent = set((server) => void server.handle(carbonsEnableQuery, () => new Promise<void>(() => undefined)));
    await expect(silent.api.enable({ timeout: 10 })).rejects.toThrow('no answer');
    expect(silent.api.state).toBe('failed');
  });

  it('§5 disabled is disabled in new sessions too', async () => {
    const enable = vi.fn(() => undefined);
    const { api, restart, settle } = set((server) => {
      server.handle(carbonsEnableQuery, enable);
      server.handle(carbonsDisableQuery, () => undefined);
    });
    await enabled(api);
    await api.disable();
    expect(api.state).toBe('off');
    restart();
    await settle();
    expect(enable).toHaveBeenCalledTimes(1);
    await api.enable();
    expect(api.state).toBe('on');
  });

  it('an answer that comes late does not undo what was asked since', async () => {
    let answer!: () => void;
    const { api, settle } = set((server) => {
      server.handle(carbonsEnableQuery, () => new Promise<void>((resolve) => void (answer = resolve)));
      server.handle(carbonsDisableQuery, () => undefined);
    });
    await settle();
    await api.disable();
    answer();
    await settle();
    expect(api.state).toBe('off');
  });
});

describe('copies', () => {
  it('§7 of what another device gets', () => {
    const { inject, seen } = set();
    inject(
      wrapped(
        own,
        copy(
          'received',
          `<delay xmlns='urn:xmpp:delay' stamp='2010-07-10T23:08:25Z'/>${inner('juliet@capulet.lit/b', `${own}/home`)}`,
        ),
      ),
    );
    expect(seen).toHaveLength(2);
    expect(seen[0]).toMatchObject({
      event: 'received',
      direction: 'received',
      copied: true,
      delay: { stamp: new Date('2010-07-10T23:08:25Z') },
    });
    expect(seen[0]?.stanza.attrs['from']).toBe('juliet@capulet.lit/b');
    expect(seen[0]?.stanza.getChildText('body')).toBe('Hail');
    expect(seen[1]?.event).toBe('message');
  });

  it('§8 of what another device sends', () => {
    const { inject, seen } = set();
    inject(wrapped(own, copy('sent', inner(`${own}/home`, 'juliet@capulet.lit/b'))));
    expect(seen.map(({ event, direction, copied }) => ({ event, direction, copied }))).toEqual([
      { event: 'sent', direction: 'sent', copied: true },
      { event: 'message', direction: 'sent', copied: true },
    ]);
  });

  it('one stream with what comes directly, in order', () => {
    const { inject, seen } = set();
    inject(inner('juliet@capulet.lit/b', `${own}/orchard`).replace('Hail', 'one'));
    inject(wrapped(own, copy('sent', inner(`${own}/home`, 'juliet@capulet.lit/b').replace('Hail', 'two'))));
    inject(inner('juliet@capulet.lit/b', `${own}/orchard`).replace('Hail', 'three'));
    const stream = seen.filter(({ event }) => event === 'message');
    expect(stream.map(({ stanza, copied }) => [stanza.getChildText('body'), copied])).toEqual([
      ['one', false],
      ['two', true],
      ['three', false],
    ]);
  });

  it('of a message without an address, and of one to oneself', () => {
    const { inject, seen } = set();
    inject(wrapped(own, copy('received', inner(`${own}/home`, undefined))));
    inject(wrapped(own, copy('received', inner(`${own}/home`, own))));
    expect(seen.filter(({ event }) => event === 'received')).toHaveLength(2);
  });
});

describe('§11 forged', () => {
  const good = copy('received', inner('juliet@capulet.lit/b', `${own}/orchard`));

  it.each([
    'tybalt@capulet.lit/home', // Example in §7
    'romeo@montague.lit/home', // another device
    'montague.lit', // the server, which speaks for the account under the account's address
    'romeo@montague.lit.evil.example',
    'romeo@capulet.lit',
    '@',
  ])('by %s', (from) => {
    const { inject, seen, refused } = set();
    inject(wrapped(from, good));
    inject(wrapped(from, copy('sent', inner(`${own}/home`, 'juliet@capulet.lit/b'))));
    expect(seen).toEqual([]);
    expect(refused.map(({ reason }) => reason)).toEqual(['sender', 'sender']);
  });

  it('hidden behind other payloads', () => {
    const { inject, seen, refused } = set();
    inject(wrapped('tybalt@capulet.lit/home', `<body>look</body><sent xmlns='urn:example'/>${good}`));
    expect(seen).toEqual([]);
    expect(refused).toHaveLength(1);
  });

  it.each([
    ['a message that somebody else got', copy('received', inner('juliet@capulet.lit/b', 'tybalt@capulet.lit'))],
    ['a message that somebody else sent', copy('sent', inner('tybalt@capulet.lit', own))],
    ['a sent message of nobody', copy('sent', '<message xmlns="jabber:client" to="romeo@montague.lit"/>')],
    ['a presence', copy('received', `<presence xmlns="jabber:client" from="juliet@capulet.lit/b" to="${own}"/>`)],
    ['nothing', copy('received', '')],
    ['no envelope', '<received xmlns="urn:xmpp:carbons:2"/>'],
    [
      'a broken envelope',
      copy('received', `<delay xmlns="urn:xmpp:delay" stamp="?"/>${inner('juliet@capulet.lit/b', own)}`),
    ],
    ['an address that is none', copy('received', inner('juliet@capulet.lit/b', '@'))],
  ])('by the own server: %s', (_what, payload) => {
    const { inject, seen, refused, faults } = set();
    inject(wrapped(own, payload));
    expect(seen).toEqual([]);
    expect(refused).toEqual([expect.objectContaining({ reason: 'content' })]);
    expect(faults).toEqual([]);
  });

  it('a bounce that repeats a copy is a bounce', () => {
    const { inject, seen } = set();
    inject(
      `<message type='error' from='juliet@capulet.lit' to='${own}/orchard'>${good}<error type='cancel'/></message>`,
    );
    expect(seen).toEqual([expect.objectContaining({ event: 'message', direction: 'received', copied: false })]);
  });
});

describe('§9', () => {
  it('keeps a message to a full address from being copied, once', () => {
    const message = xml(`<message to='juliet@capulet.lit/b'/>`);
    excludeFromCarbons(message);
    excludeFromCarbons(message);
    expect(carbonsPrivate.findAll(message)).toHaveLength(1);
    expect(hint.findAll(message)).toEqual(['no-copy']);
  });

  it.each(['juliet@capulet.lit', undefined])('XEP-0334 §4.3 no hint on a message to %s', (to) => {
    const message = new Element('message', to === undefined ? {} : { to });
    excludeFromCarbons(message);
    expect(carbonsPrivate.find(message)).toEqual({});
    expect(hintsOf(message).size).toBe(0);
  });
});
