import { isStanzaError, StanzaError } from '@xeps/core';
import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import type { DataFormInput } from '@xeps/xep-0004';
import { getDiscoInfo } from '@xeps/xep-0030';
import { describe, expect, it } from 'vitest';
import {
  getMentionPermissions,
  isMentioned,
  mention,
  mentionAt,
  mentionPermissionsChange,
  mentions,
  mentionsConfigChange,
  mentionsConfigQuery,
  mentionsOf,
  NS_MENTIONS,
  setMentionPermissions,
} from './index.ts';
import type { Mentionable, MentionContext } from './index.ts';

const off = { active: false, noping: false, modifiers: [] };
it.each([
  ['§3.1', 'occupantid="alice@occupant-id" begin="7" end="12"', { occupantId: 'alice@occupant-id', begin: 7, end: 12 }],
  ['§3.2.1', `mentions="${NS_MENTIONS}#channel"`, { group: 'channel' }],
  [
    '§3.2.3',
    `mentions="${NS_MENTIONS}#hats" uri="http://a.example/hats#x"`,
    { group: 'hats', uri: 'http://a.example/hats#x' },
  ],
  ['§3.2 custom', 'mentions="urn:example:cooks"', { group: 'urn:example:cooks' }],
  ['§3.4', 'occupantid="x" begin="3" end="8" hreflang="en"', { occupantId: 'x', begin: 3, end: 8, hreflang: 'en' }],
])('%s: text and value are the same thing', (_section, attrs, value) => {
  const trip = roundTrip(mention, `<mention xmlns="${NS_MENTIONS}" ${attrs}/>`);
  expect(trip.value).toEqual({ ...off, ...value });
  expect(trip.output).toBe(trip.input);
});

it('§3.5 modifiers, known and others', () => {
  const trip = roundTrip(
    mention,
    `<mention xmlns="${NS_MENTIONS}" mentions="${NS_MENTIONS}#channel"><active/><noping/><x xmlns="urn:x"/></mention>`,
  );
  expect(trip.value).toMatchObject({ active: true, noping: true });
  expect(trip.value.modifiers).toHaveLength(1);
  expect(trip.output).toBe(trip.input);
});

it.each(['mentions="channel"', 'jid="@"', 'occupantid="x" begin="-1"', 'mentions="urn:a" uri="b"'])(
  'broken: %s',
  (attrs) => {
    expect(() => mention.decode(xml(`<mention xmlns="${NS_MENTIONS}" ${attrs}/>`))).toThrow(CodecError);
  },
);

const tag = (attrs: string, inside = ''): string => `<mention xmlns='${NS_MENTIONS}' ${attrs}>${inside}</mention>`;
const group = (name: string, more = ''): string => tag(`mentions='${NS_MENTIONS}#${name}' ${more}`);
const inRoom = (content: string, from = 'room@muc.lit/mallory') =>
  xml(`<message type='groupchat' from='${from}'>${content}</message>`);
const direct = (content: string) => xml(`<message type='chat' from='mallory@evil.example/x'>${content}</message>`);

it('§3.3, §3.4 ranges count code points of the body in their language', () => {
  const ranges = mentionsOf(
    inRoom(
      `<body>😀 Alice</body><body xml:lang='ja'>こんにちは、アリス</body>${tag(`occupantid='a' begin='2' end='7' hreflang='en'`)}` +
        `${tag(`occupantid='a' begin='6' end='9' hreflang='ja'`)}${tag(`occupantid='a' begin='6' end='9'`)}` +
        `${tag(`occupantid='a' begin='4' end='3'`)}${tag(`occupantid='a' begin='4'`)}`,
    ),
  ).map(({ range }) => range?.text);
  expect(ranges).toEqual(['Alice', 'アリス', undefined, undefined, undefined]);
});

it('reads no more than it can use', () => {
  expect(mentionsOf(direct(tag('') + tag(`jid='@'`) + tag(`begin='0' end='1'`)))).toEqual([]);
  expect(mentionsOf(direct(tag(`jid='a@b.lit'`).repeat(150)))).toHaveLength(100);
  expect(mentionsOf(xml(`<message type='error'>${tag(`jid='a@b.lit'`)}</message>`))).toEqual([]);
  expect(mentionsOf(xml('<message/>'))).toEqual([]);
});

const me: Mentionable = {
  jid: 'romeo@montague.lit/orchard',
  occupantId: 'me',
  role: 'participant',
  affiliation: 'member',
  hats: ['urn:hat:student'],
  spaces: ['xmpp:spaces.lit;node=verona'],
};
const byModerator: MentionContext = { senderRole: 'moderator' };

describe('§3.1 one person', () => {
  it.each([
    ['by address, elsewhere than in a room', direct(tag(`jid='romeo@montague.lit'`)), true],
    ['by a device', direct(tag(`jid='romeo@montague.lit/phone'`)), true],
    ['of another address', direct(tag(`jid='romeo@montague.lit.evil.example'`)), false],
    ['by an identifier that means nothing there', direct(tag(`occupantid='me'`)), false],
    ['by identifier in a room', inRoom(tag(`occupantid='me'`)), true],
    ['by another identifier', inRoom(tag(`occupantid='you'`)), false],
    ['by address in a room that has identifiers', inRoom(tag(`jid='romeo@montague.lit'`)), false],
    ['that is a group as well', inRoom(tag(`occupantid='me' mentions='urn:x:y'`)), false],
    ['in a bounce', xml(`<message type='error'>${tag(`jid='romeo@montague.lit'`)}</message>`), false],
    [
      'in a message of a room without sender',
      xml(`<message type='groupchat'>${tag(`occupantid='me'`)}</message>`),
      false,
    ],
    ['in a broken message', xml(`<message from='@'>${tag(`jid='romeo@montague.lit'`)}</message>`), false],
    ['nobody', direct(''), false],
  ])('%s', (_what, message, expected) => {
    expect(isMentioned(message, me)).toBe(expected);
  });

  it('by address in a room without identifiers', () => {
    expect(isMentioned(inRoom(tag(`jid='romeo@montague.lit'`)), { jid: 'romeo@montague.lit' })).toBe(true);
    expect(isMentioned(inRoom(tag(`occupantid='x'`)), { jid: 'romeo@montague.lit' })).toBe(false);
  });
});

describe('§3.2 groups', () => {
  it.each([
    ['the room', group('channel'), true],
    ['the room by name', group('channel', `uri='xmpp:room@muc.lit'`), true],
    ['another room', group('channel', `uri='xmpp:other@muc.lit'`), false],
    ['the space of the room', group('space'), true],
    ['the space by name', group('space', `uri='xmpp:spaces.lit;node=verona'`), true],
    ['another space', group('space', `uri='xmpp:spaces.lit;node=padua'`), false],
    ['the server', group('server', `uri='xmpp:montague.lit'`), true],
    ['another server', group('server', `uri='xmpp:capulet.lit'`), false],
    ['no server', group('server'), false],
    ['the role', group('participants'), true],
    ['another role', group('moderators'), false],
    ['the affiliation', group('member'), true],
    ['another affiliation', group('none'), false],
    ['the hat', group('hats', `uri='urn:hat:student'`), true],
    ['another hat', group('hats', `uri='urn:hat:teacher'`), false],
    ['no hat', group('hats'), false],
    ['a group that is not known', tag(`mentions='urn:example:cooks'`), false],
    ['what is misspelt', tag(`mentions='${NS_MENTIONS}channel'`), false],
  ])('%s: of the user it is %s', (_what, content, expected) => {
    expect(isMentioned(inRoom(content), me, { ...byModerator, space: 'xmpp:spaces.lit;node=verona' })).toBe(expected);
    // Nobody's right is known outside of a room.
    expect(isMentioned(direct(content), me, byModerator)).toBe(false);
  });

  it('nobody is a member of what is not known', () => {
    for (const name of ['space', 'moderators', 'participants', 'visitors', 'owner', 'none', 'hats'])
      expect(isMentioned(inRoom(group(name)), { jid: 'romeo@montague.lit' }, byModerator)).toBe(false);
  });
});

it('§3.5 noping notifies nobody, active only who is there', () => {
  expect(isMentioned(inRoom(tag(`occupantid='me'`, '<noping/>')), me)).toBe(false);
  expect(isMentioned(inRoom(tag(`occupantid='me'`, '<active/>')), me)).toBe(false);
  expect(isMentioned(inRoom(tag(`occupantid='me'`, '<active/>')), { ...me, isActive: true })).toBe(true);
  expect(isMentioned(inRoom(tag(`occupantid='me'`, '<noping/>') + tag(`occupantid='me'`)), me)).toBe(true);
});

describe('§3.6, §7 rights', () => {
  const everybody = group('channel');
  it.each<[string, string, MentionContext, boolean]>([
    ['a room that says nothing: a participant mentions everybody', everybody, {}, false],
    ['a room that says nothing: a moderator does', everybody, byModerator, true],
    ['moderators only: a participant', everybody, { permissions: { channel: 'moderators' } }, false],
    ['moderators only: a moderator', everybody, { permissions: { channel: 'moderators' }, ...byModerator }, true],
    ['participants: a participant', everybody, { permissions: { channel: 'participants' } }, true],
    ['participants: a visitor', everybody, { permissions: { channel: 'participants' }, senderRole: 'visitor' }, false],
    ['nobody: a moderator', everybody, { permissions: { channel: 'none' }, ...byModerator }, false],
    ['the right for another group', everybody, { permissions: { hats: 'participants' } }, false],
    ['roles have one right together', group('member'), { permissions: { associations: 'participants' } }, true],
    [
      'a person, where only moderators may',
      tag(`occupantid='me'`),
      { permissions: { individual: 'moderators' } },
      false,
    ],
    ['a group of others', tag(`mentions='urn:x:y'`), { permissions: { associations: 'participants' } }, false],
  ])('%s', (_what, content, context, expected) => {
    expect(isMentioned(inRoom(content), me, context)).toBe(expected);
  });

  it('what comes of the room itself has every right, and an occupant can’t be it', () => {
    expect(isMentioned(inRoom(everybody, 'room@muc.lit'), me, { senderRole: 'visitor' })).toBe(true);
    expect(isMentioned(inRoom(everybody, 'room@muc.lit/room@muc.lit'), me)).toBe(false);
  });

  it('a message with too many mentions has none', () => {
    const permissions = { count: 2 };
    const mine = tag(`occupantid='me'`);
    expect(isMentioned(inRoom(mine.repeat(2)), me, { permissions })).toBe(true);
    expect(isMentioned(inRoom(mine.repeat(3)), me, { permissions })).toBe(false);
  });

  it('only the room tells of a change', () => {
    const form = (type = 'result', count = '1', formType = NS_MENTIONS): string =>
      `<x xmlns='jabber:x:data' type='${type}'><field type='hidden' var='FORM_TYPE'><value>${formType}</value></field>` +
      `<field var='mentions#count'><value>${count}</value></field><field var='mentions#individual'><value>owners</value></field></x>`;
    const change = (content: string, from?: string) => mentionPermissionsChange(inRoom(content, from), 'room@muc.lit');
    // Who may is not known here: nobody.
    expect(change(form(), 'room@muc.lit')).toEqual({ count: 1, individual: 'none' });
    expect(change(form(), 'room@muc.lit/mallory')).toBeUndefined();
    expect(change(form(), 'other@muc.lit')).toBeUndefined();
    expect(change(form('submit'), 'room@muc.lit')).toBeUndefined();
    expect(change(form('result', 'x'), 'room@muc.lit')).toBeUndefined();
    expect(change(form('result', '1', 'urn:x'), 'room@muc.lit')).toBeUndefined();
    expect(change('', 'room@muc.lit')).toBeUndefined();
    expect(
      mentionPermissionsChange(xml(`<message from='room@muc.lit'>${form()}</message>`), 'room@muc.lit'),
    ).toBeUndefined();
  });
});

it('§3.6 asks for permissions and changes them', async () => {
  const { client, server } = link({ server: 'muc.lit' });
  let submitted: unknown;
  const form: DataFormInput = {
    type: 'form',
    fields: [
      { name: 'FORM_TYPE', type: 'hidden', values: [NS_MENTIONS] },
      { name: 'mentions#count', type: 'text-single', values: ['5'] },
      { name: 'mentions#individual', type: 'list-single', values: ['participants'] },
      { name: 'mentions#channel', type: 'list-single', values: ['moderators'] },
    ],
  };
  server.handle(mentionsConfigQuery, () => ({ form }));
  server.handle(mentionsConfigChange, (changed) => {
    submitted = changed.form?.fields.map(({ name, values }) => [name, ...values]);
    if (changed.form?.fields.length === 1) throw new StanzaError('forbidden');
  });
  expect(await getMentionPermissions(client, 'muc.lit')).toEqual({
    count: 5,
    individual: 'participants',
    channel: 'moderators',
  });
  await setMentionPermissions(client, 'muc.lit', { count: 1, hats: 'none' });
  expect(submitted).toEqual([
    ['FORM_TYPE', NS_MENTIONS],
    ['mentions#count', '1'],
    ['mentions#hats', 'none'],
  ]);
  await expect(setMentionPermissions(client, 'muc.lit', {})).rejects.toSatisfy((error) =>
    isStanzaError(error, 'forbidden'),
  );
});

it('writes a mention at its place', () => {
  const body = '😀 Hi Alice';
  expect(mentionAt({ body, start: 6, end: 11 }, { occupantId: 'a' })).toEqual({ occupantId: 'a', begin: 5, end: 10 });
  expect(() => mentionAt({ body, start: 6, end: 12 }, { occupantId: 'a' })).toThrow(RangeError);
});

it('§2, §3.2 advertises what is heard', async () => {
  const { client, server } = link();
  const api = client.use(mentions);
  api.addGroup('channel');
  api.addGroup('urn:example:cooks');
  const hats = api.addGroup('hats');
  const features = async (): Promise<string[]> =>
    (await getDiscoInfo(server, { to: client.jid })).features
      .filter((feature) => /mentions|cooks/.test(feature))
      .sort();
  expect(await features()).toEqual(['urn:example:cooks', NS_MENTIONS, `${NS_MENTIONS}#channel`, `${NS_MENTIONS}#hats`]);
  hats[Symbol.dispose]();
  expect(await features()).not.toContain(`${NS_MENTIONS}#hats`);
});
