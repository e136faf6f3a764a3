import { isStanzaError, TimeoutError } from '@xeps/core';
import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { rosterQuery, sendMessage } from '@xeps/rfc-6121';
import type { RosterListInput } from '@xeps/rfc-6121';
import { parseJid } from '@xeps/core/jid';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, it } from 'vitest';
import { NS_RECEIPTS, receipt, receiptRequest, receipts, waitForReceipt } from './index.ts';

it('§7 text and value are the same thing', () => {
  const trip = roundTrip(receipt, `<received xmlns="${NS_RECEIPTS}" id="richard2-4.1.247"/>`);
  expect(trip.value).toEqual({ id: 'richard2-4.1.247' });
  expect(trip.output).toBe(trip.input);
  expect(roundTrip(receiptRequest, `<request xmlns="${NS_RECEIPTS}"/>`).value).toEqual({});
  expect(() => receipt.decode(xml(`<received xmlns="${NS_RECEIPTS}"/>`))).toThrow(CodecError);
});

const item = (jid: string, subscription: 'both' | 'from' | 'none' | 'to') => ({ jid: parseJid(jid), subscription });
const contacts: RosterListInput = {
  items: [
    item('juliet@capulet.lit', 'both'),
    item('nurse@capulet.lit', 'from'),
    item('paris@verona.lit', 'to'),
    item('tybalt@capulet.lit', 'none'),
  ],
};

function follow(answer: () => RosterListInput | Promise<RosterListInput> = () => contacts) {
  const joined = link();
  joined.server.handle(rosterQuery, answer);
  const api = joined.client.use(receipts);
  const got: string[] = [];
  api.on('received', ({ id, from }) => void got.push(`${id} ${String(from)}`));
  const acks = (): string[] =>
    joined.wire.filter((line) => line.startsWith('C: <message') && line.includes('<received'));
  const ask = (from: string, attrs = `id='m1' type='chat'`, more = ''): void =>
    joined.inject(`<message from='${from}' ${attrs}><body>x</body><request xmlns='${NS_RECEIPTS}'/>${more}</message>`);
  return { ...joined, api, got, acks, ask };
}

it('§6 is advertised', async () => {
  const { client, server } = follow();
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_RECEIPTS);
});

it.each(['juliet@capulet.lit/balcony', 'nurse@capulet.lit/kitchen', 'romeo@montague.lit/garden'])(
  '§7, §8 tells %s, who may know',
  async (from) => {
    const { acks, ask, settle } = follow();
    ask(from, `id='m1'`);
    await settle();
    expect(acks()).toHaveLength(1);
    const ack = xml(acks()[0]!.slice(3));
    expect(ack.attrs).toMatchObject({ to: from });
    // §7: of the same type, with nothing else in it, above all no request (§5.4).
    expect(ack.attrs['type']).toBeUndefined();
    expect(ack.children.map((child) => receipt.decode(child as never).id)).toEqual(['m1']);
  },
);

it.each([
  'mallory@evil.example/x',
  'paris@verona.lit/x',
  'tybalt@capulet.lit/x',
  'juliet@capulet.lit.evil.example/x',
  'capulet.lit',
])('§8 does not tell %s that somebody is there', async (from) => {
  const { acks, ask, settle } = follow();
  ask(from);
  await settle();
  expect(acks()).toEqual([]);
});

it.each([
  ['§7 has no id', `type='chat'`, ''],
  ['§5.3 went to a room', `id='m1' type='groupchat'`, ''],
  ['is a bounce', `id='m1' type='error'`, ''],
  ['§5.4 is a receipt itself', `id='m1' type='chat'`, `<received xmlns='${NS_RECEIPTS}' id='x'/>`],
])('does not answer what %s', async (_why, attrs, more) => {
  const { acks, ask, settle } = follow();
  ask('juliet@capulet.lit/balcony', attrs, more);
  await settle();
  expect(acks()).toEqual([]);
});

it.each([
  ['a carbon copy', `<received xmlns='urn:xmpp:carbons:2'>`, '</received>'],
  ['an archived message', `<result xmlns='urn:xmpp:mam:2' id='1'>`, '</result>'],
])('§5.5 does not answer %s', async (_what, open, close) => {
  const { acks, inject, settle } = follow();
  inject(
    `<message from='romeo@montague.lit'>${open}<forwarded xmlns='urn:xmpp:forward:0'>` +
      `<message xmlns='jabber:client' from='juliet@capulet.lit/b' id='m1' type='chat'><request xmlns='${NS_RECEIPTS}'/></message></forwarded>${close}</message>`,
  );
  await settle();
  expect(acks()).toEqual([]);
});

it('§8 a message that comes before the roster waits for it', async () => {
  let answer!: (list: RosterListInput) => void;
  const { acks, ask, settle } = follow(() => new Promise<RosterListInput>((resolve) => (answer = resolve)));
  await settle();
  ask('juliet@capulet.lit/balcony');
  ask('mallory@evil.example/x', `id='m2'`);
  await settle();
  expect(acks()).toEqual([]);
  answer(contacts);
  await settle();
  expect(acks()).toHaveLength(1);
});

it('§7 the application may decide', async () => {
  const { api, acks, ask, settle } = follow();
  api.setPolicy('never');
  ask('juliet@capulet.lit/balcony');
  api.setPolicy((from) => from.domain === 'evil.example');
  ask('juliet@capulet.lit/balcony');
  ask('mallory@evil.example/x', `id='m2'`);
  await settle();
  expect(acks().map((line) => /id="(m\d)"/.exec(line)![1])).toEqual(['m2']);
});

async function sendTo(sent: ReturnType<typeof follow>, to: string): Promise<string> {
  return (await sendMessage(sent.client, { to, body: 'x', payloads: [receiptRequest.encode({})] })).id;
}

it('§4 tells of receipts from whom the message was sent to, one for each device', async () => {
  const sent = follow();
  const id = await sendTo(sent, 'juliet@capulet.lit');
  for (const device of ['balcony', 'chamber'])
    sent.inject(`<message from='juliet@capulet.lit/${device}'><received xmlns='${NS_RECEIPTS}' id='${id}'/></message>`);
  expect(sent.got).toEqual([`${id} juliet@capulet.lit/balcony`, `${id} juliet@capulet.lit/chamber`]);
});

it('does not believe receipts of others, of messages never sent, or of what asked for none', async () => {
  const sent = follow();
  await sent.settle();
  const id = await sendTo(sent, 'juliet@capulet.lit');
  const inRoom = await sendTo(sent, 'room@muc.example/juliet');
  const { id: plain } = await sendMessage(sent.client, { to: 'juliet@capulet.lit', body: 'x' });
  const claim = (from: string, of: string): void =>
    sent.inject(`<message from='${from}'><received xmlns='${NS_RECEIPTS}' id='${of}'/></message>`);
  claim('mallory@evil.example/x', id);
  claim('capulet.lit', id);
  claim('@', id);
  claim('room@muc.example/mallory', inRoom);
  claim('juliet@capulet.lit/balcony', plain);
  claim('juliet@capulet.lit/balcony', 'guess');
  sent.inject(
    `<message from='juliet@capulet.lit/b' type='error'><received xmlns='${NS_RECEIPTS}' id='${id}'/></message>`,
  );
  sent.inject(`<message><received xmlns='${NS_RECEIPTS}' id='${id}'/></message>`);
  expect(sent.got).toEqual([]);
  claim('room@muc.example/juliet', inRoom);
  expect(sent.got).toEqual([`${inRoom} room@muc.example/juliet`]);
});

it('RFC 6121 §8.5.3.2.1 what was sent to a device may have reached another one of a contact', async () => {
  const sent = follow();
  await sent.settle();
  const id = await sendTo(sent, 'juliet@capulet.lit/gone');
  sent.inject(`<message from='juliet@capulet.lit/balcony'><received xmlns='${NS_RECEIPTS}' id='${id}'/></message>`);
  expect(sent.got).toHaveLength(1);
});

it('knows messages of an earlier run when told, and a broken receipt is a fault', () => {
  const { api, got, inject, faults } = follow();
  api.expect('old', 'juliet@capulet.lit');
  inject(`<message from='juliet@capulet.lit/b'><received xmlns='${NS_RECEIPTS}' id='old'/></message>`);
  inject(`<message from='juliet@capulet.lit/b'><received xmlns='${NS_RECEIPTS}'/></message>`);
  expect(got).toEqual(['old juliet@capulet.lit/b']);
  expect(faults).toHaveLength(1);
});

it('waits for a receipt, and only for the right one', async () => {
  const { client, inject } = link();
  const waiting = waitForReceipt(client, 'm1', 'juliet@capulet.lit');
  const claim = (from: string, id: string): void =>
    inject(`<message from='${from}'><received xmlns='${NS_RECEIPTS}' id='${id}'/></message>`);
  claim('mallory@evil.example/x', 'm1');
  claim('juliet@capulet.lit/balcony', 'm2');
  claim('juliet@capulet.lit/chamber', 'm1');
  claim('juliet@capulet.lit/balcony', 'm1');
  expect(String(await waiting)).toBe('juliet@capulet.lit/chamber');
});

it('the waiting ends when the message comes back, in time, or on demand', async () => {
  const { client, inject } = link();
  const error = `<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
  const returned = waitForReceipt(client, 'm1', 'juliet@capulet.lit');
  inject(`<message type='error' id='m1' from='mallory@evil.example'>${error}</message>`);
  inject(`<message type='error' id='m1' from='juliet@capulet.lit'>${error}</message>`);
  await expect(returned).rejects.toSatisfy(
    (reason) => isStanzaError(reason, 'item-not-found') && reason.from === 'juliet@capulet.lit',
  );
  await expect(waitForReceipt(client, 'm2', 'juliet@capulet.lit', { timeout: 10 })).rejects.toBeInstanceOf(
    TimeoutError,
  );
  const stop = new AbortController();
  const stopped = waitForReceipt(client, 'm3', 'juliet@capulet.lit', { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(stopped).rejects.toThrow('enough');
  await expect(waitForReceipt(client, 'm4', 'juliet@capulet.lit', { signal: stop.signal })).rejects.toThrow('enough');
});
