import { XmppError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { messageStanza } from '@xeps/rfc-6121';
import { discoInfoQuery, getDiscoInfo } from '@xeps/xep-0030';
import { NS_SID, stanzaIdsBy } from '@xeps/xep-0359';
import { fallback, NS_FALLBACK } from '@xeps/xep-0428';
import { describe, expect, it } from 'vitest';
import {
  mayRetract,
  NS_RETRACT,
  retractableOf,
  retraction,
  retractionOf,
  retractions,
  sendRetraction,
  tombstone,
} from './index.ts';

const ns = `xmlns="${NS_RETRACT}"`;
const retract = (id: string, content = ''): string => `<retract ${ns} id='${id}'>${content}</retract>`;

it('§3 golden', () => {
  const { value, input, output } = roundTrip(retraction, `<retract ${ns} id="wrong-recipient-1"/>`);
  expect(value).toEqual({ id: 'wrong-recipient-1' });
  expect(output).toBe(input);
  expect(() => retraction.decode(xml(`<retract ${ns}/>`))).toThrow(CodecError);
});

it('§4 golden', () => {
  const text = `<retracted ${ns} id="retract-message-1" by="romeo@montague.example" stamp="2019-09-20T23:09:32Z"/>`;
  const { value, input, output } = roundTrip(tombstone, text);
  expect(value).toEqual({
    id: 'retract-message-1',
    by: 'romeo@montague.example',
    stamp: new Date('2019-09-20T23:09:32Z'),
  });
  expect(output).toBe(input);
  expect(tombstone.decode(xml(`<retracted ${ns}/>`))).toEqual({});
  expect(tombstone.safeDecode(xml(`<retracted ${ns} stamp='yesterday'/>`)).ok).toBe(false);
});

it('§2 is advertised', async () => {
  const { client, server } = link();
  client.use(retractions);
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_RETRACT);
});

describe('§3 sending', () => {
  it('with a body for those who do not know it, and a hint to store it', async () => {
    const { client, wire } = link();
    const { id } = await sendRetraction(client, { to: 'lord@capulet.example', retracts: 'wrong-recipient-1' });
    const stanza = xml(wire[0]!.slice(3));
    const sent = messageStanza.decode(stanza);
    expect(sent).toMatchObject({ id, type: 'chat' });
    expect(sent.body.get('')).toMatch(/^\/me retracted a previous message/);
    expect(sent.payloads.map((payload) => `${payload.name} ${payload.getNS()}`)).toEqual([
      `retract ${NS_RETRACT}`,
      `fallback ${NS_FALLBACK}`,
      'store urn:xmpp:hints',
    ]);
    expect(retraction.find(stanza)).toEqual({ id: 'wrong-recipient-1' });
    expect(fallback.find(stanza)?.for).toBe(NS_RETRACT);
  });

  it('to a room, in other words, with other payloads', async () => {
    const { client, wire } = link();
    await sendRetraction(client, {
      to: 'coven@chat.shakespeare.lit',
      type: 'groupchat',
      retracts: 'stanza-id-1',
      body: '/me nahm eine Nachricht zurück.',
      payloads: [xml(`<note xmlns='urn:example:note'/>`)],
    });
    const sent = messageStanza.decode(xml(wire[0]!.slice(3)));
    expect(sent.type).toBe('groupchat');
    expect(sent.body.get('')).toBe('/me nahm eine Nachricht zurück.');
    expect(sent.payloads.map((payload) => payload.name)).toEqual(['retract', 'fallback', 'store', 'note']);
  });

  it('not of a message without an id', async () => {
    const { client, wire } = link();
    await expect(sendRetraction(client, { to: 'lord@capulet.example', retracts: '' })).rejects.toBeInstanceOf(
      XmppError,
    );
    expect(wire).toEqual([]);
  });
});

const message = (attrs: string, content = ''): Element => xml(`<message ${attrs}><body>x</body>${content}</message>`);
const room = 'coven@chat.shakespeare.lit';

async function idsBy(by?: string) {
  const { client, server } = link({ client: 'hag66@shakespeare.lit/pda', server: 'shakespeare.lit' });
  server.handle(discoInfoQuery, () => ({ identities: [{ category: 'conference', type: 'text' }], features: [NS_SID] }));
  return (await stanzaIdsBy(client, by === undefined ? {} : { by }))!;
}
const stanzaId = (id: string, by: string): string => `<stanza-id xmlns='${NS_SID}' id='${id}' by='${by}'/>`;
const originId = (id: string): string => `<origin-id xmlns='${NS_SID}' id='${id}'/>`;

describe('§5.1 the id that names a message', () => {
  it('is its own outside of rooms', async () => {
    const stanzaIds = await idsBy();
    const content = stanzaId('s1', 'hag66@shakespeare.lit') + originId('o1');
    const found = retractableOf(message(`from='romeo@montague.example/o' id='m1' type='chat'`, content), { stanzaIds });
    expect(found).toEqual({ id: 'm1', groupchat: false, sender: { address: 'romeo@montague.example' } });
  });

  it('is the room’s in a room, and no other', async () => {
    const stanzaIds = await idsBy(room);
    const inRoom = (content: string) =>
      retractableOf(message(`from='${room}/thirdwitch' id='m1' type='groupchat'`, content), { stanzaIds })?.id;
    expect(inRoom(originId('o1') + stanzaId('x', 'hag66@shakespeare.lit') + stanzaId('s1', room))).toBe('s1');
    expect(inRoom(originId('o1'))).toBeUndefined();
    expect(inRoom(stanzaId('s1', room) + stanzaId('s2', room))).toBeUndefined();
  });

  it('is not one that another room or the own account gave', async () => {
    const inRoom = message(
      `from='${room}/thirdwitch' id='m1' type='groupchat'`,
      stanzaId('s1', 'hag66@shakespeare.lit') + stanzaId('s2', 'evil@muc.example'),
    );
    expect(retractableOf(inRoom, { stanzaIds: await idsBy() })).toBeUndefined();
    expect(retractableOf(inRoom, { stanzaIds: await idsBy('evil@muc.example') })).toBeUndefined();
  });

  it('is the sender’s where the room gives none', () => {
    const inRoom = (content: string) =>
      retractableOf(message(`from='${room}/thirdwitch' id='m1' type='groupchat'`, content))?.id;
    expect(inRoom(originId('o1') + stanzaId('s1', room))).toBe('o1');
    expect(inRoom('')).toBeUndefined();
    expect(inRoom(`<origin-id xmlns='${NS_SID}'/>`)).toBeUndefined();
  });

  it('is the archive’s in the archive of a room', () => {
    const archived = message(`from='${room}/thirdwitch' id='m1' type='groupchat'`);
    expect(retractableOf(archived, { archiveId: 'a1' })?.id).toBe('a1');
    const chat = message(`from='romeo@montague.example/o' id='m1' type='chat'`);
    expect(retractableOf(chat, { archiveId: 'a1' })?.id).toBe('m1');
  });

  it.each([
    `from='romeo@montague.example/o' type='chat'`,
    `from='romeo@montague.example/o' type='chat' id=''`,
    `from='romeo@montague.example/o' type='error' id='m1'`,
    `from='romeo@montague.example/o' type='headline' id='m1'`,
    `from='@' id='m1'`,
    `id='m1'`,
  ])('there is none of <message %s>', (attrs) => {
    expect(retractableOf(message(attrs))).toBeUndefined();
  });
});

it.each([
  ['one', `from='romeo@montague.example/o' id='r1' type='chat'`, retract('m1'), 'm1'],
  ['none', `from='romeo@montague.example/o' id='r1'`, '', undefined],
  ['a broken one', `from='romeo@montague.example/o' id='r1'`, `<retract ${ns}/>`, undefined],
  ['one of no message', `from='romeo@montague.example/o' id='r1'`, retract(''), undefined],
  ['a bounce', `from='romeo@montague.example/o' id='r1' type='error'`, retract('m1'), undefined],
  ['a headline', `from='romeo@montague.example/o' id='r1' type='headline'`, retract('m1'), undefined],
  ['one of nobody', `id='r1'`, retract('m1'), undefined],
  [
    '§5 a moderator’s',
    `from='${room}' id='r1' type='groupchat'`,
    retract('m1', `<moderated xmlns='urn:xmpp:message-moderate:1'/>`),
    undefined,
  ],
  [
    'the older version, whose ids are others',
    `from='romeo@montague.example/o' id='r1'`,
    `<apply-to xmlns='urn:xmpp:fasten:0' id='m1'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>`,
    undefined,
  ],
  [
    'a copy, which is read from inside',
    `from='romeo@montague.example'`,
    `<sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'>${retract('m1')}</message></forwarded></sent>`,
    undefined,
  ],
])('§3 reads a retraction: %s', (_what, attrs, content, retracts) => {
  expect(retractionOf(message(attrs, content))?.retracts).toBe(retracts);
});

describe('§5 which retractions count', () => {
  const occupant = (id: string): string => `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='${id}'/>`;
  const muc = `<x xmlns='http://jabber.org/protocol/muc#user'/>`;
  it.each<[string, string, string, string, string, boolean]>([
    // what, the original's attributes and content, the retraction's, whether it counts
    ['of the same account', `from='r@m.net/a' type='chat'`, '', `from='r@m.net/a' type='chat'`, '', true],
    ['from another device', `from='r@m.net/a'`, '', `from='r@m.net/b' type='chat'`, '', true],
    ['of another account', `from='r@m.net/a' type='chat'`, '', `from='mallory@evil.example/a' type='chat'`, '', false],
    ['of the contact’s, by this account', `from='r@m.net/a' type='chat'`, '', `type='chat'`, '', false],
    ['of this account’s, by the contact', `type='chat'`, '', `from='r@m.net/a' type='chat'`, '', false],
    [
      'of an occupant under another nickname',
      `from='room@muc/a' type='groupchat'`,
      occupant('1') + originId('m1'),
      `from='room@muc/b' type='groupchat'`,
      occupant('1'),
      true,
    ],
    [
      'of somebody with the occupant’s nickname',
      `from='room@muc/a' type='groupchat'`,
      occupant('1') + originId('m1'),
      `from='room@muc/a' type='groupchat'`,
      occupant('2'),
      false,
    ],
    [
      'of the room itself in an occupant’s name',
      `from='room@muc/a' type='groupchat'`,
      occupant('1') + originId('m1'),
      `from='room@muc' type='groupchat'`,
      occupant('1'),
      false,
    ],
    [
      'of another occupant in private',
      `from='room@muc/a' type='chat'`,
      muc,
      `from='room@muc/b' type='chat'`,
      muc,
      false,
    ],
    [
      'in private, of what was said to the room',
      `from='room@muc/a' type='groupchat'`,
      occupant('1') + originId('m1'),
      `from='room@muc/a' type='chat'`,
      muc + occupant('1'),
      false,
    ],
  ])('one %s', (_what, attrs, content, byAttrs, byContent, expected) => {
    const options = { own: 'own@here.net', occupantIds: true };
    const original = retractableOf(message(`${attrs} id='m1'`, content), options)!;
    const by = retractionOf(message(`${byAttrs} id='r1'`, byContent + retract('m1')), options)!;
    expect(mayRetract(original, by)).toBe(expected);
  });

  it('one of another message does not', () => {
    const original = retractableOf(message(`from='r@m.net/a' id='m1'`))!;
    expect(mayRetract(original, retractionOf(message(`from='r@m.net/a'`, retract('m2')))!)).toBe(false);
  });

  it('is decided by what a store kept', () => {
    const kept = retractableOf(message(`from='r@m.net/a' id='m1'`))!;
    expect(JSON.parse(JSON.stringify(kept))).toEqual(kept);
  });
});
