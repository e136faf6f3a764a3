import { StanzaError } from '@xeps/core';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { requestSubscription, sendMessage } from '@xeps/rfc-6121';
import { NS_PUBSUB_EVENT, pubsubGetQuery, pubsubSetQuery } from '@xeps/xep-0060';
import type { PubsubItemInput, PubsubRequest } from '@xeps/xep-0060';
import { pep } from '@xeps/xep-0163';
import { describe, expect, it } from 'vitest';
import { getNick, nick, nickNode, nickOf, NS_NICK, publishNick } from './index.ts';

const ns = `xmlns="${NS_NICK}"`;

it('§3 golden', () => {
  expect(roundTrip(nick, `<nick ${ns}>Ishmael</nick>`)).toEqual({
    value: 'Ishmael',
    input: `<nick ${ns}>Ishmael</nick>`,
    output: `<nick ${ns}>Ishmael</nick>`,
  });
});

const named = `<nick ${ns}> Ishmael\n</nick>`;
it.each([
  ['§4.1', `<presence type='subscribe'>${named}</presence>`, 'Ishmael'],
  ['§4.2', `<message type='chat'><body>Call me</body>${named}</message>`, 'Ishmael'],
  ['§4.3', `<message>${named}</message>`, 'Ishmael'],
  ['§4.1 in broadcasts', `<presence>${named}</presence>`, undefined],
  ['§4.1 in broadcasts', `<presence type='unavailable'>${named}</presence>`, undefined],
  ['§6 in rooms', `<message type='groupchat'>${named}</message>`, undefined],
  ['in bounces', `<message type='error'>${named}</message>`, undefined],
  ['blank', `<message><nick ${ns}> </nick></message>`, undefined],
  ['none', `<message/>`, undefined],
  ['of another namespace', `<message><nick>Ishmael</nick></message>`, undefined],
])('%s %s', (_section, text, expected) => {
  expect(nickOf(xml(text))).toBe(expected);
});

it('§7 too long is cut, between characters', () => {
  expect(nickOf(xml(`<message><nick ${ns}>${'🐳'.repeat(1_000_000)}</nick></message>`))).toBe('🐳'.repeat(256));
});

function account(items?: PubsubItemInput[]) {
  const joined = link();
  const asked: PubsubRequest[] = [];
  joined.server.handle(pubsubGetQuery, (request) => {
    asked.push(request);
    if (items === undefined) throw new StanzaError('item-not-found');
    return { items: { node: NS_NICK, items } };
  });
  joined.server.handle(pubsubSetQuery, (request) => void asked.push(request));
  return { ...joined, asked };
}

describe('§4.3', () => {
  it('publishes', async () => {
    const { client, wire } = account();
    await publishNick(client, 'CallMeIshmael');
    expect(wire[0]).toContain(
      `<publish node="${NS_NICK}"><item id="current"><nick ${ns}>CallMeIshmael</nick></item></publish></pubsub>`,
    );
  });

  it('takes back what was published, under whatever id', async () => {
    const { client, asked } = account([{ id: 'old' }, { id: 'current' }]);
    await publishNick(client, ' ');
    expect(asked.slice(1).map(({ retract }) => retract?.items[0]?.id)).toEqual(['old', 'current']);
    await publishNick(account().client, '');
    await expect(publishNick(account([{ id: 'x' }]).client, '', { signal: AbortSignal.abort() })).rejects.toThrow();
  });

  it('reads', async () => {
    const payloads = [nick.encode('Ishmael')];
    const { client, wire } = account([{ id: 'current', payloads }]);
    expect(await getNick(client, 'narrator@moby-dick.lit')).toBe('Ishmael');
    expect(wire[0]).toContain('to="narrator@moby-dick.lit"');
    expect(await getNick(account([]).client, 'ahab@moby-dick.lit')).toBeUndefined();
    expect(await getNick(account().client, 'ahab@moby-dick.lit')).toBeUndefined();
    expect(await getNick(account([{ id: 'a', payloads: [xml('<x/>')] }]).client, 'ahab@moby-dick.lit')).toBeUndefined();
    const { client: refused, server } = link();
    server.handle(pubsubGetQuery, () => {
      throw new StanzaError('forbidden');
    });
    await expect(getNick(refused, 'ahab@moby-dick.lit')).rejects.toBeInstanceOf(StanzaError);
  });

  it('is heard of, from the account alone', () => {
    const { client, inject } = link();
    const got: unknown[] = [];
    client.use(pep).watch(nickNode, (event) => {
      if (event.type === 'published') got.push([String(event.from), event.item.payload]);
    });
    for (const from of ['narrator@moby-dick.lit', 'narrator@moby-dick.lit/pda', 'moby-dick.lit'])
      inject(
        `<message from='${from}'><event xmlns='${NS_PUBSUB_EVENT}'><items node='${NS_NICK}'><item id='current'><nick ${ns}>Ishmael</nick></item></items></event></message>`,
      );
    expect(got).toEqual([['narrator@moby-dick.lit', 'Ishmael']]);
  });
});

it('§4.1, §4.2 goes with requests and messages', async () => {
  const { client, server } = link();
  const got: unknown[] = [];
  server.on('presence', (stanza) => void got.push(nickOf(stanza)));
  server.on('message', (stanza) => void got.push(nickOf(stanza)));
  await requestSubscription(client, 'starbuck@moby-dick.lit', { payloads: [nick.encode('Ishmael')] });
  await sendMessage(client, { to: 'starbuck@moby-dick.lit', body: 'Call me', payloads: [nick.encode('Ishmael')] });
  await Promise.resolve();
  expect(got).toEqual(['Ishmael', 'Ishmael']);
});
