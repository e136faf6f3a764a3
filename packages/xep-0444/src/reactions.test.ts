import { isStanzaError, XmppError } from '@xeps/core';
import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { sendMessage } from '@xeps/rfc-6121';
import { dataForm } from '@xeps/xep-0004';
import { discoInfoQuery, getDiscoInfo } from '@xeps/xep-0030';
import { senderOf } from '@xeps/xep-0421';
import { describe, expect, it } from 'vitest';
import {
  allowsReactions,
  applyReactions,
  cleanReactions,
  countReactions,
  getReactionRestrictions,
  isEmoji,
  messageReactions,
  NS_REACTIONS,
  reactions,
  readReactions,
  sendReactions,
  senderKey,
} from './index.ts';
import type { MessageReactions } from './index.ts';

const ns = `xmlns="${NS_REACTIONS}"`;

it.each([
  [`<reactions ${ns} id="m1"><reaction>👋</reaction><reaction>🐢</reaction></reactions>`, ['👋', '🐢']],
  [`<reactions ${ns} id="m1"/>`, []],
])('§3.1, §3.2 golden %#', (text, list) => {
  const trip = roundTrip(reactions, text);
  expect(trip.value).toEqual({ id: 'm1', reactions: list });
  expect(trip.output).toBe(trip.input);
});

it('§7.1 the id must be there', () => {
  expect(() => reactions.decode(xml(`<reactions ${ns}><reaction>👋</reaction></reactions>`))).toThrow(CodecError);
});

describe('§4 a reaction is a single emoji', () => {
  it.each([
    ...['👋', '❤️', '❤', '👍🏽', '✌️', '✌🏻', '🇺🇳', '1️⃣', '#⃣', '👨‍👩‍👧‍👦', '👩🏻‍❤️‍💋‍👨🏿', '🏳️‍🌈', '🏴‍☠️', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🧑🏿‍🦰'],
    ...['🏃‍♀️‍➡️', '👁️‍🗨️', '🐦‍⬛', '🫩', '⌚', '©️', '㊙️'],
  ])('%s is one', (text) => {
    expect(isEmoji(text)).toBe(true);
  });

  it.each([
    ...[
      '',
      ' ',
      'a',
      '1',
      '#',
      '👋👋',
      '👋 ',
      ' 👋',
      '👋a',
      'ok👌',
      '🇺',
      '🇺🇳🇺',
      '🏽',
      '\u200D',
      '\uFE0F',
      '👋\u200D',
      '\u200D👋',
    ],
    ...['👋\u0301', '👋\u0301'.repeat(20), 'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢', ':thumbsup:', '<3', '👋\n', '👨‍'.repeat(40) + '👨', '❤︎'],
  ])('%j is none', (text) => {
    expect(isEmoji(text)).toBe(false);
  });

  it('what is none is passed over, and so is the second of two and what comes after 32', () => {
    expect(cleanReactions(['👋', 'hello', '👋', '❤', '❤️', '🐢'])).toEqual(['👋', '❤', '🐢']);
    const many = Array.from({ length: 100 }, (_, at) => String.fromCodePoint(0x1f4_00 + at));
    expect(cleanReactions(many)).toEqual(many.slice(0, 32));
  });
});

describe('reading', () => {
  it.each([
    ['one', `<reactions ${ns} id='m1'><reaction>👋</reaction></reactions>`, { id: 'm1', reactions: ['👋'] }],
    ['§3.2 none any more', `<reactions ${ns} id='m1'/>`, { id: 'm1', reactions: [] }],
    [
      '§4 what is no emoji',
      `<reactions ${ns} id='m1'><reaction>hello</reaction></reactions>`,
      { id: 'm1', reactions: [] },
    ],
    ['nothing', '', undefined],
    ['a broken one', `<reactions ${ns}/>`, undefined],
    ['one to nothing', `<reactions ${ns} id=''/>`, undefined],
    ['§4 several', `<reactions ${ns} id='m1'/><reactions ${ns} id='m2'/>`, undefined],
    ['of another kind', `<reactions xmlns='urn:x' id='m1'/>`, undefined],
  ])('%s', (_what, content, value) => {
    expect(readReactions(xml(`<message from='juliet@capulet.net/balcony'>${content}</message>`))).toEqual(value);
  });

  it('§3.3 a bounce brings none', () => {
    expect(readReactions(xml(`<message type='error'><reactions ${ns} id='m1'/></message>`))).toBeUndefined();
  });
});

describe('sending', () => {
  it('§3.1 has the hint to store it, and each reaction once', async () => {
    const { client, wire } = link();
    const { id } = await sendReactions(client, { to: 'juliet@capulet.net', id: 'm1', reactions: ['👋', '🐢', '👋'] });
    expect(wire[0]).toBe(
      `C: <message id="${id}" to="juliet@capulet.net" type="chat" from="romeo@montague.lit/orchard">` +
        `<reactions ${ns} id="m1"><reaction>👋</reaction><reaction>🐢</reaction></reactions><store xmlns="urn:xmpp:hints"/></message>`,
    );
  });

  it('§4 has none for what was not to be stored, and goes to rooms as such', async () => {
    const { client, wire } = link();
    await sendReactions(client, { to: 'room@muc.example', type: 'groupchat', id: 's1', reactions: [], store: false });
    expect(wire[0]).toContain(`type="groupchat"`);
    expect(wire[0]).toContain(`<reactions ${ns} id="s1"/></message>`);
  });

  it.each([[['hello']], [['👋👋']], [Array.from({ length: 33 }, (_, at) => String.fromCodePoint(0x1f4_00 + at))]])(
    '§4 refuses %j before anything is on the wire',
    async (list) => {
      const { client, wire } = link();
      await expect(sendReactions(client, { to: 'a@b.example', id: 'm1', reactions: list })).rejects.toBeInstanceOf(
        XmppError,
      );
      expect(wire).toEqual([]);
    },
  );
});

describe('§4.1 whose reactions stand', () => {
  const at = (minute: number): Date => new Date(Date.UTC(2024, 0, 1, 0, minute));
  const none: MessageReactions = new Map();
  /** A sender as it is read from a message. */
  const sender = (from: string, occupant?: string, type = occupant === undefined ? 'chat' : 'groupchat') =>
    senderOf(
      xml(
        `<message from='${from}' type='${type}'>${occupant === undefined ? '' : `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='${occupant}'/>`}</message>`,
      ),
      { occupantIds: true, own: 'romeo@montague.lit' },
    )!;
  const standing = (current: MessageReactions) =>
    Object.fromEntries(countReactions(current).map(({ reaction, senders }) => [reaction, senders]));

  it('§3.2 the newest of a sender takes the place of the earlier ones, from whichever device', () => {
    let current = applyReactions(none, sender('juliet@capulet.net/balcony'), ['👋', '🐢'], at(1));
    current = applyReactions(current, sender('juliet@capulet.net/chamber'), ['🐢'], at(2));
    expect(standing(current)).toEqual({ '🐢': ['juliet@capulet.net'] });
    current = applyReactions(current, sender('juliet@capulet.net/chamber'), [], at(3));
    expect(standing(current)).toEqual({});
    expect(none.size).toBe(0);
  });

  it('nobody replaces or takes back the reactions of somebody else', () => {
    let current = applyReactions(none, sender('juliet@capulet.net/balcony'), ['👋'], at(1));
    current = applyReactions(current, sender('mallory@evil.example/x'), [], at(2));
    current = applyReactions(current, sender('juliet@capulet.net.evil.example/x'), ['🐢'], at(2));
    expect(standing(current)).toEqual({
      '👋': ['juliet@capulet.net'],
      '🐢': ['juliet@capulet.net.evil.example'],
    });
  });

  it('in a room the occupant id decides, not the nickname', () => {
    let current = applyReactions(none, sender('room@muc.example/juliet', 'j'), ['👋'], at(1));
    current = applyReactions(current, sender('room@muc.example/juliet', 'm'), [], at(2)); // took her nickname
    expect(standing(current)).toEqual({ '👋': ['room@muc.example j'] });
    current = applyReactions(current, sender('room@muc.example/giulietta', 'j'), ['🐢'], at(3)); // under another one
    expect(standing(current)).toEqual({ '🐢': ['room@muc.example j'] });
    // Another room's id is another person's, and no nickname looks like an id.
    expect(senderKey(sender('other@muc.example/juliet', 'j'))).not.toBe(
      senderKey(sender('room@muc.example/juliet', 'j')),
    );
    expect(senderKey({ address: 'room@muc.example/ j' })).not.toBe(senderKey(sender('room@muc.example/x', 'j')));
  });

  it('without occupant ids each nickname is somebody', () => {
    const keys = ['a', 'b'].map((nick) =>
      senderKey(senderOf(xml(`<message type='groupchat' from='room@muc.example/${nick}'/>`))!),
    );
    expect(keys).toEqual(['room@muc.example/a', 'room@muc.example/b']);
  });

  it('what is older and comes later changes nothing, also after all was taken back', () => {
    const juliet = sender('juliet@capulet.net/balcony');
    const newest = applyReactions(none, juliet, [], at(5));
    expect(applyReactions(newest, juliet, ['👋'], at(4))).toBe(newest);
    expect(standing(applyReactions(newest, juliet, ['👋'], at(5)))).toEqual({ '👋': ['juliet@capulet.net'] });
  });

  it('❤ and ❤️ are one reaction', () => {
    let current = applyReactions(none, sender('a@b.example'), ['❤'], at(1));
    current = applyReactions(current, sender('c@d.example'), ['❤️'], at(2));
    expect(countReactions(current)).toEqual([{ reaction: '❤', senders: ['a@b.example', 'c@d.example'] }]);
  });

  it('does not grow without end', () => {
    const full: MessageReactions = new Map(
      Array.from({ length: 5000 }, (_, n) => [`room@muc.example/${n}`, { reactions: ['👋'], at: at(1) }]),
    );
    expect(applyReactions(full, { address: 'room@muc.example/new' }, ['🐢'], at(2))).toBe(full);
    expect(applyReactions(full, { address: 'room@muc.example/7' }, ['🐢'], at(2)).size).toBe(5000);
  });
});

describe('§2.2 restrictions', () => {
  const form = (fields: string) =>
    dataForm.decode(
      xml(
        `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:reactions:0:restrictions</value></field>${fields}</x>`,
      ),
    );
  const ask = async (features: string[], fields?: string) => {
    const { client, server } = link();
    server.handle(discoInfoQuery, () => ({
      identities: [{ category: 'gateway', type: 'x' }],
      features,
      forms: fields === undefined ? [] : [form(fields)],
    }));
    return getReactionRestrictions(client, { to: 'romeo@legacy.capulet.net' });
  };

  it('are read from what an entity tells of itself', async () => {
    expect(
      await ask(
        [NS_REACTIONS],
        `<field var='max_reactions_per_user'><value>1</value></field><field var='allowlist'><value>💘</value><value>❤️</value></field>`,
      ),
    ).toEqual({ maxPerUser: 1, allowlist: ['💘', '❤️'] });
    expect(await ask([NS_REACTIONS], '')).toEqual({});
    expect(await ask([NS_REACTIONS])).toEqual({});
    expect(await ask(['urn:x'])).toBeUndefined();
    await expect(
      ask([NS_REACTIONS], `<field var='max_reactions_per_user'><value>some</value></field>`),
    ).rejects.toBeInstanceOf(CodecError);
  });

  it.each([
    [{}, ['👋', '🐢'], true],
    [{ maxPerUser: 1 }, ['👋', '🐢'], false],
    [{ maxPerUser: 1 }, ['👋'], true],
    [{ allowlist: ['👋'] }, ['🐢'], false],
    [{ allowlist: ['👋'] }, ['👋'], true],
    [{ maxPerUser: 0, allowlist: ['👋'] }, [], true],
  ])('%j and %j: %s', (restrictions, list, allowed) => {
    expect(allowsReactions(restrictions, list)).toBe(allowed);
  });
});

describe('the plugin', () => {
  function follow() {
    const joined = link();
    const api = joined.client.use(messageReactions);
    const log: string[] = [];
    api.on('rejected', ({ id, to, reactions: refused, error }) => {
      log.push(
        `${id} ${String(to)} ${refused.id} ${refused.reactions.join()} ${error.condition} ${error.text ?? ''}`.trim(),
      );
    });
    const refuse = (from: string, id: string, type = 'error'): void =>
      joined.inject(
        `<message from='${from}' id='${id}' type='${type}'><error type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>` +
          `<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>hearts only</text></error></message>`,
      );
    return { ...joined, log, refuse };
  }

  it('§2.1 advertises', async () => {
    const { client, server } = follow();
    expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_REACTIONS);
  });

  it('§3.3 tells once of what was refused, by whom it went to', async () => {
    const { client, log, refuse } = follow();
    const to = 'juliet@capulet.net';
    const { id } = await sendReactions(client, { to, id: 'm1', reactions: ['👋'] });
    refuse('juliet@capulet.net/balcony', id);
    refuse('juliet@capulet.net', id);
    expect(log).toEqual([`${id} juliet@capulet.net m1 👋 not-acceptable hearts only`]);
  });

  it('does not believe others, of messages never sent, or of other messages', async () => {
    const { client, inject, log, refuse } = follow();
    const { id } = await sendReactions(client, { to: 'juliet@capulet.net', id: 'm1', reactions: ['👋'] });
    const inRoom = await sendReactions(client, {
      to: 'room@muc.example',
      type: 'groupchat',
      id: 's1',
      reactions: ['👋'],
    });
    const plain = await sendMessage(client, { to: 'juliet@capulet.net', body: 'x' });
    refuse('mallory@evil.example/x', id);
    refuse('capulet.net', id);
    refuse('@', id);
    refuse('room@muc.example/mallory', inRoom.id);
    refuse('juliet@capulet.net', plain.id);
    refuse('juliet@capulet.net', 'guess');
    refuse('juliet@capulet.net', id, 'chat');
    inject(`<message type='error' id='${id}'/>`);
    expect(log).toEqual([]);
    refuse('room@muc.example', inRoom.id);
    expect(log).toHaveLength(1);
  });

  it('§3.3 a refusal without a readable error is one', async () => {
    const { client, inject } = link();
    const errors: unknown[] = [];
    client.use(messageReactions).on('rejected', ({ error }) => void errors.push(error));
    const { id } = await sendReactions(client, { to: 'juliet@capulet.net', id: 'm1', reactions: [] });
    inject(`<message type='error' id='${id}' from='juliet@capulet.net'/>`);
    expect(errors).toHaveLength(1);
    expect(isStanzaError(errors[0])).toBe(true);
  });
});
