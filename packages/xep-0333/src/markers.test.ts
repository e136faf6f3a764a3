import { CodecError } from '@xeps/core/schema';
import { parseJid } from '@xeps/core/jid';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { rosterQuery, sendMessage } from '@xeps/rfc-6121';
import type { RosterListInput } from '@xeps/rfc-6121';
import { discoInfoQuery, getDiscoInfo } from '@xeps/xep-0030';
import { NS_SID, stanzaIdsBy } from '@xeps/xep-0359';
import type { StanzaIdReader } from '@xeps/xep-0359';
import { describe, expect, it } from 'vitest';
import { displayed, displayedMarkers, markable, markedId, NS_CHAT_MARKERS, sendDisplayed } from './index.ts';
import type { MarkOptions } from './index.ts';

const ns = `xmlns="${NS_CHAT_MARKERS}"`;

it('§4 text and value are the same thing', () => {
  const trip = roundTrip(displayed, `<displayed ${ns} id="the-msg-1"/>`);
  expect(trip.value).toEqual({ id: 'the-msg-1' });
  expect(trip.output).toBe(trip.input);
  expect(roundTrip(markable, `<markable ${ns}/>`).value).toEqual({});
  expect(() => displayed.decode(xml(`<displayed ${ns}/>`))).toThrow(CodecError);
});

it.each(['received', 'acknowledged'])('§11 <%s/> of earlier drafts is no marker', (name) => {
  expect(displayed.find(xml(`<message><${name} ${ns} id="m1"/></message>`))).toBeUndefined();
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

async function follow() {
  const joined = link();
  joined.server.handle(rosterQuery, () => contacts);
  const api = joined.client.use(displayedMarkers);
  const got: string[] = [];
  api.on('displayed', ({ id, from }) => void got.push(`${id} ${String(from)}`));
  api.on('occupantDisplayed', ({ id, from }) => void got.push(`room ${id} ${String(from)}`));
  await joined.settle();
  const sent = (): string[] =>
    joined.wire.filter((line) => line.startsWith('C: <message') && line.includes('<displayed'));
  const mark = (attrs: string, content = `<markable ${ns}/>`, options?: MarkOptions): Promise<boolean> =>
    api.mark(xml(`<message ${attrs}><body>x</body>${content}</message>`), options);
  const claim = (attrs: string, id: string): void =>
    joined.inject(`<message ${attrs}><displayed ${ns} id='${id}'/></message>`);
  return { ...joined, api, got, sent, mark, claim };
}

async function readerBy(by: string): Promise<StanzaIdReader> {
  const { client, server } = link();
  server.handle(discoInfoQuery, () => ({ identities: [{ category: 'conference', type: 'text' }], features: [NS_SID] }));
  return (await stanzaIdsBy(client, { by }))!;
}
const sid = (id: string, by: string): string => `<stanza-id xmlns='${NS_SID}' id='${id}' by='${by}'/>`;

it('§3 is advertised', async () => {
  const { client, server } = await follow();
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_CHAT_MARKERS);
});

describe('§4.3 the id of', () => {
  const inRoom = `<message id='m1' type='groupchat' from='room@muc.example/a'>${sid('s1', 'room@muc.example')}</message>`;
  it.each([
    ['a chat message', `<message id='m1' type='chat'>${sid('s1', 'room@muc.example')}</message>`, 'm1'],
    ['one without', `<message type='chat'/>`, undefined],
    ['one with an empty one', `<message type='chat' id=''/>`, undefined],
    ['a bounce', `<message id='m1' type='error'/>`, undefined],
    ['a room’s message', inRoom, 's1'],
    ['a room’s message without one', `<message id='m1' type='groupchat' from='room@muc.example/a'/>`, undefined],
    ['another room’s message', inRoom.replace('room@', 'evil@'), undefined],
  ])('%s', async (_what, text, id) => {
    expect(markedId(xml(text), await readerBy('room@muc.example'))).toBe(id);
  });

  it('a message of a room that assigns none', () => {
    expect(markedId(xml(inRoom))).toBe('m1');
  });
});

it('§4.2 a marker has nothing beside it but the thread and the hint to store it', async () => {
  const { client, wire } = link();
  const { id } = await sendDisplayed(client, { to: 'juliet@capulet.lit', id: 'm1', thread: 't1' });
  expect(wire[0]).toBe(
    `C: <message id="${id}" to="juliet@capulet.lit" type="chat" from="romeo@montague.lit/orchard"><thread>t1</thread>` +
      `<displayed ${ns} id="m1"/><store xmlns="urn:xmpp:hints"/></message>`,
  );
});

describe('marking', () => {
  it.each(['juliet@capulet.lit/balcony', 'nurse@capulet.lit/kitchen'])(
    '§4.2, §7 tells %s, who may know, at the bare address',
    async (from) => {
      const { mark, sent } = await follow();
      expect(await mark(`from='${from}' id='m1' type='chat'`, `<markable ${ns}/><thread>t1</thread>`)).toBe(true);
      const stanza = xml(sent()[0]!.slice(3));
      expect(stanza.attrs).toMatchObject({ to: from.split('/')[0], type: 'chat' });
      expect(stanza.getChildText('thread')).toBe('t1');
      expect(displayed.find(stanza)).toEqual({ id: 'm1' });
    },
  );

  it.each([
    'mallory@evil.example/x',
    'paris@verona.lit/x',
    'tybalt@capulet.lit/x',
    'juliet@capulet.lit.evil.example/x',
    'capulet.lit',
  ])('§7 does not tell %s that somebody is there', async (from) => {
    const { mark, sent } = await follow();
    expect(await mark(`from='${from}' id='m1' type='chat'`)).toBe(false);
    // What says that it came through a room is no reason.
    expect(
      await mark(
        `from='${from}' id='m1' type='chat'`,
        `<markable ${ns}/><x xmlns='http://jabber.org/protocol/muc#user'/>`,
      ),
    ).toBe(false);
    expect(sent()).toEqual([]);
  });

  it.each([
    ['§5 what did not ask', `from='juliet@capulet.lit/b' id='m1' type='chat'`, ''],
    ['§4.1 what has no id', `from='juliet@capulet.lit/b' type='chat'`, undefined],
    ['what is a bounce', `from='juliet@capulet.lit/b' id='m1' type='error'`, undefined],
    ['§5 what another own device sent', `from='romeo@montague.lit/garden' id='m1' type='chat'`, undefined],
    ['§5 what this device sent', `id='m1' type='chat' to='juliet@capulet.lit'`, undefined],
    [
      '§4.2 what is a marker',
      `from='juliet@capulet.lit/b' id='m1' type='chat'`,
      `<markable ${ns}/><displayed ${ns} id='m0'/>`,
    ],
    [
      '§4.2 what is a broken marker',
      `from='juliet@capulet.lit/b' id='m1' type='chat'`,
      `<markable ${ns}/><displayed ${ns}/>`,
    ],
    ['what a room says itself', `from='room@muc.example' id='m1' type='groupchat'`, undefined],
  ])('does not mark %s', async (_what, attrs, content) => {
    const { mark, sent } = await follow();
    expect(await mark(attrs, content)).toBe(false);
    expect(sent()).toEqual([]);
  });

  it('§4.3 in rooms unasked, by the room’s id, and not one’s own', async () => {
    const { mark, sent } = await follow();
    const stanzaIds = await readerBy('room@muc.example');
    const attrs = `from='room@muc.example/juliet' id='m1' type='groupchat'`;
    const options = { stanzaIds, nick: 'romeo' };
    expect(await mark(attrs, sid('s1', 'room@muc.example'), options)).toBe(true);
    expect(xml(sent()[0]!.slice(3)).attrs).toMatchObject({ to: 'room@muc.example', type: 'groupchat' });
    expect(sent()[0]).toContain('id="s1"');
    expect(await mark(attrs.replace('juliet', 'romeo'), sid('s2', 'room@muc.example'), options)).toBe(false);
    expect(await mark(attrs, '', options)).toBe(false);
  });

  it('§8 the user decides, and what is no message is refused', async () => {
    const { api, mark, sent } = await follow();
    api.setPolicy('never');
    expect(await mark(`from='juliet@capulet.lit/b' id='m1'`)).toBe(false);
    expect(await mark(`from='room@muc.example/juliet' id='m1' type='groupchat'`)).toBe(false);
    api.setPolicy((from) => from.bare().toString() === 'room@muc.example');
    // A private message: the occupant is reached by the full address alone.
    expect(await mark(`from='room@muc.example/juliet' id='m2' type='chat'`)).toBe(true);
    expect(sent()[0]).toContain('to="room@muc.example/juliet"');
    await expect(api.mark(xml('<presence/>'))).rejects.toBeInstanceOf(CodecError);
    await expect(mark(`from='@' id='m1'`)).rejects.toBeInstanceOf(CodecError);
  });
});

describe('markers that come', () => {
  const ask = { body: 'x', payloads: [markable.encode({})] };

  it('§4.2 are believed from whom the message was sent to, from each device', async () => {
    const { client, claim, got } = await follow();
    const { id } = await sendMessage(client, { to: 'juliet@capulet.lit', ...ask });
    claim(`from='juliet@capulet.lit/balcony'`, id);
    claim(`from='juliet@capulet.lit'`, id);
    expect(got).toEqual([`${id} juliet@capulet.lit/balcony`, `${id} juliet@capulet.lit`]);
  });

  it('are not believed from others, of messages never sent, or of what asked for none', async () => {
    const { client, inject, claim, got } = await follow();
    const { id } = await sendMessage(client, { to: 'juliet@capulet.lit', ...ask });
    const inRoom = await sendMessage(client, { to: 'room@muc.example/juliet', ...ask });
    const toRoom = await sendMessage(client, { to: 'room@muc.example', type: 'groupchat', ...ask });
    const plain = await sendMessage(client, { to: 'juliet@capulet.lit', body: 'x' });
    claim(`from='mallory@evil.example/x'`, id);
    claim(`from='capulet.lit'`, id);
    claim(`from='@'`, id);
    claim(``, id);
    claim(`from='room@muc.example/mallory'`, inRoom.id);
    claim(`from='room@muc.example/mallory'`, toRoom.id);
    claim(`from='juliet@capulet.lit/balcony'`, plain.id);
    claim(`from='juliet@capulet.lit/balcony'`, 'guess');
    claim(`from='juliet@capulet.lit/balcony' type='error'`, id);
    inject(
      `<message from='mallory@evil.example'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>` +
        `<message xmlns='jabber:client' from='juliet@capulet.lit/b'><displayed ${ns} id='${id}'/></message></forwarded></received></message>`,
    );
    expect(got).toEqual([]);
    claim(`from='room@muc.example/juliet'`, inRoom.id);
    expect(got).toEqual([`${inRoom.id} room@muc.example/juliet`]);
  });

  it('RFC 6121 §8.5.3.2.1 what was sent to a device may have been displayed on another one of a contact', async () => {
    const { client, claim, got } = await follow();
    const { id } = await sendMessage(client, { to: 'juliet@capulet.lit/gone', ...ask });
    claim(`from='juliet@capulet.lit/balcony'`, id);
    expect(got).toHaveLength(1);
  });

  it('§4.3 of occupants of rooms are told apart', async () => {
    const { claim, got } = await follow();
    claim(`from='room@muc.example/juliet' type='groupchat'`, 's1');
    claim(`from='room@muc.example' type='groupchat'`, 's1');
    expect(got).toEqual(['room s1 room@muc.example/juliet']);
  });

  it('of an earlier run are known when told, and a broken marker is a fault', async () => {
    const { api, claim, got, inject, faults } = await follow();
    api.expect('old', 'juliet@capulet.lit');
    claim(`from='juliet@capulet.lit/b'`, 'old');
    inject(`<message from='juliet@capulet.lit/b'><displayed ${ns}/></message>`);
    expect(got).toEqual(['old juliet@capulet.lit/b']);
    expect(faults).toHaveLength(1);
  });
});
