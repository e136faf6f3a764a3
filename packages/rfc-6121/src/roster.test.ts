import { isStanzaError, StanzaError } from '@xeps/core';
import { CodecError, fromJson, toJson } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { parseJid } from '@xeps/core/jid';
import { expect, it } from 'vitest';
import {
  getRoster,
  removeRosterItem,
  roster,
  rosterChangeQuery,
  rosterList,
  rosterQuery,
  setRosterItem,
} from './index.ts';
import type { RosterListInput, RosterStore, StoredRoster } from './index.ts';

const juliet = {
  jid: parseJid('juliet@capulet.lit'),
  name: 'Juliet',
  subscription: 'both' as const,
  groups: ['Lovers'],
};
const nurse = { jid: parseJid('nurse@capulet.lit') };

it('§2.1 text and value are the same thing', () => {
  const text =
    '<query xmlns="jabber:iq:roster" ver="ver7"><item jid="nurse@example.com"/>' +
    '<item jid="romeo@example.net" name="Romeo" subscription="to" ask="subscribe" approved="true"><group>Friends</group><group>X</group></item></query>';
  const trip = roundTrip(rosterList, text);
  expect(trip.output).toBe(trip.input);
  expect(trip.value.items[1]).toMatchObject({
    name: 'Romeo',
    subscription: 'to',
    ask: 'subscribe',
    approved: true,
    groups: ['Friends', 'X'],
  });
});

it('§2.1.2 passes over values that it does not know, and takes addresses of older rules', () => {
  const { items } = rosterList.decode(
    xml('<query xmlns="jabber:iq:roster"><item jid="I♥@example.com" subscription="best" ask="maybe"/></query>'),
  );
  expect(items).toEqual([expect.objectContaining({ subscription: 'none', approved: false, groups: [] })]);
  expect(items[0]!.ask).toBeUndefined();
});

it('§2.2–2.5 asks for the roster, sets and removes', async () => {
  const { client, server } = link();
  const seen: unknown[] = [];
  server.handle(rosterQuery, ({ ver }) => (ver === 'v1' ? undefined : { items: [juliet] }));
  server.handle(rosterChangeQuery, ({ items: [item] }) => {
    if (item!.subscription === 'remove') throw new StanzaError('item-not-found');
    seen.push(item);
  });
  expect((await getRoster(client))?.items).toMatchObject([{ name: 'Juliet' }]);
  expect(await getRoster(client, { ver: 'v1' })).toBeUndefined();
  await setRosterItem(client, { jid: 'nurse@capulet.lit', name: 'Nurse', groups: ['Servants', 'Servants'] });
  expect(seen).toEqual([{ ...nurse, name: 'Nurse', subscription: 'none', approved: false, groups: ['Servants'] }]);
  await expect(setRosterItem(client, { jid: 'nurse@capulet.lit', groups: [''] })).rejects.toBeInstanceOf(CodecError);
  await expect(removeRosterItem(client, 'nurse@capulet.lit')).rejects.toSatisfy((error) =>
    isStanzaError(error, 'item-not-found'),
  );
});

function follow(
  answer: (ver: string | undefined) => RosterListInput | undefined | Promise<RosterListInput | undefined>,
  store?: RosterStore,
) {
  const joined = link();
  const asked: (string | undefined)[] = [];
  joined.server.handle(rosterQuery, ({ ver }) => {
    asked.push(ver);
    return answer(ver);
  });
  const api = joined.client.use(roster);
  if (store !== undefined) api.configure({ store });
  const log: string[] = [];
  api.on('added', ({ item }) => void log.push(`+${String(item.jid)}`));
  api.on(
    'updated',
    ({ item, previous }) => void log.push(`~${String(item.jid)} ${previous.name ?? ''}>${item.name ?? ''}`),
  );
  api.on('removed', ({ item }) => void log.push(`-${String(item.jid)} ${item.name ?? ''}`));
  let n = 0;
  const push = (item: string, { from = ` from='romeo@montague.lit'`, ver = '' } = {}): string => {
    const id = `push${++n}`;
    joined.inject(
      `<iq type='set' id='${id}'${from}><query xmlns='jabber:iq:roster'${ver && ` ver='${ver}'`}>${item}</query></iq>`,
    );
    return id;
  };
  const replyTo = (id: string): string | undefined => joined.wire.find((line) => line.includes(`id="${id}"`));
  return { ...joined, api, log, asked, push, replyTo };
}

it('§2.1.6 follows pushes from the own account, and answers them', async () => {
  const { api, log, push, replyTo, settle } = follow(() => ({ items: [juliet] }));
  await api.loaded();
  const ids = [
    push(`<item jid='nurse@capulet.lit' subscription='none'><group>b</group><group>a</group><group>b</group></item>`),
    push(`<item jid='nurse@capulet.lit' name='Nurse' subscription='none'/>`, { from: '' }),
    push(`<item jid='juliet@capulet.lit' subscription='remove'/>`),
  ];
  await settle();
  expect(log).toEqual([
    '+juliet@capulet.lit',
    '+nurse@capulet.lit',
    '~nurse@capulet.lit >Nurse',
    '-juliet@capulet.lit Juliet',
  ]);
  expect(api.items().map((item) => String(item.jid))).toEqual(['nurse@capulet.lit']);
  for (const id of ids) expect(replyTo(id)).toContain('type="result"');
});

it.each([
  ['another account', ` from='mallory@evil.example'`],
  ['another device of the account', ` from='romeo@montague.lit/orchard'`],
  ['the server in its own name', ` from='montague.lit'`],
  ['an account that looks alike', ` from='romeo@montague.lit.evil.example'`],
])('§2.1.6 a push of %s changes nothing and is refused', async (_who, from) => {
  const { api, log, push, replyTo, settle } = follow(() => ({ items: [juliet] }));
  await api.loaded();
  const id = push(`<item jid='mallory@evil.example' subscription='both'/>`, { from });
  await settle();
  expect(log).toEqual(['+juliet@capulet.lit']);
  expect(api.get('mallory@evil.example')).toBeUndefined();
  expect(replyTo(id)).toContain('service-unavailable');
});

it('§2.1.6 a push with no item, several or a broken one is a bad request', async () => {
  const { api, push, replyTo, settle } = follow(() => ({ items: [] }));
  await api.loaded();
  const ids = [
    push(''),
    push(`<item jid='a@b.example'/><item jid='c@d.example'/>`),
    push(`<item jid='@'/>`),
    push(`<item/>`),
  ];
  await settle();
  for (const id of ids) expect(replyTo(id)).toContain('bad-request');
  expect(api.items()).toEqual([]);
});

it('§2.1.6 a push that overtakes the answer is neither lost nor undone', async () => {
  let answer!: (list: RosterListInput) => void;
  const { api, push, settle } = follow(() => new Promise<RosterListInput>((resolve) => (answer = resolve)));
  await settle();
  push(`<item jid='nurse@capulet.lit' name='Angelica' subscription='none'/>`);
  push(`<item jid='juliet@capulet.lit' subscription='remove'/>`, { ver: 'v9' });
  expect(api.isLoaded).toBe(false);
  // The answer was made before either change.
  answer({ items: [juliet, { ...nurse, name: 'Nurse' }], ver: 'v7' });
  await api.loaded();
  expect(api.items().map(({ jid, name }) => [String(jid), name])).toEqual([['nurse@capulet.lit', 'Angelica']]);
});

it('§2.6 asks only for what has changed since the stored version, and keeps what comes', async () => {
  let kept: StoredRoster | undefined;
  // As an application would: by way of JSON.
  const store: RosterStore = {
    load: () =>
      kept === undefined
        ? undefined
        : fromJson(
            rosterList,
            JSON.parse(JSON.stringify(toJson(rosterList, { ...kept, items: [...kept.items] } as never))) as never,
          ),
    save: (value) => void (kept = value),
  };
  const first = follow(() => ({ items: [juliet], ver: 'v1' }), store);
  await first.api.loaded();
  first.push(`<item jid='nurse@capulet.lit' subscription='none'/>`, { ver: 'v2' });
  await first.settle();
  expect(first.asked).toEqual(['']);
  expect(kept).toMatchObject({ ver: 'v2', items: [{ name: 'Juliet' }, {}] });

  const second = follow(() => undefined, store);
  await second.api.loaded();
  expect(second.asked).toEqual(['v2']);
  expect(second.api.items()).toHaveLength(2);
  expect(second.log).toEqual(['+juliet@capulet.lit', '+nurse@capulet.lit']);
  // §2.6.3: what changed since comes as pushes.
  second.push(`<item jid='juliet@capulet.lit' subscription='remove'/>`, { ver: 'v3' });
  await second.settle();
  expect(kept).toMatchObject({ ver: 'v3', items: [{}] });
});

it('§2.6 a store that fails costs a full roster, not the session', async () => {
  const { api, asked, settle, faults } = follow(() => ({ items: [juliet], ver: 'v1' }), {
    load: () => Promise.reject(new Error('disk')),
    save: () => Promise.reject(new Error('disk')),
  });
  await api.loaded();
  await settle();
  expect(asked).toEqual(['']);
  expect(api.items()).toHaveLength(1);
  expect(faults).toMatchObject([{ message: 'disk' }, { message: 'disk' }]);
});

it('§2.2 a new session asks again by version, and tells what is gone', async () => {
  let now: RosterListInput = { items: [juliet, nurse], ver: 'v1' };
  const { api, asked, log, restart } = follow(() => now);
  await api.loaded();
  now = { items: [{ ...nurse, name: 'Nurse' }], ver: 'v2' };
  restart();
  expect(api.isLoaded).toBe(false);
  expect(api.items()).toHaveLength(2);
  await api.loaded();
  expect(asked).toEqual(['', 'v1']);
  expect(log.slice(2)).toEqual(['-juliet@capulet.lit Juliet', '~nurse@capulet.lit >Nurse']);
});

it('a session that begins while the roster is asked for does not end the waiting', async () => {
  let calls = 0;
  const { api, restart, settle } = follow(() => (++calls === 1 ? new Promise(() => undefined) : { items: [juliet] }));
  const loaded = api.loaded();
  await settle();
  restart();
  await loaded;
  expect(api.items()).toHaveLength(1);
});

it('says when the roster can’t be had, or the waiting is over', async () => {
  const { api } = follow(() => {
    throw new StanzaError('internal-server-error');
  });
  await expect(api.loaded({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  await expect(api.loaded()).rejects.toSatisfy((error) => isStanzaError(error, 'internal-server-error'));
  await expect(api.loaded()).rejects.toThrow();
  expect(api.isLoaded).toBe(false);
});

it('knows contacts by any of their addresses, and the groups', async () => {
  const { api } = follow(() => ({
    items: [juliet, { jid: parseJid('icq.example/registered'), groups: ['Gateways'] }],
  }));
  await api.loaded();
  expect(api.get('juliet@capulet.lit/balcony')?.name).toBe('Juliet');
  expect(api.get('icq.example/registered')).toBeDefined();
  expect(api.groups()).toEqual(['Gateways', 'Lovers']);
});
