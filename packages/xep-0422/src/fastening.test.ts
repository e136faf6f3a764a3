import type { Element } from '@xeps/core';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, it } from 'vitest';
import { externalPayload, fastening, fasteningOf, fastenings, NS_FASTEN } from './index.ts';

const ns = `xmlns="${NS_FASTEN}"`;
const like = (content = ''): string =>
  content === ''
    ? `<i-like-this xmlns="urn:example:like"/>`
    : `<i-like-this xmlns="urn:example:like">${content}</i-like-this>`;

it.each([
  [
    '§3.1',
    `<apply-to ${ns} id="origin-id-1">${like()}${like('a lot')}</apply-to>`,
    { id: 'origin-id-1', clear: false },
  ],
  ['§3.2', `<apply-to ${ns} id="o2"><edit xmlns="urn:example.edit"/><external name="body"/></apply-to>`, { id: 'o2' }],
  ['§3.4', `<apply-to ${ns} id="o1" clear="true">${like()}</apply-to>`, { clear: true, shell: false }],
  ['§3.5', `<apply-to ${ns} id="o1" shell="true"/>`, { clear: false, shell: true, payloads: [], externals: [] }],
])('%s golden', (_section, text, expected) => {
  const { value, input, output } = roundTrip(fastening, text);
  expect(value).toMatchObject(expected);
  expect(output).toBe(input);
});

it('§3.2 golden: an external payload', () => {
  const text = `<external ${ns} name="custom" element-namespace="urn:example:custom"/>`;
  const { value, input, output } = roundTrip(externalPayload, text);
  expect(value).toEqual({ name: 'custom', elementNamespace: 'urn:example:custom' });
  expect(output).toBe(input);
  expect(externalPayload.safeDecode(xml(`<external ${ns}/>`)).ok).toBe(false);
});

it('§2 is advertised', async () => {
  const { client, server } = link();
  client.use(fastenings);
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_FASTEN);
});

const message = (content: string, attrs = ''): Element => xml(`<message ${attrs}>${content}</message>`);
const names = (elements: readonly Element[]): string[] => elements.map((one) => `${one.name} ${one.getNS()}`);

it('§3.1 reads what is fastened, all of one kind', () => {
  const found = fasteningOf(
    message(
      `<apply-to ${ns} id="o1">${like()}<later xmlns="urn:example:like"/>${like('a lot')}<i-like-this xmlns="urn:x"/></apply-to>`,
    ),
  )!;
  expect(found).toMatchObject({
    id: 'o1',
    clear: false,
    name: 'i-like-this',
    xmlns: 'urn:example:like',
    externals: [],
  });
  expect(found.payloads.map((payload) => payload.getText())).toEqual(['', 'a lot']);
});

it('§3.2 finds the children of the message that belong to it', () => {
  const found = fasteningOf(
    message(
      `<body>Hi there</body><custom xmlns="urn:example:custom">New data</custom><custom xmlns="urn:x"/><subject>s</subject>` +
        `<apply-to ${ns} id="o2"><edit xmlns="urn:example.edit"/><external name="body"/><external name="gone"/>` +
        `<external name="custom" element-namespace="urn:example:custom"/></apply-to>`,
    ),
  )!;
  expect(names(found.externals)).toEqual(['body jabber:client', 'custom urn:example:custom']);
  expect(found.name).toBe('edit');
});

it('§3.2 many of them are read', () => {
  const many = 20_000;
  const found = fasteningOf(
    message(
      `<apply-to ${ns} id="o2"><edit xmlns="urn:example.edit"/>${'<external name="a"/>'.repeat(many)}</apply-to>${'<a/>'.repeat(many)}`,
    ),
  );
  expect(found?.externals).toHaveLength(many);
});

it('§3.4 says what is taken back', () => {
  expect(fasteningOf(message(`<apply-to ${ns} id="o1" clear="1">${like()}</apply-to>`))).toMatchObject({
    id: 'o1',
    clear: true,
    name: 'i-like-this',
  });
});

it('§3.5 passes over the shell beside what was decrypted', () => {
  const shell = `<apply-to ${ns} id="o1" shell="true"/>`;
  expect(fasteningOf(message(`${shell}<apply-to ${ns} id="o1">${like()}</apply-to>`))?.name).toBe('i-like-this');
  expect(fasteningOf(message(shell))).toBeUndefined();
});

it.each([
  ['fastens nothing', '<body>x</body>', ''],
  ['fastens no kind', `<apply-to ${ns} id="o1"/>`, ''],
  ['fastens by external payloads alone', `<apply-to ${ns} id="o1"><external name="body"/></apply-to>`, ''],
  ['names no message', `<apply-to ${ns}>${like()}</apply-to>`, ''],
  ['is broken', `<apply-to ${ns} id="o1" clear="maybe">${like()}</apply-to>`, ''],
  ['is broken in a part', `<apply-to ${ns} id="o1">${like()}<external/></apply-to>`, ''],
  [
    '§4 is fastened to two',
    `<apply-to ${ns} id="o1">${like()}</apply-to><apply-to ${ns} id="o2">${like()}</apply-to>`,
    '',
  ],
  ['is a bounce', `<apply-to ${ns} id="o1">${like()}</apply-to>`, `type='error'`],
  [
    'is a copy, which is read from inside',
    `<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'><apply-to ${ns} id="o1">${like()}</apply-to></message></forwarded>`,
    '',
  ],
])('reads nothing of what %s', (_what, content, attrs) => {
  expect(fasteningOf(message(content, attrs))).toBeUndefined();
});
