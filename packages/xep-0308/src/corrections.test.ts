import { XmppError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { messageStanza } from '@xeps/rfc-6121';
import { getDiscoInfo } from '@xeps/xep-0030';
import { describe, expect, it } from 'vitest';
import {
  correctableOf,
  correction,
  correctionOf,
  corrections,
  mayCorrect,
  NS_CORRECTION,
  sendCorrection,
} from './index.ts';

const ns = `xmlns="${NS_CORRECTION}"`;
const replace = (id: string): string => `<replace ${ns} id='${id}'/>`;

it('§3 golden', () => {
  const { value, input, output } = roundTrip(correction, `<replace ${ns} id="bad1"/>`);
  expect(value).toEqual({ id: 'bad1' });
  expect(output).toBe(input);
  expect(() => correction.decode(xml(`<replace ${ns}/>`))).toThrow(CodecError);
});

it('§2 is advertised', async () => {
  const { client, server } = link();
  client.use(corrections);
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_CORRECTION);
});

describe('§3 sending', () => {
  it('a whole message, with an id of its own', async () => {
    const { client, wire } = link();
    const note = xml(`<note xmlns='urn:example:note'/>`);
    const earlier = correction.encode({ id: 'bad0' });
    const { id } = await sendCorrection(client, {
      to: 'juliet@capulet.net',
      corrects: 'bad1',
      body: 'But soft, what light through yonder window breaks?',
      thread: 't1',
      payloads: [note, earlier],
    });
    const sent = messageStanza.decode(xml(wire[0]!.slice(3)));
    expect(sent).toMatchObject({ id, type: 'chat', thread: { id: 't1' } });
    expect(id).not.toBe('bad1');
    expect(sent.body.get('')).toBe('But soft, what light through yonder window breaks?');
    expect(sent.payloads.map((payload) => payload.name)).toEqual(['note', 'replace']);
    expect(correction.findAll(xml(wire[0]!.slice(3)))).toEqual([{ id: 'bad1' }]);
  });

  it.each([
    ['the corrected message’s id', { corrects: 'bad1', id: 'bad1' }],
    ['a message that has none', { corrects: '' }],
  ])('not with %s', async (_what, ids) => {
    const { client, wire } = link();
    await expect(sendCorrection(client, { to: 'juliet@capulet.net', body: 'x', ...ids })).rejects.toBeInstanceOf(
      XmppError,
    );
    expect(wire).toEqual([]);
  });
});

const message = (attrs: string, content = ''): Element => xml(`<message ${attrs}><body>x</body>${content}</message>`);

describe('reading', () => {
  it.each([
    [`from='romeo@montague.net/orchard' id='m1' type='chat'`, '', { id: 'm1', groupchat: false }],
    [`from='romeo@montague.net/orchard' id='m1'`, '', { id: 'm1', groupchat: false }],
    [`from='room@muc.example/romeo' id='m1' type='groupchat'`, '', { id: 'm1', groupchat: true }],
    [`from='romeo@montague.net/orchard' type='chat'`, '', undefined],
    [`from='romeo@montague.net/orchard' id='' type='chat'`, '', undefined],
    [`from='romeo@montague.net/orchard' id='m2' type='chat'`, replace('m1'), undefined],
    [`from='romeo@montague.net/orchard' id='m1' type='headline'`, '', undefined],
    [`from='romeo@montague.net/orchard' id='m1' type='error'`, '', undefined],
    [`from='@' id='m1' type='chat'`, '', undefined],
    [`id='m1' type='chat'`, '', undefined],
  ])('§4 what can be corrected of <message %s>%s', (attrs, content, expected) => {
    const found = correctableOf(message(attrs, content));
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(expected);
  });

  it.each([
    ['one', `from='romeo@montague.net/o' id='m2' type='chat'`, replace('m1'), 'm1'],
    ['one without an id of its own', `from='romeo@montague.net/o'`, replace('m1'), 'm1'],
    ['none', `from='romeo@montague.net/o' id='m2'`, '', undefined],
    ['a broken one', `from='romeo@montague.net/o' id='m2'`, `<replace ${ns}/>`, undefined],
    ['one of no message', `from='romeo@montague.net/o' id='m2'`, replace(''), undefined],
    ['a bounce', `from='romeo@montague.net/o' id='m2' type='error'`, replace('m1'), undefined],
    ['a headline', `from='romeo@montague.net/o' id='m2' type='headline'`, replace('m1'), undefined],
    ['one of nobody', `id='m2'`, replace('m1'), undefined],
    [
      'a copy, which is read from inside',
      `from='romeo@montague.net'`,
      `<sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'>${replace('m1')}</message></forwarded></sent>`,
      undefined,
    ],
  ])('a correction: %s', (_what, attrs, content, corrects) => {
    expect(correctionOf(message(attrs, content))?.corrects).toBe(corrects);
  });

  it('is kept as it is by a store', () => {
    const kept = correctableOf(message(`from='room@muc.example/romeo' id='m1' type='groupchat'`));
    expect(JSON.parse(JSON.stringify(kept))).toEqual(kept);
  });
});

describe('§4 which corrections count', () => {
  const occupant = (id: string): string => `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='${id}'/>`;
  const muc = `<x xmlns='http://jabber.org/protocol/muc#user'/>`;
  it.each<[string, string, string, string, string, boolean]>([
    // what, the original's attributes and content, the correction's, whether it counts
    ['of the same account', `from='r@m.net/a' type='chat'`, '', `from='r@m.net/a' type='chat'`, '', true],
    ['from another device', `from='r@m.net/a' type='chat'`, '', `from='r@m.net/b' type='chat'`, '', true],
    ['of another account', `from='r@m.net/a' type='chat'`, '', `from='mallory@evil.example/a' type='chat'`, '', false],
    ['of the own account', `type='chat'`, '', `from='own@here.net/other' type='chat'`, '', true],
    ['of the own account’s message by another', `type='chat'`, '', `from='r@m.net/a' type='chat'`, '', false],
    [
      'of an occupant',
      `from='room@muc/a' type='groupchat'`,
      occupant('1'),
      `from='room@muc/b' type='groupchat'`,
      occupant('1'),
      true,
    ],
    [
      'of somebody with the occupant’s nickname',
      `from='room@muc/a' type='groupchat'`,
      occupant('1'),
      `from='room@muc/a' type='groupchat'`,
      occupant('2'),
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
      occupant('1'),
      `from='room@muc/a' type='chat'`,
      muc + occupant('1'),
      false,
    ],
  ])('one %s', (_what, attrs, content, byAttrs, byContent, expected) => {
    const options = { own: 'own@here.net', occupantIds: true };
    const original = correctableOf(message(`${attrs} id='m1'`, content), options)!;
    const by = correctionOf(message(`${byAttrs} id='m2'`, byContent + replace('m1')), options)!;
    expect(mayCorrect(original, by)).toBe(expected);
  });

  it('one of another message does not, and one of a correction has nothing that it could correct', () => {
    const original = correctableOf(message(`from='r@m.net/a' id='m1'`))!;
    const first = message(`from='r@m.net/a' id='m2'`, replace('m1'));
    const second = correctionOf(message(`from='r@m.net/a' id='m3'`, replace('m1')))!;
    const chained = correctionOf(message(`from='r@m.net/a' id='m3'`, replace('m2')))!;
    expect(mayCorrect(original, second)).toBe(true);
    expect(mayCorrect(original, chained)).toBe(false);
    expect(correctableOf(first)).toBeUndefined();
  });
});
