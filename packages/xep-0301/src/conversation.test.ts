import { link } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRealTimeText, NS_RTT, realTimeText } from './index.ts';
import type { RealTimeTextOptions } from './index.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function talk(to = 'juliet@capulet.lit', options?: RealTimeTextOptions) {
  const joined = link();
  const api = createRealTimeText(joined.client, to, options);
  const log: string[] = [];
  api.on('change', ({ from, message }) => void log.push(`${String(from)}: ${message?.text ?? '–'}`));
  api.on('activated', ({ from }) => void log.push(`${String(from)} on`));
  api.on('cancelled', ({ from }) => void log.push(`${String(from)} off`));
  const hear = (content: string, { from = 'juliet@capulet.lit/balcony', type = 'chat' } = {}): void =>
    joined.inject(`<message from='${from}' type='${type}'>${content}</message>`);
  const pass = (milliseconds = 700): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);
  const sent = (): string[] =>
    joined.wire.map((line) => /<rtt[^>]*?( event="\w+")?( id="\w+")?(\/>|>.*<\/rtt>)/.exec(line)![0]).map(plain);
  return { ...joined, api, log, hear, pass, sent };
}
const plain = (text: string): string => text.replace(/ xmlns="[^"]*"| seq="\d+"|<w [^>]*>/g, '');
const rtt = (content: string, attrs: string): string => `<rtt xmlns='${NS_RTT}' ${attrs}>${content}</rtt>`;
const begin = rtt('<t>a</t>', `seq='1' event='new'`);

it('§5 is advertised', async () => {
  const { client, server } = link();
  client.use(realTimeText);
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_RTT);
});

it('§6.1 nothing but init is sent before the contact is known to support it, and then all that was written', async () => {
  const { api, sent, pass, hear, wire, log } = talk();
  api.update('not shown');
  await pass();
  expect(wire).toEqual([]);
  await api.start();
  await api.start();
  api.update('Hark');
  await pass();
  expect(sent()).toEqual(['<rtt event="init"/>']);
  hear(rtt('', `seq='0' event='init'`));
  expect(api.supported).toBe(true);
  await pass();
  api.update('Hark!');
  await pass();
  expect(sent().slice(1)).toEqual(['<rtt event="new"><t>Hark</t></rtt>', '<rtt><t>!</t></rtt>']);
  // To prevent loops, init is not answered with init.
  expect(log).toEqual(['juliet@capulet.lit/balcony on']);
  expect(wire.every((line) => line.includes('<no-store xmlns="urn:xmpp:hints"/>') && !line.includes('<body'))).toBe(
    true,
  );
  api[Symbol.dispose]();
});

it('§6.1 a contact that is known to support it gets the text at once', async () => {
  const { api, sent, pass } = talk('juliet@capulet.lit', { supported: true });
  api.update('a');
  await api.start();
  await pass();
  expect(sent()).toEqual(['<rtt event="init"/>', '<rtt event="new"><t>a</t></rtt>']);
  api.finish();
  api.update('b', { id: 'm1' });
  await pass();
  expect(sent().at(-1)).toBe('<rtt event="reset" id="m1"><t>b</t></rtt>');
  api[Symbol.dispose]();
  api.update('c');
  await pass();
  expect(sent()).toHaveLength(3);
});

it('§6.2 cancel stops both, is not answered, and leaves the way back open', async () => {
  const { api, sent, pass, hear, log } = talk('juliet@capulet.lit', { supported: true });
  await api.start();
  api.update('a');
  await pass();
  hear(begin);
  hear(rtt('', `seq='0' event='cancel'`));
  expect(api.isActive).toBe(false);
  api.update('ab');
  await pass(60_000);
  expect(sent()).toHaveLength(2);
  expect(log).toEqual([
    'juliet@capulet.lit/balcony on',
    'juliet@capulet.lit/balcony: a',
    'juliet@capulet.lit/balcony: –',
    'juliet@capulet.lit/balcony off',
  ]);
  await api.start();
  await pass();
  await api.stop();
  api.update('abc');
  await pass();
  expect(sent().slice(2)).toEqual(['<rtt event="init"/>', '<rtt event="new"><t>ab</t></rtt>', '<rtt event="cancel"/>']);
  hear(begin);
  expect(log.at(-2)).toBe('juliet@capulet.lit/balcony on');
  api[Symbol.dispose]();
});

it('§4.7.3 another device of the contact gets the whole text', async () => {
  const { api, sent, pass, hear } = talk();
  await api.start();
  hear(begin);
  api.update('a');
  await pass();
  hear('<body>x</body>', { from: 'juliet@capulet.lit/phone' });
  await pass(0);
  expect(sent().at(-1)).toBe('<rtt event="reset"><t>a</t></rtt>');
  api[Symbol.dispose]();
});

it('§4.4 the message replaces its real-time text, also in one stanza; each device writes its own', () => {
  const { api, hear, log } = talk();
  hear(begin);
  hear(rtt('<t>b</t>', `seq='5' event='new'`), { from: 'juliet@capulet.lit/phone' });
  hear(rtt('<t>!</t>', `seq='2'`) + '<body>a!</body>');
  hear(rtt('<t>?</t>', `seq='6'`), { from: 'juliet@capulet.lit/phone' });
  expect(log.filter((line) => !line.endsWith(' on'))).toEqual([
    'juliet@capulet.lit/balcony: a',
    'juliet@capulet.lit/phone: b',
    'juliet@capulet.lit/balcony: –',
    'juliet@capulet.lit/phone: b?',
  ]);
  api[Symbol.dispose]();
});

it('strangers, bounces, other types, what is stale and what is broken change nothing', () => {
  const { api, hear, log, inject } = talk();
  hear(begin, { from: 'mallory@evil.example/x' });
  hear(begin, { from: 'juliet@capulet.lit.evil.example' });
  hear(begin, { type: 'error' });
  hear(begin, { type: 'groupchat' });
  hear(begin, { type: 'headline' });
  hear(`${begin}<delay xmlns='urn:xmpp:delay' from='montague.lit' stamp='2002-09-10T23:08:25Z'/>`);
  hear(rtt('<t>a</t>', `event='new'`));
  hear(rtt('<t>a</t>', `seq='1' event='shake'`));
  hear('');
  inject(`<message type='chat'>${begin}</message>`);
  inject(`<message from='@' type='chat'>${begin}</message>`);
  expect(log).toEqual([]);
  expect(api.supported).toBeUndefined();
  api[Symbol.dispose]();
});

it('nobody else can cancel the conversation', async () => {
  const { api, hear } = talk();
  await api.start();
  hear(rtt('', `seq='0' event='cancel'`), { from: 'mallory@evil.example/x' });
  expect(api.isActive).toBe(true);
  api[Symbol.dispose]();
});

it('§7.5.4 in a room it is sent unasked, and one who cancels stops nobody else', async () => {
  const { api, sent, pass, hear, log, wire } = talk('room@muc.example', { type: 'groupchat' });
  await api.start();
  api.update('a');
  await pass();
  expect(sent()).toEqual(['<rtt event="new"><t>a</t></rtt>']);
  expect(wire[0]).toContain('type="groupchat"');
  hear(begin, { from: 'room@muc.example/b', type: 'groupchat' });
  hear(rtt('', `seq='0' event='cancel'`), { from: 'room@muc.example/b', type: 'groupchat' });
  expect(api.isActive).toBe(true);
  expect(log.at(-1)).toBe('room@muc.example/b off');
  api[Symbol.dispose]();
});

it('§11.3 follows no more writers than it can hold', () => {
  const { api, hear, log } = talk('room@muc.example', { type: 'groupchat' });
  for (let i = 0; i < 60; i++) hear(begin, { from: `room@muc.example/${i}`, type: 'groupchat' });
  expect(log.filter((line) => line.endsWith('–')).map((line) => line.split(/[/:]/)[1])).toEqual(
    Array.from({ length: 10 }, (_, i) => String(i)),
  );
  api[Symbol.dispose]();
});
