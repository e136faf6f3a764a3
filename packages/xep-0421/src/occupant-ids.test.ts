import { StanzaError, TimeoutError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { JidError, parseJid } from '@xeps/core/jid';
import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { discoInfoQuery } from '@xeps/xep-0030';
import { describe, expect, it } from 'vitest';
import { isSameSender, NS_OCCUPANT_ID, occupantId, occupantIdOf, roomKnowsOccupantIds, senderOf } from './index.ts';
import type { MessageSender, SenderOptions } from './index.ts';

const ns = `xmlns="${NS_OCCUPANT_ID}"`;
const id = (value: string): string => `<occupant-id ${ns} id='${value}'/>`;
const message = (attrs: string, content = ''): Element => xml(`<message ${attrs}>${content}</message>`);

it('§3 golden', () => {
  const text = `<occupant-id ${ns} id="dd72603deec90a38ba552f7c68cbcc61bca202cd"/>`;
  const { value, input, output } = roundTrip(occupantId, text);
  expect(value).toEqual({ id: 'dd72603deec90a38ba552f7c68cbcc61bca202cd' });
  expect(output).toBe(input);
});

it.each(['', 'x'.repeat(129)])('§4.1 an identifier has 1 to 128 characters', (text) => {
  expect(occupantId.safeDecode(xml(`<occupant-id ${ns} id='${text}'/>`)).ok).toBe(false);
  expect(() => occupantId.encode({ id: text })).toThrow(CodecError);
  expect(occupantId.decode(occupantId.encode({ id: 'x'.repeat(128) })).id).toHaveLength(128);
});

it.each([
  ['one', id('a'), 'a'],
  ['one beside others', `<body>b</body>${id('a')}<x xmlns='urn:x'/>`, 'a'],
  ['none', '<body>b</body>', undefined],
  ['§4 several', id('a') + id('a'), undefined],
  ['§4 a broken one beside a good one', `<occupant-id ${ns}/>${id('a')}`, undefined],
  ['a broken one', `<occupant-id ${ns} id=''/>`, undefined],
  ['one that is inside of something else', `<moderated xmlns='urn:x'>${id('a')}</moderated>`, undefined],
])('reads of a stanza %s', (_what, content, expected) => {
  expect(occupantIdOf(message('', content))).toBe(expected);
  expect(occupantIdOf(xml(`<presence>${content}</presence>`))).toBe(expected);
});

const room = 'coven@chat.shakespeare.lit';
const muc = `<x xmlns='http://jabber.org/protocol/muc#user'/>`;
const own = parseJid('hag66@shakespeare.lit/pda');

describe('who sent a message', () => {
  it.each<[string, Element, SenderOptions, MessageSender | undefined]>([
    [
      'a contact, whatever the device',
      message(`from='Romeo@montague.lit/orchard' type='chat'`),
      {},
      { address: 'romeo@montague.lit' },
    ],
    ['a server', message(`from='montague.lit'`), {}, { address: 'montague.lit' }],
    ['an occupant', message(`from='${room}/thirdwitch' type='groupchat'`), {}, { address: `${room}/thirdwitch` }],
    [
      'an occupant with an identifier',
      message(`from='${room}/thirdwitch' type='groupchat'`, id('a')),
      { occupantIds: true },
      { address: `${room}/thirdwitch`, occupantId: 'a' },
    ],
    [
      '§4 an occupant whose room assigns none',
      message(`from='${room}/thirdwitch' type='groupchat'`, id('a')),
      {},
      { address: `${room}/thirdwitch` },
    ],
    [
      '§4 an occupant who forged several',
      message(`from='${room}/thirdwitch' type='groupchat'`, id('a') + id('b')),
      { occupantIds: true },
      { address: `${room}/thirdwitch` },
    ],
    [
      'an occupant in private',
      message(`from='${room}/thirdwitch' type='chat'`, muc + id('a')),
      { occupantIds: true },
      { address: `${room}/thirdwitch`, occupantId: 'a' },
    ],
    [
      'an occupant in private, of whom nothing but the caller says so',
      message(`from='${room}/thirdwitch' type='chat'`, id('a')),
      { room: true, occupantIds: true },
      { address: `${room}/thirdwitch`, occupantId: 'a' },
    ],
    [
      'a contact that writes an identifier',
      message(`from='mallory@evil.example/x' type='chat'`, id('a')),
      { occupantIds: true },
      { address: 'mallory@evil.example' },
    ],
    [
      'the room itself, speaking of an occupant',
      message(`from='${room}' type='groupchat'`, id('a')),
      { occupantIds: true },
      { address: room },
    ],
    ['this account, without from', message(`to='romeo@montague.lit'`), { own }, { address: 'hag66@shakespeare.lit' }],
    [
      'another device of this account',
      message(`from='hag66@shakespeare.lit/desktop' to='${room}/thirdwitch' type='chat'`, muc + id('a')),
      { own: 'Hag66@shakespeare.lit', room: true, occupantIds: true },
      { address: 'hag66@shakespeare.lit' },
    ],
    ['nobody that is known', message(`to='romeo@montague.lit'`), {}, undefined],
    ['nobody, but with a broken address', message(`from='@'`), { own }, undefined],
    ['whoever refused it', message(`from='romeo@montague.lit/orchard' type='error'`), {}, undefined],
  ])('%s', (_who, stanza, options, expected) => {
    expect(senderOf(stanza, options)).toEqual(expected);
  });

  it('an own address that is none is a mistake', () => {
    expect(() => senderOf(message(''), { own: '@' })).toThrow(JidError);
  });

  it('is kept as it is by a store', () => {
    const sender = senderOf(message(`from='${room}/w' type='groupchat'`, id('a')), { occupantIds: true });
    expect(JSON.parse(JSON.stringify(sender))).toEqual(sender);
  });
});

describe('whether two have the same sender', () => {
  const first: MessageSender = { address: `${room}/thirdwitch` };
  const firstId: MessageSender = { ...first, occupantId: 'a' };
  it.each<[string, MessageSender, MessageSender, boolean]>([
    ['the same account', { address: 'romeo@montague.lit' }, { address: 'romeo@montague.lit' }, true],
    ['another account', { address: 'romeo@montague.lit' }, { address: 'mallory@evil.example' }, false],
    ['another server that looks alike', { address: 'montague.lit' }, { address: 'montague.lit.evil.example' }, false],
    ['the same nickname, without identifiers', first, { ...first }, true],
    ['another nickname, without identifiers', first, { address: `${room}/firstwitch` }, false],
    ['§4.1 another nickname, the same identifier', firstId, { address: `${room}/hag`, occupantId: 'a' }, true],
    ['the same nickname, another identifier', firstId, { ...first, occupantId: 'b' }, false],
    ['the same nickname, an identifier on one side', firstId, first, false],
    ['the same nickname, an identifier on the other side', first, firstId, false],
    [
      'the same identifier in another room',
      firstId,
      { address: 'evil@muc.example/thirdwitch', occupantId: 'a' },
      false,
    ],
  ])('%s', (_what, a, b, expected) => {
    expect(isSameSender(a, b)).toBe(expected);
    expect(isSameSender(b, a)).toBe(expected);
  });
});

describe('§2 whether a room assigns them', () => {
  const ask = (features: readonly string[] | (() => never)) => {
    const joined = link();
    joined.server.handle(discoInfoQuery, () =>
      typeof features === 'function'
        ? features()
        : { identities: [{ category: 'conference', type: 'text' }], features },
    );
    return { ...joined, known: roomKnowsOccupantIds(joined.client, `${room}/thirdwitch`) };
  };

  it('asks the room and not the occupant', async () => {
    const { known, wire } = ask([NS_OCCUPANT_ID]);
    expect(await known).toBe(true);
    expect(wire[0]).toContain(`to="${room}"`);
  });

  it('without the feature, and without service discovery', async () => {
    expect(await ask(['http://jabber.org/protocol/muc']).known).toBe(false);
    expect(
      await ask(() => {
        throw new StanzaError('feature-not-implemented');
      }).known,
    ).toBe(false);
  });

  it('but a refusal or no answer is no answer', async () => {
    await expect(
      ask(() => {
        throw new StanzaError('forbidden');
      }).known,
    ).rejects.toBeInstanceOf(StanzaError);
    const { client, server } = link();
    server.handle(discoInfoQuery, () => new Promise(() => undefined));
    await expect(roomKnowsOccupantIds(client, room, { timeout: 20 })).rejects.toBeInstanceOf(TimeoutError);
  });
});
