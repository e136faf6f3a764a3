/** XEP-0077 on the embedded server: accounts by strangers, and what their owners do with them. */
import { createClient } from '@xeps/client';
import type { Client } from '@xeps/client';
import { Element, isStanzaError } from '@xeps/core';
import { getDiscoInfo, hasFeature } from '@xeps/xep-0030';
import {
  cancelRegistration,
  changePassword,
  getRegistration,
  NS_REGISTER,
  registerAccount,
  registerQuery,
} from '@xeps/xep-0077';
import { describe, expect, onTestFinished, test } from 'vitest';

import type { Server } from '../src/index.ts';
import { connect, startServer } from './harness.ts';
import { header, rawInside, rawTcp, signedIn } from './raw.ts';
import type { Raw } from './raw.ts';

/** A client that signs in with what is given, after it has registered that if told to. */
function clientOf(server: Server, username: string, password: string, register = false): Client {
  const client = createClient({
    jid: `${username}@localhost`,
    password,
    service: server.service,
    modules: register ? [registerAccount({ entries: { username, password } })] : [],
    reconnect: false,
  });
  onTestFinished(() => client.stop());
  return client;
}

/** A stranger's stream, and one request on it: the answer's type with the condition of its error. */
async function stranger(server: Server): Promise<Raw> {
  const raw = await rawInside(server);
  raw.send(header());
  await raw.until(/<\/stream:features>/);
  return raw;
}
async function ask(raw: Raw, query: string, attributes = `type='set' id='1'`): Promise<string> {
  raw.send(`<iq ${attributes}><query xmlns='${NS_REGISTER}'>${query}</query></iq>`);
  const answer = await raw.until(/<iq [^>]*\/>|<\/iq>/);
  return (
    /<([a-z-]+) xmlns=["']urn:ietf:params:xml:ns:xmpp-stanzas/.exec(answer)?.[1] ?? / type="(\w+)"/.exec(answer)![1]!
  );
}
const entries = (username: string, password: string): string =>
  `<username>${username}</username><password>${password}</password>`;

test('§3.1 an account is made, and signed in to on the same stream', async () => {
  const server = await startServer();
  const jid = await clientOf(server, 'bill', 'Calliope', true).start();
  expect(String(jid.bare())).toBe('bill@localhost');
  await clientOf(server, 'bill', 'Calliope').start();
  await expect(clientOf(server, 'bill', 'calliope').start()).rejects.toMatchObject({ name: 'SaslError' });
});

test('§3.1.1 a name that is taken', async () => {
  const server = await startServer({ accounts: ['juliet'] });
  for (const name of ['juliet', 'JULIET']) {
    await expect(clientOf(server, name, 'x', true).start()).rejects.toSatisfy((error) =>
      isStanzaError((error as Error).cause, 'conflict'),
    );
  }
  // Who had it has it still.
  await connect(server, 'juliet');
});

describe('before signing in', () => {
  test.each([
    ['no name', '<password>x</password>', 'not-acceptable'],
    ['no password', '<username>bill</username>', 'not-acceptable'],
    ['an empty name', entries('', 'x'), 'not-acceptable'],
    ['an empty password', entries('bill', ''), 'not-acceptable'],
    ['nothing', '', 'not-acceptable'],
    ['another server’s address', entries('bill@example.org', 'x'), 'not-acceptable'],
    ['a name that is none', entries('bill &amp; ted', 'x'), 'not-acceptable'],
    ['a name of two lines', entries('bill\nted', 'x'), 'not-acceptable'],
    ['a long name', entries('x'.repeat(1024), 'x'), 'not-acceptable'],
    ['a long password', entries('bill', 'x'.repeat(1025)), 'not-acceptable'],
    ['a password with control characters', entries('bill', 'a\tb'), 'not-acceptable'],
    ['a form that is none', `${entries('bill', 'x')}<x xmlns='jabber:x:data' type='x'/>`, 'bad-request'],
    ['§3.2 a cancellation', '<remove/>', 'unexpected-request'],
    ['§3.2 a cancellation with a name', `<remove/>${entries('juliet', 'x')}`, 'unexpected-request'],
  ])('§3.1 %s', async (_, query, condition) => {
    const server = await startServer({ accounts: ['juliet'] });
    expect(await ask(await stranger(server), query)).toBe(condition);
    expect(server.host.accounts.names()).toEqual(['juliet']);
  });

  test('§3.1 what is asked for', async () => {
    const raw = await stranger(await startServer());
    raw.send(`<iq type='get' id='1' to='localhost'><query xmlns='${NS_REGISTER}'/></iq>`);
    const answer = await raw.until(/<\/iq>/);
    expect(answer).toMatch(/^<iq type="result" id="1" from="localhost"/);
    expect(answer).toMatch(/<username\/><password\/><\/query>/);
    expect(answer).not.toContain('registered');
  });

  test('RFC 6120 §8.1.3 a request without id', async () => {
    const server = await startServer();
    expect(await ask(await stranger(server), entries('bill', 'x'), `type='set'`)).toBe('bad-request');
    expect(server.host.accounts.names()).toEqual([]);
  });

  test.each([
    ['a result', `type='result' id='1'`],
    ['an error', `type='error' id='1'`],
    ['of no type', `id='1'`],
    ['to another server', `type='set' id='1' to='example.org'`],
    ['to an account', `type='set' id='1' to='juliet@localhost'`],
  ])('RFC 6120 §4.9.3.12 %s is no registration', async (_, attributes) => {
    const server = await startServer({ accounts: ['juliet'] });
    const raw = await stranger(server);
    raw.send(`<iq ${attributes}><query xmlns='${NS_REGISTER}'>${entries('bill', 'x')}</query></iq>`);
    expect(await raw.closed()).toContain('<not-authorized');
    expect(server.host.accounts.names()).toEqual(['juliet']);
  });

  test('§3.1.1 one connection tries so often', async () => {
    const server = await startServer();
    const raw = await stranger(server);
    const answers: string[] = [];
    for (let index = 0; index < 12; index++) answers.push(await ask(raw, entries(`bill${index}`, 'x')));
    expect(answers).toEqual([...Array.from({ length: 10 }, () => 'result'), 'not-acceptable', 'not-acceptable']);
    expect(server.host.accounts.names()).toHaveLength(10);
  });

  test('§8 it is announced, but not before TLS, when nothing is taken either', async () => {
    const server = await startServer({ listen: { tls: false, http: false, https: false, component: false } });
    const inside = await rawInside(server);
    inside.send(header());
    expect(await inside.until(/<\/stream:features>/)).toContain('http://jabber.org/features/iq-register');
    const outside = rawTcp(server);
    outside.send(header());
    expect(await outside.until(/<\/stream:features>/)).not.toContain('iq-register');
    outside.send(`<iq type='set' id='1'><query xmlns='${NS_REGISTER}'>${entries('bill', 'x')}</query></iq>`);
    expect(await outside.closed()).toContain('<not-authorized');
    expect(server.host.accounts.names()).toEqual([]);
  });

  test.each([{ registration: false }, { without: ['registration'] }])('a server with %o', async (options) => {
    const server = await startServer(options);
    const raw = await rawInside(server);
    raw.send(header());
    expect(await raw.until(/<\/stream:features>/)).not.toContain('iq-register');
    raw.send(`<iq type='get' id='1'><query xmlns='${NS_REGISTER}'/></iq>`);
    expect(await raw.closed()).toContain('<not-authorized');
  });
});

describe('signed in', () => {
  test('§3.1 what is on file', async () => {
    const juliet = await connect(await startServer(), 'juliet');
    for (const to of [undefined, 'localhost', 'juliet@localhost']) {
      const found = await getRegistration(juliet, { to });
      expect([found.registered, found.username, found.password]).toEqual([true, 'juliet', '']);
    }
    expect(hasFeature(await getDiscoInfo(juliet, { to: 'localhost' }), NS_REGISTER)).toBe(true);
  });

  test.each([{}, { registration: false }])('§3.3 another password, on a server with %o', async (options) => {
    const server = await startServer(options);
    const juliet = await connect(server, 'juliet');
    await changePassword(juliet, 'R0m30');
    await clientOf(server, 'juliet', 'R0m30').start();
    await expect(clientOf(server, 'juliet', 'juliet').start()).rejects.toMatchObject({ name: 'SaslError' });
    // The name as the person writes it.
    await changePassword(juliet, 'r0m30', { username: 'Juliet' });
    await clientOf(server, 'juliet', 'r0m30').start();
  });

  test.each([
    ['an empty password', entries('juliet', ''), 'bad-request'],
    ['no password', '<username>juliet</username>', 'bad-request'],
    ['somebody else’s', entries('romeo', 'x'), 'not-acceptable'],
    ['§3.1.1 a second account', entries('bill', 'x'), 'not-acceptable'],
    ['no name that could be', entries('@', 'x'), 'not-acceptable'],
    ['a long password', entries('juliet', 'x'.repeat(1025)), 'not-acceptable'],
    ['control characters', entries('juliet', 'a\tb'), 'not-acceptable'],
    ['§3.2 a cancellation with more to it', `<remove/>${entries('juliet', 'x')}`, 'bad-request'],
  ])('§3.3 %s: everything stays as it was', async (_, query, condition) => {
    const server = await startServer({ accounts: ['juliet', 'romeo'] });
    const raw = await signedIn(server, 'juliet', 'balcony');
    for (const to of ['', `to='localhost'`]) expect(await ask(raw, query, `type='set' id='1' ${to}`)).toBe(condition);
    expect(server.host.accounts.names()).toEqual(['juliet', 'romeo']);
    for (const user of ['juliet', 'romeo']) await connect(server, user);
  });

  test('another account is nobody’s to change, cancel or look at', async () => {
    const server = await startServer({ accounts: ['juliet', 'romeo'] });
    const raw = await signedIn(server, 'juliet', 'balcony');
    for (const query of [entries('romeo', 'x'), '<remove/>'])
      expect(await ask(raw, query, `type='set' id='1' to='romeo@localhost'`)).toBe('service-unavailable');
    expect(await ask(raw, '', `type='get' id='1' to='romeo@localhost'`)).toBe('service-unavailable');
    await connect(server, 'romeo');
  });

  test('§3.2 who has no account has none to change or cancel', async () => {
    const server = await startServer({ anonymous: true });
    const client = createClient({ jid: 'localhost', service: server.service });
    onTestFinished(() => client.stop());
    await client.start();
    await expect(getRegistration(client, { to: 'localhost' })).rejects.toMatchObject({
      condition: 'registration-required',
    });
    const fields = { username: client.jid.local, password: 'x' };
    await expect(client.request(registerQuery, fields, { to: 'localhost' })).rejects.toMatchObject({
      condition: 'registration-required',
    });
    await expect(client.request(registerQuery, { remove: true }, { to: 'localhost' })).rejects.toMatchObject({
      condition: 'registration-required',
    });
  });

  test('§3.2 a cancelled account: the answer, the end of all its sessions, and of its subscriptions', async () => {
    const server = await startServer({ accounts: ['juliet', 'romeo'] });
    const romeo = await connect(server, 'romeo');
    const seen: string[] = [];
    romeo.on('presence', (presence) => {
      const type = presence.attrs['type'] as string | undefined;
      seen.push(type ?? 'available');
      if (type === 'subscribe')
        void romeo.send(new Element('presence', { to: 'juliet@localhost', type: 'subscribed' }));
    });
    await romeo.send(new Element('presence'));
    const [juliet, other] = [await signedIn(server, 'juliet', 'balcony'), await signedIn(server, 'juliet', 'nurse')];
    juliet.send(`<presence/><presence type='subscribe' to='romeo@localhost'/>`);
    await juliet.until(/<presence [^>]*type="subscribed"/);
    seen.length = 0;

    juliet.send(`<iq type='set' id='unreg1'><query xmlns='${NS_REGISTER}'><remove/></query></iq>`);
    expect(await juliet.closed()).toMatch(/<iq [^>]*type="result" id="unreg1".*<stream:error .*<not-authorized /);
    expect(await other.closed()).toContain('<not-authorized ');
    await expect.poll(() => seen).toContain('unsubscribe');
    expect(server.host.accounts.names()).toEqual(['romeo']);
    await expect(clientOf(server, 'juliet', 'juliet').start()).rejects.toMatchObject({ name: 'SaslError' });
  });

  test('§3.2 by a client', async () => {
    const server = await startServer();
    const juliet = await connect(server, 'juliet');
    await cancelRegistration(juliet);
    await expect.poll(() => server.host.accounts.names()).toEqual([]);
  });
});
