import { link, roundTrip, xml } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import { sendMessage } from '@xeps/rfc-6121';
import { afterEach, expect, it, vi } from 'vitest';
import { chatState, chatStates, createChatStates, NS_CHAT_STATES, sendChatState } from './index.ts';
import type { ChatStatesOptions } from './index.ts';

afterEach(() => void vi.useRealTimers());

it.each(['active', 'composing', 'gone', 'inactive', 'paused'] as const)(
  '§2 <%s/> and its name are the same thing',
  (name) => {
    const { value, input, output } = roundTrip(chatState, `<${name} xmlns='${NS_CHAT_STATES}'/>`);
    expect(value).toBe(name);
    expect(output).toBe(input);
  },
);

it('§2 an element of another name is not a state', () => {
  expect(chatState.find(xml(`<message><asleep xmlns='${NS_CHAT_STATES}'/></message>`))).toBeUndefined();
});

it('§4 is advertised', async () => {
  const { client, server } = link();
  client.use(chatStates);
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_CHAT_STATES);
});

it('§5.6 a state by itself has nothing beside it but the thread', async () => {
  const { client, wire } = link();
  await sendChatState(client, 'juliet@capulet.lit', 'composing', { thread: 't1' });
  const stanza = xml(wire[0]!.slice(3));
  expect(stanza.attrs['type']).toBe('chat');
  expect(stanza.children.map((child) => (child as { name: string }).name)).toEqual(['thread', 'composing']);
});

function talk(to = 'juliet@capulet.lit', options?: ChatStatesOptions) {
  const joined = link();
  const states = createChatStates(joined.client, to, options);
  const log: string[] = [];
  states.on('state', ({ from, state }) => void log.push(`${String(from)} ${state}`));
  const hear = (content: string, { from = 'juliet@capulet.lit/balcony', type = 'chat' } = {}): void =>
    joined.inject(`<message from='${from}' type='${type}'>${content}</message>`);
  const sent = (): string[] =>
    joined.wire
      .filter((line) => line.startsWith('C'))
      .map((line) => /<(\w+) xmlns="http:\/\/jabber.org\/protocol\/chatstates"/.exec(line)?.[1] ?? 'none');
  return { ...joined, states, log, hear, sent };
}
const state = (name: string): string => `<${name} xmlns='${NS_CHAT_STATES}'/>`;

it('§5.1 sends nothing by itself before the contact has shown that it knows states', async () => {
  const { states, hear, sent } = talk();
  expect(await states.typing()).toBe(false);
  expect(states.payloads().map(chatState.decode)).toEqual(['active']);
  hear(`<body>Ay me</body>${state('active')}`);
  expect(states.supported).toBe(true);
  expect(await states.set('composing')).toBe(true);
  expect(sent()).toEqual(['composing']);
});

it('§5.1 a contact that answers without a state gets none any more', async () => {
  const { states, hear, sent } = talk('juliet@capulet.lit', { supported: true });
  hear('<body>Ay me</body>');
  expect(states.supported).toBe(false);
  expect(states.payloads()).toEqual([]);
  expect(await states.set('composing')).toBe(false);
  // §5.1: it may begin with a state by itself.
  hear(state('composing'));
  expect(states.supported).toBe(true);
  expect(sent()).toEqual([]);
});

it('§5.3 a state is not repeated, but every message says active', async () => {
  const { client, states, sent } = talk('juliet@capulet.lit', { supported: true });
  for (let i = 0; i < 3; i++) await states.typing();
  await sendMessage(client, { to: 'juliet@capulet.lit', body: 'a', payloads: states.payloads() });
  await sendMessage(client, { to: 'juliet@capulet.lit', body: 'b', payloads: states.payloads() });
  expect(await states.set('active')).toBe(false);
  await states.typing();
  expect(sent()).toEqual(['composing', 'active', 'active', 'composing']);
  states[Symbol.dispose]();
});

it('§2 who stops typing has paused', async () => {
  vi.useFakeTimers();
  const { states, sent } = talk('juliet@capulet.lit', { supported: true, pauseAfter: 1000 });
  await states.typing();
  await vi.advanceTimersByTimeAsync(900);
  await states.typing();
  await vi.advanceTimersByTimeAsync(900);
  expect(sent()).toEqual(['composing']);
  await vi.advanceTimersByTimeAsync(200);
  expect(sent()).toEqual(['composing', 'paused']);
  await states.typing();
  states[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(5000);
  expect(states.state).toBe('composing');
});

it('tells the contact’s state, once for each change, and not what is stale', () => {
  const { states, log, hear } = talk();
  hear(state('composing'));
  hear(state('composing'));
  hear(`${state('gone')}<delay xmlns='urn:xmpp:delay' from='montague.lit' stamp='2002-09-10T23:08:25Z'/>`);
  expect(states.contact).toBe('composing');
  hear(state('paused'));
  expect(log).toEqual(['juliet@capulet.lit/balcony composing', 'juliet@capulet.lit/balcony paused']);
});

it('strangers, bounces and other types tell nothing about the contact', () => {
  const { states, log, hear, inject } = talk();
  hear(state('composing'), { from: 'mallory@evil.example/x' });
  hear(state('composing'), { from: 'juliet@capulet.lit.evil.example' });
  hear(state('composing'), { type: 'error' });
  hear(state('composing'), { type: 'groupchat' });
  hear(state('composing'), { type: 'headline' });
  inject(`<message from='@' type='chat'>${state('composing')}</message>`);
  expect(log).toEqual([]);
  expect(states.supported).toBeUndefined();
});

it('one occupant of a room does not speak for another', () => {
  const { log, hear } = talk('room@muc.example/juliet');
  hear(state('composing'), { from: 'room@muc.example/mallory' });
  hear(state('composing'), { from: 'room@muc.example/juliet' });
  expect(log).toEqual(['room@muc.example/juliet composing']);
});

it('§5.5 in a room states are sent unasked, and nobody is gone', async () => {
  const { states, log, hear, sent, wire } = talk('room@muc.example', { type: 'groupchat' });
  expect(await states.set('composing')).toBe(true);
  expect(await states.set('gone')).toBe(false);
  expect(sent()).toEqual(['composing']);
  expect(wire[0]).toContain('type="groupchat"');
  hear(state('gone'), { from: 'room@muc.example/a', type: 'groupchat' });
  hear(state('paused'), { from: 'room@muc.example/a', type: 'groupchat' });
  hear(state('paused'), { from: 'room@muc.example/b', type: 'groupchat' });
  expect(log).toEqual(['room@muc.example/a paused', 'room@muc.example/b paused']);
});

it('§5.2 the user may not want it; §5.7 states go with the thread', async () => {
  const { states, sent, wire } = talk('juliet@capulet.lit', { supported: true });
  states.enabled = false;
  expect(await states.typing()).toBe(false);
  expect(states.payloads()).toEqual([]);
  states.enabled = true;
  states.thread = 'act2scene2chat1';
  await states.set('inactive');
  expect(sent()).toEqual(['inactive']);
  expect(wire[0]).toContain('<thread>act2scene2chat1</thread>');
});
