import { parseJid } from '@xeps/core/jid';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { rosterQuery } from '@xeps/rfc-6121';
import type { RosterListInput } from '@xeps/rfc-6121';
import { getDiscoInfo } from '@xeps/xep-0030';
import { afterEach, expect, it, vi } from 'vitest';
import { attention, attentionRequest, NS_ATTENTION, requestAttention } from './index.ts';

afterEach(() => void vi.useRealTimers());

const item = (jid: string) => ({ jid: parseJid(jid), subscription: 'both' as const });
const contacts: RosterListInput = { items: [item('juliet@capulet.lit'), item('nurse@capulet.lit')] };

function follow(answer: () => RosterListInput | Promise<RosterListInput> = () => contacts) {
  vi.useFakeTimers({ toFake: ['performance'] });
  const joined = link();
  joined.server.handle(rosterQuery, answer);
  const api = joined.client.use(attention);
  const got: string[] = [];
  api.on('attention', ({ from }) => void got.push(String(from)));
  const ask = async (from: string, { attrs = `type='headline'`, more = '' } = {}): Promise<void> => {
    joined.inject(`<message from='${from}' ${attrs}><attention xmlns='${NS_ATTENTION}'/>${more}</message>`);
    await joined.settle();
    await joined.settle();
  };
  return { ...joined, api, got, ask };
}
const advertised = async ({ client, server }: ReturnType<typeof follow>): Promise<boolean> =>
  (await getDiscoInfo(server, { to: client.jid })).features.includes(NS_ATTENTION);

it('§3 text and value are the same thing', () => {
  const trip = roundTrip(attentionRequest, `<attention xmlns="${NS_ATTENTION}"/>`);
  expect(trip.value).toEqual({});
  expect(trip.output).toBe(trip.input);
  expect(attentionRequest.is(xml('<attention xmlns="urn:xmpp:attention:1"/>'))).toBe(false);
});

it('§4 is asked for in a headline', async () => {
  const { client, wire } = link();
  await requestAttention(client, 'herbie@usrobots.lit/home', { body: 'Herbie?' });
  const { attrs, children } = xml(wire[0]!.slice(3));
  expect(attrs).toMatchObject({ to: 'herbie@usrobots.lit/home', type: 'headline' });
  expect(children.map((child) => (child as { name: string }).name)).toEqual(['body', 'attention']);
});

it('§5, §6 is advertised unless it is disabled', async () => {
  const followed = follow();
  expect(await advertised(followed)).toBe(true);
  followed.api.setPolicy('never');
  expect(await advertised(followed)).toBe(false);
  await followed.ask('juliet@capulet.lit/balcony');
  expect(followed.got).toEqual([]);
  followed.api.setPolicy('contacts');
  expect(await advertised(followed)).toBe(true);
});

it('§7 tells of contacts and of the own devices', async () => {
  const { got, ask } = follow();
  await ask('juliet@capulet.lit/balcony');
  vi.advanceTimersByTime(1000);
  await ask('romeo@montague.lit/phone', { attrs: `type='chat'` });
  expect(got).toEqual(['juliet@capulet.lit/balcony', 'romeo@montague.lit/phone']);
});

it.each(['mallory@evil.example/x', 'juliet@capulet.lit.evil.example/x', 'capulet.lit', 'room@muc.example/juliet', '@'])(
  '§7 does not tell of %s',
  async (from) => {
    const { got, ask } = follow();
    await ask(from);
    expect(got).toEqual([]);
  },
);

it('does not tell of bounces, of messages without a sender, and §4 of what was delayed, whoever says so', async () => {
  const { got, ask, inject, settle } = follow();
  await ask('juliet@capulet.lit/balcony', { attrs: `type='error'` });
  await ask('juliet@capulet.lit/balcony', { more: `<delay xmlns='urn:xmpp:delay' stamp='2002-09-10T23:08:25Z'/>` });
  await ask('juliet@capulet.lit/balcony', { more: `<delay xmlns='urn:xmpp:delay'/>` });
  inject(`<message><attention xmlns='${NS_ATTENTION}'/></message>`);
  inject(`<message from='juliet@capulet.lit/b'/>`);
  await settle();
  expect(got).toEqual([]);
});

it('§6 does not let anybody be a nuisance', async () => {
  const { api, got, ask } = follow();
  for (let i = 0; i < 20; i++) await ask(`juliet@capulet.lit/${i}`);
  expect(got).toEqual(['juliet@capulet.lit/0']);
  vi.advanceTimersByTime(9999);
  await ask('juliet@capulet.lit/a');
  vi.advanceTimersByTime(1);
  await ask('juliet@capulet.lit/b');
  // Nor many together.
  api.setPolicy(() => true);
  for (let i = 0; i < 20; i++) await ask(`mallory${i}@evil.example/x`);
  expect(got).toEqual(['juliet@capulet.lit/0', 'juliet@capulet.lit/b']);
});

it('strangers who are refused do not use up the turn of a contact', async () => {
  const { got, ask } = follow();
  await ask('mallory@evil.example/x');
  await ask('juliet@capulet.lit/balcony');
  expect(got).toEqual(['juliet@capulet.lit/balcony']);
});

it('§7 a request that comes before the roster waits for it; the application may decide', async () => {
  let answer!: (list: RosterListInput) => void;
  const { api, got, ask, settle } = follow(() => new Promise<RosterListInput>((resolve) => (answer = resolve)));
  await ask('juliet@capulet.lit/balcony');
  await ask('mallory@evil.example/x');
  expect(got).toEqual([]);
  answer(contacts);
  await settle();
  await settle();
  expect(got).toEqual(['juliet@capulet.lit/balcony']);
  vi.advanceTimersByTime(60_000);
  api.setPolicy((from) => from.domain === 'friends.example');
  await ask('juliet@capulet.lit/balcony');
  await ask('x@friends.example/y');
  expect(got.slice(1)).toEqual(['x@friends.example/y']);
});
