import { Element } from '@xeps/core';
import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, it } from 'vitest';
import {
  encryptionMark,
  encryptionNames,
  encryptionOf,
  explicitEncryption,
  isOtr,
  markEncrypted,
  NS_EME,
  NS_OTR,
} from './index.ts';

it.each([
  ['§3.1', `<encryption xmlns="${NS_EME}" namespace="urn:xmpp:otr:0"/>`, { namespace: 'urn:xmpp:otr:0' }],
  ['§3.2', `<encryption xmlns="${NS_EME}" namespace="urn:x" name="X"/>`, { namespace: 'urn:x', name: 'X' }],
])('%s: text and value are the same thing', (_section, text, value) => {
  const trip = roundTrip(encryptionMark, text);
  expect(trip.value).toEqual(value);
  expect(trip.output).toBe(trip.input);
});
it('a mark without namespace is broken', () => {
  expect(() => encryptionMark.decode(xml(`<encryption xmlns="${NS_EME}" name="X"/>`))).toThrow(CodecError);
});

const mark = (namespace: string, name?: string): string =>
  `<encryption xmlns='${NS_EME}' namespace='${namespace}'${name === undefined ? '' : ` name='${name}'`}/>`;
const read = (inside: string, attrs = '') => encryptionOf(xml(`<message ${attrs}>${inside}</message>`));

it.each([
  ['urn:xmpp:otr:0', 'OTR', '<body>?OTR:AAMC...</body>'],
  ['jabber:x:encrypted', 'Legacy OpenPGP', `<x xmlns='jabber:x:encrypted'>...</x>`],
  ['urn:xmpp:openpgp:0', 'OpenPGP for XMPP', `<openpgp xmlns='urn:xmpp:openpgp:0'>...</openpgp>`],
  ['eu.siacs.conversations.axolotl', 'OMEMO', `<encrypted xmlns='eu.siacs.conversations.axolotl'/>`],
  ['urn:xmpp:omemo:1', 'OMEMO 1', `<encrypted xmlns='urn:xmpp:omemo:1'/>`],
  ['urn:xmpp:omemo:2', 'OMEMO 2', `<encrypted xmlns='urn:xmpp:omemo:2'/>`],
])('§3.2 %s is %s, with its mark and without', (namespace, name, payload) => {
  expect(encryptionNames.get(namespace)).toBe(name);
  expect(read(payload)).toEqual({ namespace, name, isMarked: false, isPresent: true });
  expect(read(payload + mark(namespace))).toEqual({ namespace, name, isMarked: true, isPresent: true });
  // A mark alone: the text was not encrypted, or what was is gone.
  expect(read(`<body>Hi</body>${mark(namespace)}`)).toEqual({ namespace, name, isMarked: true, isPresent: false });
});

it('§4 no sender renames what has a name', () => {
  expect(read(mark('urn:xmpp:omemo:2', 'OMEMO (verified)'))?.name).toBe('OMEMO 2');
});

it('§3.2 takes the sender’s name for what has none, and not all of a long one', () => {
  expect(read(mark('urn:x', 'MyCrypt'))).toMatchObject({ name: 'MyCrypt', isMarked: true, isPresent: false });
  expect(read(mark('urn:x'))?.name).toBe('urn:x');
  expect(read(mark('urn:x', `Click https://evil.example/ ${'!'.repeat(10_000)}`))?.name).toHaveLength(51);
});

it.each([
  '?OTR:AAMC',
  '?OTR?',
  '?OTRv23?',
  '?OTR?v2?...',
  '?OTR,1,3,AAMC,',
  '?OTR|5a73a599|27e31597,00001,00003,AAMC,',
  '?OTR Error: no',
])('%j is OTR', (body) => {
  expect(isOtr(body)).toBe(true);
  expect(read(`<body>${body}</body>`)?.namespace).toBe(NS_OTR);
});
it.each(['', '?', '?OTR', '?OTRange', '?otr:x', ' ?OTR:x', 'What is ?OTR: good for', '?OTR Errors'])(
  '%j is not OTR',
  (body) => {
    expect(isOtr(body)).toBe(false);
    expect(read(`<body>${body}</body>`)).toBeUndefined();
  },
);

it.each([
  ['nothing', '', ''],
  ['a bounce', mark('urn:xmpp:omemo:2'), `type='error'`],
  ['a mark of another namespace', `<encryption xmlns='urn:x' namespace='urn:xmpp:omemo:2'/>`, ''],
  ['a broken mark', `<encryption xmlns='${NS_EME}'/>`, ''],
  ['something else of OMEMO', `<list xmlns='eu.siacs.conversations.axolotl'/>`, ''],
  ['what is inside of something else', `<x xmlns='urn:x'><encrypted xmlns='urn:xmpp:omemo:2'/></x>`, ''],
])('%s is no encryption', (_what, inside, attrs) => {
  expect(read(inside, attrs)).toBeUndefined();
});

it('a broken mark does not hide what is there; of several things the first counts', () => {
  const omemo = `<encrypted xmlns='urn:xmpp:omemo:2'/>`;
  expect(read(`<encryption xmlns='${NS_EME}'/>${omemo}`)?.namespace).toBe('urn:xmpp:omemo:2');
  expect(read(`${omemo}<x xmlns='jabber:x:encrypted'/>`)?.name).toBe('OMEMO 2');
  expect(read(`${mark(NS_OTR)}${mark('urn:x')}${omemo}`)).toMatchObject({ name: 'OTR', isPresent: false });
});

it('§3.2, §4 marks a message once, with a name only where there is none', () => {
  const message = markEncrypted(new Element('message'), 'urn:xmpp:omemo:2', 'OMEMO');
  expect(encryptionMark.findAll(message)).toEqual([{ namespace: 'urn:xmpp:omemo:2' }]);
  markEncrypted(message, 'urn:x', 'X');
  expect(encryptionMark.findAll(message)).toHaveLength(1);
  expect(encryptionMark.find(markEncrypted(new Element('message'), 'urn:x', 'X'))).toEqual({
    namespace: 'urn:x',
    name: 'X',
  });
});

it('§3.3 is advertised', async () => {
  const { client, server } = link();
  client.use(explicitEncryption);
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_EME);
});
