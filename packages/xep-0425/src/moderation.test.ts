import { StanzaError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { JidError } from '@xeps/core/jid';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { describe, expect, it } from 'vitest';
import {
  moderate,
  moderated,
  moderation,
  moderationQuery,
  moderationRequest,
  moderationTombstone,
  NS_MODERATION,
  readModeration,
  readModerationTombstone,
} from './index.ts';
import type { ModerationRequest } from './index.ts';

const room = 'room@muc.example.com';
const retract1 = 'urn:xmpp:message-retract:1';
const occupant = (id: string): string => `<occupant-id xmlns="urn:xmpp:occupant-id:0" id="${id}"/>`;
const mark = (attrs = '', content = ''): string => `<moderated xmlns="${NS_MODERATION}"${attrs}>${content}</moderated>`;

it('§3 golden: what is asked', () => {
  const text =
    `<moderate xmlns="${NS_MODERATION}" id="stanza-id-1"><retract xmlns="${retract1}"/>` +
    `<reason>inappropriate</reason></moderate>`;
  const { value, input, output } = roundTrip(moderationRequest, text);
  expect(value).toEqual({ id: 'stanza-id-1', retract: true, reason: 'inappropriate' });
  expect(output).toBe(input);
  expect(moderationRequest.safeDecode(xml(`<moderate xmlns="${NS_MODERATION}"/>`)).ok).toBe(false);
});

it('§3.1, §4 golden: what is told, and what is kept', () => {
  const content = `${mark(` by="${room}/macbeth"`, occupant('m'))}<reason>inappropriate</reason>`;
  const told = roundTrip(moderation, `<retract xmlns="${retract1}" id="s1">${content}</retract>`);
  expect(told.output).toBe(told.input);
  const stone = roundTrip(
    moderationTombstone,
    `<retracted xmlns="${retract1}" id="r1" stamp="2019-09-20T23:19:12Z">${content}</retracted>`,
  );
  expect(stone.output).toBe(stone.input);
  for (const { value } of [told, stone]) {
    expect({ ...value, moderated: { ...value.moderated, by: String(value.moderated.by) } }).toMatchObject({
      moderated: { by: `${room}/macbeth`, occupantId: { id: 'm' } },
      reason: 'inappropriate',
    });
  }
  expect(stone.value.stamp).toEqual(new Date('2019-09-20T23:19:12Z'));
  expect(moderated.decode(xml(mark()))).toEqual({});
  // A retraction by the sender itself is XEP-0424's.
  expect(moderation.safeDecode(xml(`<retract xmlns="${retract1}" id="s1"/>`)).ok).toBe(false);
});

describe('§3 moderating', () => {
  function ask(answer: (request: ModerationRequest) => void, options?: Parameters<typeof moderate>[3]) {
    const joined = link();
    joined.server.handle(moderationQuery, answer);
    return { ...joined, done: moderate(joined.client, `${room}/macbeth`, 'stanza-id-1', options) };
  }

  it('asks the room, with a reason or without', async () => {
    const got: ModerationRequest[] = [];
    const { done, wire } = ask((request) => void got.push(request), { reason: 'inappropriate' });
    await done;
    expect(wire[0]).toContain(`to="${room}"`);
    await ask((request) => void got.push(request)).done;
    expect(got).toEqual([
      { id: 'stanza-id-1', retract: true, reason: 'inappropriate' },
      { id: 'stanza-id-1', retract: true },
    ]);
  });

  it('§3.2 a room may refuse', async () => {
    const { done } = ask(() => {
      throw new StanzaError('forbidden', { text: 'Only moderators' });
    });
    await expect(done).rejects.toMatchObject({ condition: 'forbidden' });
  });

  it('not in what is no room', async () => {
    const { client, wire } = link();
    await expect(moderate(client, '@', 's1')).rejects.toBeInstanceOf(JidError);
    expect(wire).toEqual([]);
  });
});

const message = (attrs: string, content: string): Element => xml(`<message ${attrs}>${content}</message>`);
const fromRoom = (content: string): Element => message(`from='${room}' type='groupchat'`, content);
const notice = (content: string, id = 's1'): string => `<retract xmlns="${retract1}" id="${id}">${content}</retract>`;
const old = (id: string, attrs: string, content: string): string =>
  `<apply-to xmlns="urn:xmpp:fasten:0" id="${id}"><moderated xmlns="urn:xmpp:message-moderate:0"${attrs}>${content}</moderated></apply-to>`;
const oldRetract = `<retract xmlns="urn:xmpp:message-retract:0"/>`;
const plain = (value: object | undefined): unknown =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);

describe('§3.1 reading what a room tells', () => {
  it.each<[string, string, object | undefined]>([
    [
      'all of it',
      notice(`${mark(` by="${room}/macbeth"`, occupant('m'))}<reason>spam</reason>`),
      { id: 's1', by: `${room}/macbeth`, occupantId: 'm', reason: 'spam' },
    ],
    ['nothing but the message', notice(mark()), { id: 's1' }],
    ['an empty reason', notice(`${mark()}<reason/>`), { id: 's1' }],
    [
      'as ejabberd 24.12 writes it: the moderator’s identifier is outside, the reason’s namespace another',
      old('s1', ` by="${room}/mod"`, `${oldRetract}<reason>bad</reason>`) +
        notice(`<reason xmlns="${NS_MODERATION}">bad</reason>${mark(` by="${room}/mod"`)}`) +
        occupant('moderator'),
      { id: 's1', by: `${room}/mod`, reason: 'bad' },
    ],
    [
      'as Prosody 13.0.1 writes it: the author’s identifier is outside, the moderator’s address in the old form',
      old('s1', ` by="${room}/mod"`, `${occupant('m')}${oldRetract}<reason>bad</reason>`) +
        occupant('author') +
        notice(`${mark('', occupant('m'))}<reason>bad</reason>`),
      { id: 's1', by: `${room}/mod`, occupantId: 'm', reason: 'bad' },
    ],
    [
      'the old form alone',
      old('s1', ` by="${room}/mod"`, `${oldRetract}<reason>bad</reason>`),
      { id: 's1', by: `${room}/mod`, reason: 'bad' },
    ],
    [
      'an old form that is about another message',
      old('s2', ` by="${room}/mod"`, oldRetract) + notice(mark()),
      { id: 's1' },
    ],
    ['an old form that does not retract', old('s1', '', '<reason>bad</reason>'), undefined],
    ['a retraction that is not a moderator’s', notice(''), undefined],
    ['a broken one', `<retract xmlns="${retract1}">${mark()}</retract>`, undefined],
    ['one by nobody that could be', notice(mark(' by="@"')), undefined],
    ['nothing', '<body>x</body>', undefined],
    [
      '§3 what was asked',
      `<moderate xmlns="${NS_MODERATION}" id="s1"><retract xmlns="${retract1}"/></moderate>`,
      undefined,
    ],
  ])('%s', (_what, content, expected) => {
    expect(plain(readModeration(fromRoom(content), room))).toEqual(expected);
  });

  it.each([
    ['an occupant', `from='${room}/macbeth' type='groupchat'`],
    ['the moderator himself', `from='${room}/mod' type='groupchat'`],
    ['another room', `from='evil@muc.example.com' type='groupchat'`],
    ['the service', `from='muc.example.com' type='groupchat'`],
    ['a room that looks alike', `from='${room}.evil.example' type='groupchat'`],
    ['an account', `from='mallory@evil.example/x' type='groupchat'`],
    ['nobody', `type='groupchat'`],
    ['a broken address', `from='@' type='groupchat'`],
    ['an occupant who had the room send an invitation', `from='${room}'`],
    ['an occupant who had the room send an invitation of type chat', `from='${room}' type='chat'`],
    ['this account, whose message the room refuses', `from='${room}' type='error'`],
  ])('§5 not what comes from %s', (_whom, attrs) => {
    const content = notice(mark(` by="${room}/mod"`)) + old('s1', ` by="${room}/mod"`, oldRetract);
    expect(readModeration(message(attrs, content), room)).toBeUndefined();
    expect(readModeration(fromRoom(content), room)?.id).toBe('s1');
  });

  it('takes the room’s address as it is written, and with a nickname', () => {
    const stanza = fromRoom(notice(mark()));
    expect(readModeration(stanza, 'Room@MUC.example.com/macbeth')?.id).toBe('s1');
    expect(() => readModeration(stanza, '@')).toThrow(JidError);
  });
});

describe('§4 reading tombstones', () => {
  const stamp = '2019-09-20T23:19:12.000Z';
  it.each<[string, string, object | undefined]>([
    [
      'all of it',
      `<retracted xmlns="${retract1}" stamp="2019-09-20T23:19:12Z">${mark(` by="witch@shakespeare.example"`, occupant('m'))}<reason>spam</reason></retracted>${occupant('author')}`,
      { stamp, by: 'witch@shakespeare.example', occupantId: 'm', reason: 'spam' },
    ],
    ['nothing but that it was moderated', `<retracted xmlns="${retract1}">${mark()}</retracted>`, {}],
    [
      'as Prosody 13.0.1 writes it',
      `<moderated xmlns="urn:xmpp:message-moderate:0" by="${room}/mod"><retracted xmlns="urn:xmpp:message-retract:0" stamp="2019-09-20T23:19:12Z"/>` +
        `<reason>bad</reason>${occupant('m')}</moderated>${occupant('author')}`,
      { stamp, by: `${room}/mod`, occupantId: 'm', reason: 'bad' },
    ],
    [
      '§4 of XEP-0424, by the sender',
      `<retracted xmlns="${retract1}" id="r1" stamp="2019-09-20T23:19:12Z"/>`,
      undefined,
    ],
    ['a broken one', `<retracted xmlns="${retract1}" stamp="yesterday">${mark()}</retracted>`, undefined],
    [
      'what a room tells',
      `<moderated xmlns="urn:xmpp:message-moderate:0" by="${room}/mod">${oldRetract}</moderated>`,
      undefined,
    ],
    ['a message', '<body>x</body>', undefined],
  ])('%s', (_what, content, expected) => {
    const archived = message(`from='${room}/oldhag' type='groupchat' id='m1'`, content);
    expect(plain(readModerationTombstone(archived))).toEqual(expected);
  });
});
