import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { expect, it } from 'vitest';
import { presence, presencePriority, presenceShow, presenceStanza, presenceStatus, sendPresence } from './index.ts';

it.each([
  [presenceShow, '<show>xa</show>', 'xa'],
  [presencePriority, '<priority>-5</priority>', -5],
  [
    presenceStatus,
    '<status xmlns="jabber:client" xml:lang="en">Wooing Juliet</status>',
    { lang: 'en', text: 'Wooing Juliet' },
  ],
  [presenceStatus, '<status/>', { text: '' }],
])('§4.7.2 %#: text and value are the same thing', (schema, text, value) => {
  const trip = roundTrip(schema as typeof presenceStatus, text);
  expect(trip.value).toEqual(value);
  expect(trip.output).toBe(trip.input);
});

it.each([
  ['<show>busy</show>', {}],
  ['<show/>', {}],
  ['<priority>128</priority>', {}],
  ['<priority>high</priority>', {}],
  ['<show> dnd </show><priority> 7 </priority>', { show: 'dnd', priority: 7 }],
])('§4.7.2.1, §4.7.2.3 reads %s as %j', (inside, expected) => {
  const { show, priority } = presenceStanza.decode(xml(`<presence>${inside}</presence>`));
  expect({ show, priority }).toEqual({ show: undefined, priority: 0, ...expected });
});

it('§4.2, §4.6 sends presence to all and to one', async () => {
  const { client, wire } = link();
  await sendPresence(client, { show: 'dnd', status: 'Wooing Juliet', priority: 1 });
  await sendPresence(client, { to: 'juliet@capulet.lit/balcony', type: 'unavailable' });
  expect(wire[0]).toContain('<show>dnd</show><status>Wooing Juliet</status><priority>1</priority>');
  expect(wire[1]).toContain('type="unavailable"');
  await expect(sendPresence(client, { priority: 200 })).rejects.toBeInstanceOf(CodecError);
});

function watch() {
  const joined = link();
  const api = joined.client.use(presence);
  const log: string[] = [];
  api.on('available', ({ presence: { from }, previous }) => void log.push(`${previous ? '~' : '+'}${String(from)}`));
  api.on('unavailable', ({ from }) => void log.push(`-${String(from)}`));
  api.on('error', ({ from, error }) => void log.push(`!${String(from)} ${error.condition}`));
  return { ...joined, api, log };
}

it('§4.4, §8.5.2.1 knows who is available, the highest priority first, of equals the latest', () => {
  const { api, inject, log } = watch();
  inject('<presence from="juliet@capulet.lit/balcony"><priority>1</priority></presence>');
  inject('<presence from="juliet@capulet.lit/chamber"/>');
  inject('<presence from="juliet@capulet.lit/garden"/>');
  expect(api.of('juliet@capulet.lit').map(({ from }) => from.resource)).toEqual(['balcony', 'garden', 'chamber']);
  inject('<presence from="juliet@capulet.lit/chamber"><show>away</show></presence>');
  expect(api.of('juliet@capulet.lit/x').map(({ from }) => from.resource)).toEqual(['balcony', 'chamber', 'garden']);
  expect(api.get('juliet@capulet.lit/chamber')?.show).toBe('away');
  inject('<presence from="juliet@capulet.lit/balcony" type="unavailable"><status>gone home</status></presence>');
  expect(api.get('juliet@capulet.lit/balcony')).toBeUndefined();
  expect(api.addresses().map(String)).toEqual(['juliet@capulet.lit']);
  expect(log).toEqual([
    '+juliet@capulet.lit/balcony',
    '+juliet@capulet.lit/chamber',
    '+juliet@capulet.lit/garden',
    '~juliet@capulet.lit/chamber',
    '-juliet@capulet.lit/balcony',
  ]);
});

it('§3.3.3 an account that goes takes its resources with it', () => {
  const { api, inject, log } = watch();
  inject('<presence from="a@b.example/1"/>');
  inject('<presence from="a@b.example/2"/>');
  inject('<presence from="a@b.example" type="unavailable"/>');
  expect(api.addresses()).toEqual([]);
  expect(log.slice(2)).toEqual(['-a@b.example/1', '-a@b.example/2']);
});

it('§4.7.1 an unreachable address is unavailable; a refusal is none of a third party’s business', () => {
  const { api, inject, log } = watch();
  inject('<presence from="room@muc.example/nick"/>');
  inject(
    '<presence from="room@muc.example/nick" type="error"><error type="cancel"><conflict xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></presence>',
  );
  expect(api.of('room@muc.example')).toHaveLength(1);
  inject(
    '<presence from="room@muc.example" type="error"><error type="wait"><remote-server-timeout xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></presence>',
  );
  expect(log).toEqual([
    '+room@muc.example/nick',
    '!room@muc.example/nick conflict',
    '-room@muc.example/nick',
    '!room@muc.example remote-server-timeout',
  ]);
});

it('broken presence, unknown types and requests tell nothing about anybody', () => {
  const { api, inject, log, faults } = watch();
  inject('<presence from="@@"/>');
  inject('<presence from="a@b.example/1" type="invisible"/>');
  inject('<presence from="a@b.example" type="subscribe"/>');
  inject('<presence from="a@b.example/1" type="error"/>');
  expect(log).toEqual(['!a@b.example/1 undefined-condition']);
  expect(api.addresses()).toEqual([]);
  expect(faults).toEqual([]);
});

it('§4.2 a new session starts with nobody available, and is told of this entity again', async () => {
  const { api, inject, log, restart, settle, wire } = watch();
  api.announce({ show: 'away' });
  inject('<presence from="a@b.example/1"/>');
  restart();
  expect(api.addresses()).toEqual([]);
  expect(log).toEqual(['+a@b.example/1', '-a@b.example/1']);
  await settle();
  expect(wire.filter((line) => line.includes('<show>away</show>'))).toHaveLength(2);
  api.withdraw({ status: 'night' });
  restart();
  await settle();
  expect(wire.filter((line) => line.startsWith('C: <presence'))).toHaveLength(3);
  expect(wire.at(-1)).toContain('unavailable');
  expect(() => api.announce({ priority: 500 })).toThrow(CodecError);
});

it('a flood of strangers does not push out who was there before', () => {
  const { api, inject } = watch();
  inject('<presence from="juliet@capulet.lit/balcony"/>');
  for (let i = 0; i < 20_100; i++) inject(`<presence from="u${i}@evil.example/x"/>`);
  expect(api.addresses()).toHaveLength(20_000);
  expect(api.of('juliet@capulet.lit')).toHaveLength(1);
});
