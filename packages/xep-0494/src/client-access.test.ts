import { Element, StanzaError, TimeoutError } from '@xeps/core';
import { CodecError } from '@xeps/core/schema';
import type { AnySchema } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { describe, expect, it } from 'vitest';
import {
  ClientAccessError,
  clientAccess,
  clientAuth,
  clientList,
  clientListRequest,
  clientPermission,
  clientsQuery,
  clientUserAgent,
  listClients,
  passwordResetRequired,
  revokeClient,
  revokeQuery,
  revokeRequest,
} from './index.ts';

const gajim =
  '<client xmlns="urn:xmpp:cam:0" connected="true" id="zeiP41HLglIu" type="session">' +
  '<first-seen>2023-04-06T14:26:08Z</first-seen><last-seen>2023-04-06T14:37:25Z</last-seen>' +
  '<auth><password/><fast/></auth><permission status="unrestricted"/>' +
  "<user-agent><software>Gajim</software><uri>https://gajim.org/</uri><device>Juliet's laptop</device></user-agent></client>";
const bare =
  '<client xmlns="urn:xmpp:cam:0" connected="false" id="HjEEr45_LQr" type="access"><auth/><permission status="normal"/></client>';

describe('golden', () => {
  it.each<[string, AnySchema, string, unknown]>([
    ['§3.1 the request', clientListRequest, '<list xmlns="urn:xmpp:cam:0"/>', {}],
    ['§3.1 no clients', clientList, '<clients xmlns="urn:xmpp:cam:0"/>', { clients: [] }],
    [
      '§3.1 a client with all there is',
      clientAccess,
      gajim,
      {
        connected: true,
        id: 'zeiP41HLglIu',
        type: 'session',
        firstSeen: new Date('2023-04-06T14:26:08Z'),
        lastSeen: new Date('2023-04-06T14:37:25Z'),
        auth: { password: true, fast: true, other: [] },
        permission: { status: 'unrestricted', details: [] },
        userAgent: { software: 'Gajim', uri: 'https://gajim.org/', device: "Juliet's laptop" },
      },
    ],
    [
      '§3.1 a client with what must be there',
      clientAccess,
      bare,
      {
        connected: false,
        id: 'HjEEr45_LQr',
        type: 'access',
        auth: { password: false, fast: false, other: [] },
        permission: { status: 'normal', details: [] },
      },
    ],
    ['§3.1 a user agent without a word', clientUserAgent, '<user-agent xmlns="urn:xmpp:cam:0"/>', {}],
    ['§3.2 revoking', revokeRequest, '<revoke xmlns="urn:xmpp:cam:0" id="HjEEr45_LQr"/>', { id: 'HjEEr45_LQr' }],
    ['§3.2 the error', passwordResetRequired, '<password-reset-required xmlns="urn:xmpp:cam:0"/>', {}],
  ])('%s', (_, schema, text, value) => {
    expect(roundTrip(schema, text)).toMatchObject({ input: text, output: text, value });
  });

  it.each<[string, AnySchema, string]>([
    [
      'other ways to sign in, and what a grant allows',
      clientAuth,
      '<auth xmlns="urn:xmpp:cam:0"><grant><scope xmlns="urn:example:oauth">roster</scope></grant><passkey xmlns="urn:example:passkey"/></auth>',
    ],
    [
      'what is restricted',
      clientPermission,
      '<permission xmlns="urn:xmpp:cam:0" status="restricted"><role xmlns="urn:example:role">guest</role></permission>',
    ],
  ])('§3.1 keeps %s', (_, schema, text) => {
    expect(roundTrip(schema, text)).toMatchObject({ input: text, output: text });
  });
});

it.each([
  ['no id', bare.replace(' id="HjEEr45_LQr"', '')],
  ['no connected', bare.replace(' connected="false"', '')],
  ['a connected that is no boolean', bare.replace('"false"', '"maybe"')],
  ['an unknown type', bare.replace('"access"', '"spy"')],
  ['no auth', bare.replace('<auth/>', '')],
  ['no permission', bare.replace('<permission status="normal"/>', '')],
  ['an unknown permission', bare.replace('"normal"', '"some"')],
  ['a time that is none', gajim.replace('2023-04-06T14:26:08Z', 'yesterday')],
])('broken: %s; the list does not hide it', (_, text) => {
  expect(clientAccess.safeDecode(xml(text)).ok).toBe(false);
  const list = xml(`<clients xmlns="urn:xmpp:cam:0">${gajim}${text}</clients>`);
  expect(clientList.safeDecode(list).ok).toBe(false);
});

it('§3.1 lists', async () => {
  const { client, server, wire } = link();
  server.handle(clientsQuery, () => ({ clients: [clientAccess.decode(xml(gajim)), clientAccess.decode(xml(bare))] }));
  expect((await listClients(client)).map(({ id }) => id)).toEqual(['zeiP41HLglIu', 'HjEEr45_LQr']);
  // To the own account, which is whom an IQ without an address is for.
  expect(wire[0]).not.toContain(' to=');
});

it('§3.2 revokes', async () => {
  const { client, server } = link();
  const revoked: string[] = [];
  server.handle(revokeQuery, ({ id }) => void revoked.push(id));
  await revokeClient(client, 'HjEEr45_LQr');
  expect(revoked).toEqual(['HjEEr45_LQr']);
});

it('§3.2 a client that knows the password: what to do is said', async () => {
  const { client, server } = link();
  server.handle(revokeQuery, () => {
    throw new StanzaError('service-unavailable', { application: [passwordResetRequired.encode({})] });
  });
  const fault: unknown = await revokeClient(client, 'zeiP41HLglIu').catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(ClientAccessError);
  expect(fault).toMatchObject({
    code: 'ERR_XMPP_CLIENT_ACCESS',
    reason: 'password-reset-required',
    clientId: 'zeiP41HLglIu',
    cause: { condition: 'service-unavailable' },
  });
  expect((fault as Error).message).toMatch(/password.*XEP-0077/);
});

it.each([
  ['a server without it', new StanzaError('service-unavailable')],
  ['a client that is not there', new StanzaError('item-not-found')],
  [
    'another namespace',
    new StanzaError('service-unavailable', {
      application: [new Element('password-reset-required', { xmlns: 'urn:example:other' })],
    }),
  ],
])('§3.2 other errors stay what they are: %s', async (_, error) => {
  const { client, server } = link();
  server.handle(revokeQuery, () => {
    throw error;
  });
  const fault: unknown = await revokeClient(client, 'x').catch((caught: unknown) => caught);
  expect(fault).toBeInstanceOf(StanzaError);
  expect(fault).toMatchObject({ condition: error.condition });
});

it('§5 does not believe a list, nor that access has ended, from somebody else', async () => {
  const { client, inject, wire, server } = link();
  server.handle(clientsQuery, () => new Promise(() => undefined));
  server.handle(revokeQuery, () => new Promise(() => undefined));
  const listed = listClients(client, { timeout: 20 });
  const revoked = revokeClient(client, 'x', { timeout: 20 });
  for (const sent of wire.slice(0, 2)) {
    const id = /id="([^"]+)"/.exec(sent)![1]!;
    inject(`<iq type='result' id='${id}' from='mallory@evil.example/x'><clients xmlns='urn:xmpp:cam:0'/></iq>`);
    inject(`<iq type='result' id='${id}' from='mallory@evil.example/x'/>`);
  }
  await expect(listed).rejects.toBeInstanceOf(TimeoutError);
  await expect(revoked).rejects.toBeInstanceOf(TimeoutError);
});

it('a broken answer is a codec error, as is none', async () => {
  const { client, inject, wire } = link();
  for (const payload of [`<clients xmlns='urn:xmpp:cam:0'><client/></clients>`, '']) {
    const asked = listClients(client);
    const id = /id="([^"]+)"/.exec(wire.findLast((line) => line.startsWith('C:'))!)![1]!;
    inject(`<iq type='result' id='${id}'>${payload}</iq>`);
    await expect(asked).rejects.toBeInstanceOf(CodecError);
  }
});

it('an ended wait', async () => {
  const { client, server } = link();
  server.handle(revokeQuery, () => new Promise(() => undefined));
  const reason = new Error('enough');
  await expect(revokeClient(client, 'x', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
