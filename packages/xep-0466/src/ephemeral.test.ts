import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, it } from 'vitest';
import {
  createEphemeralTimer,
  ephemeral,
  ephemeralMessages,
  expiresAt,
  NS_EPHEMERAL,
  timerOf,
  wantOut,
} from './index.ts';
import type { EphemeralTimerOptions } from './index.ts';

const tag = (timer: number | string): string => `<ephemeral xmlns='${NS_EPHEMERAL}' timer='${timer}'/>`;

it('§3.2 text and value are the same thing', () => {
  const trip = roundTrip(ephemeral, `<ephemeral xmlns="${NS_EPHEMERAL}" timer="604800"/>`);
  expect(trip.value).toEqual({ timer: 604_800 });
  expect(trip.output).toBe(trip.input);
});

it.each([`<ephemeral xmlns='${NS_EPHEMERAL}'/>`, tag(-1), tag('4294967296'), tag('1.5'), tag('')])(
  '§3.2 broken: %s',
  (text) => {
    expect(() => ephemeral.decode(xml(text))).toThrow(CodecError);
    expect(timerOf(xml(`<message>${text}</message>`))).toBeUndefined();
  },
);

it('§3.5 is written as printed, and read in a namespace of its own too', () => {
  expect(wantOut.stringify({})).toBe('<i-want-out xmlns="jabber:client"/>');
  expect(wantOut.is(xml('<i-want-out/>'))).toBe(true);
  expect(wantOut.is(xml(`<i-want-out xmlns='${NS_EPHEMERAL}'/>`))).toBe(true);
  expect(wantOut.is(xml(`<i-want-out xmlns='urn:x'/>`))).toBe(false);
});

it('§5 the time runs from when a message was seen', () => {
  const seen = new Date('2022-05-17T10:00:00Z');
  expect(expiresAt(604_800, seen)).toEqual(new Date('2022-05-24T10:00:00Z'));
  expect(expiresAt(0, seen)).toEqual(seen);
  expect(expiresAt(2 ** 32 - 1, seen).getUTCFullYear()).toBe(2158);
  expect(timerOf(xml(`<message>${tag(5)}</message>`))).toBe(5);
  expect(timerOf(xml(`<message type='error'>${tag(5)}</message>`))).toBeUndefined();
  expect(timerOf(xml('<message/>'))).toBeUndefined();
});

function talk(options?: EphemeralTimerOptions, to = 'peter@example.com') {
  const joined = link();
  const timer = createEphemeralTimer(joined.client, to, options);
  const log: string[] = [];
  timer.on('change', ({ from, timer: seconds }) => void log.push(`${String(from)} ${seconds ?? 'stays'}`));
  const hear = (content: string, { from = 'peter@example.com/desktop', type = 'chat' } = {}): void =>
    joined.inject(`<message from='${from}' type='${type}'>${content}</message>`);
  const next = (): string[] =>
    timer.payloads().map((element) => `${element.getName()} ${element.attrs['timer'] ?? ''}`);
  return { ...joined, timer, log, hear, next };
}

it('§4.1 the conversation of Rosa and Peter', async () => {
  const { timer, log, hear, next, wire } = talk();
  expect(next()).toEqual([]);
  hear(`<body>Something</body>${tag(604_800)}`);
  expect(log).toEqual(['peter@example.com/desktop 604800']);
  expect(next()).toEqual(['ephemeral 604800']);
  await timer.set(432_000);
  const told = xml(wire[0]!.slice(3));
  expect(told.children.map((child) => (child as { name: string }).name)).toEqual(['ephemeral', 'store']);
  hear(`<body>I see</body>${tag(432_000)}`);
  expect(timer.timer).toBe(432_000);
  expect(log).toHaveLength(1);
});

it('§3.3 who knows no timers says nothing about them', () => {
  const { hear, next, log } = talk({ timer: 60 });
  hear('<body>x</body>');
  hear(tag('soon'));
  expect(next()).toEqual(['ephemeral 60']);
  expect(log).toEqual([]);
});

it('§3.5 opting out is told until the contact has seen it', () => {
  const { timer, hear, next, log } = talk({ timer: 60 });
  timer.optOut();
  timer.optOut();
  expect(timer.timer).toBeUndefined();
  expect(next()).toEqual(['i-want-out ']);
  // Sent before the wish was seen.
  hear(`<body>x</body>${tag(60)}`);
  expect(next()).toEqual(['i-want-out ']);
  // No answer: a receipt.
  hear(`<received xmlns='urn:xmpp:receipts' id='m1'/>`);
  expect(next()).toEqual(['i-want-out ']);
  hear('<body>as you like</body>');
  expect(next()).toEqual([]);
  // And from then on a timer is a new one.
  hear(tag(60));
  expect(next()).toEqual(['ephemeral 60']);
  expect(log).toEqual(['peter@example.com/desktop 60']);
});

it('§3.5 another timer is an answer to opting out; the contact may opt out as well', () => {
  const { timer, hear, next, log } = talk({ timer: 60 });
  timer.optOut();
  hear(tag(3600));
  expect(next()).toEqual(['ephemeral 3600']);
  hear(`<body>x</body><i-want-out/>`);
  expect(next()).toEqual([]);
  hear(`<body>x</body><i-want-out/>${tag(5)}`);
  expect(log).toEqual(['peter@example.com/desktop 3600', 'peter@example.com/desktop stays']);
});

it('opting out of nothing is told to nobody', () => {
  const { timer, next } = talk();
  timer.optOut();
  expect(next()).toEqual([]);
});

it('nobody else changes the timer of a conversation', () => {
  const { hear, inject, log, next, timer } = talk({ timer: 60 });
  hear(tag(1), { from: 'mallory@evil.example/x' });
  hear('<i-want-out/>', { from: 'mallory@evil.example/x' });
  hear(tag(1), { from: 'peter@example.com.evil.example' });
  hear(tag(1), { type: 'error' });
  hear(tag(1), { type: 'groupchat' });
  hear(tag(1), { type: 'headline' });
  inject(`<message type='chat'>${tag(1)}</message>`);
  inject(`<message from='@' type='chat'>${tag(1)}</message>`);
  timer.notice(xml(`<message type='error' from='peter@example.com'>${tag(1)}</message>`));
  expect(next()).toEqual(['ephemeral 60']);
  expect(log).toEqual([]);
});

it('§3.3 in a room every occupant changes it', () => {
  const { hear, next } = talk({ type: 'groupchat' }, 'room@muc.lit');
  hear(tag(5), { from: 'room@muc.lit/anna', type: 'groupchat' });
  expect(next()).toEqual(['ephemeral 5']);
  hear(tag(6), { from: 'room@muc.lit/anna' });
  hear(tag(6), { from: 'other@muc.lit/anna', type: 'groupchat' });
  expect(next()).toEqual(['ephemeral 5']);
});

it('takes what came otherwise', () => {
  const { timer } = talk();
  timer.notice(xml(`<message from='peter@example.com/x'>${tag(7)}</message>`));
  expect(timer.timer).toBe(7);
  timer[Symbol.dispose]();
});

it('§3.1 is advertised', async () => {
  const { client, server } = link();
  client.use(ephemeralMessages);
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_EPHEMERAL);
});
