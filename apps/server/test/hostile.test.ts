/** What a stranger, or a client that went astray, can send: each gets the answer that RFC 6120 names. */
import { WebSocket } from 'ws';
import { beforeEach, describe, expect, test } from 'vitest';

import type { Server } from '../src/index.ts';
import { startServer } from './harness.ts';
import { header, rawInside, rawTcp, signedIn } from './raw.ts';

let server: Server;
beforeEach(async () => {
  server = await startServer({
    accounts: ['juliet', 'romeo'],
    listen: { https: false, tls: false, component: false },
  });
});

/** The stream error that ended a stream, and that the stream was closed behind it. */
function conditionOf(text: string): string | undefined {
  return /<stream:error[^>]*><([a-z-]+) xmlns=['"]urn:ietf:params:xml:ns:xmpp-streams['"][^]*<\/stream:error><\/stream:stream>$|<stream:error xmlns:stream="http:\/\/etherx.jabber.org\/streams"><([a-z-]+) [^]*<\/error><\/stream:stream>$/
    .exec(text)
    ?.slice(1)
    .find((found) => found !== undefined);
}

const rootOf = (name: string, xmlns: string, stream = 'http://etherx.jabber.org/streams'): string =>
  `<?xml version='1.0'?><${name} xmlns='${xmlns}' xmlns:stream='${stream}' to='localhost' version='1.0'>`;

describe('before signing in', () => {
  test.each<[section: string, sent: string | Uint8Array, condition: string]>([
    ['§4.9.3.13 no XML', 'GET / HTTP/1.1\r\n\r\n', 'not-well-formed'],
    ['§4.9.3.1 another root', rootOf('stream:flow', 'jabber:client'), 'bad-format'],
    [
      '§4.9.3.10 another namespace of the stream',
      rootOf('stream:stream', 'jabber:client', 'urn:x'),
      'invalid-namespace',
    ],
    ['§4.9.3.10 another content namespace', rootOf('stream:stream', 'jabber:server'), 'invalid-namespace'],
    ['§4.9.3.25 no version', header(`to='localhost'`), 'unsupported-version'],
    ['§4.9.3.25 a version to come', header(`to='localhost' version='2.0'`), 'unsupported-version'],
    ['§4.9.3.6 another server', header(`to='example.org' version='1.0'`), 'host-unknown'],
    ['§4.9.3.6 no server', header(`version='1.0'`), 'host-unknown'],
    ['§11.1 a comment', `${header()}<!-- hi -->`, 'restricted-xml'],
    ['§11.1 a processing instruction', `${header()}<?php 1?>`, 'restricted-xml'],
    ['§11.1 a document type', `<!DOCTYPE x [<!ENTITY lol "lol">]>${header()}`, 'restricted-xml'],
    ['§11.1 an entity of nobody', `${header()}<message><body>&lol;</body></message>`, 'not-well-formed'],
    ['§4.9.3.13 tags that cross', `${header()}<a xmlns='x'><b></a></b>`, 'not-well-formed'],
    ['§4.9.3.13 an attribute twice', `${header()}<a xmlns='x' b='1' b='2'/>`, 'not-well-formed'],
    ['§4.9.3.2 a prefix of nobody', `${header()}<x:message/>`, 'bad-namespace-prefix'],
    ['§4.9.3.22 another encoding', `<?xml version='1.0' encoding='ISO-8859-1'?><stream:stream`, 'unsupported-encoding'],
    [
      '§11.6 bytes that are no UTF-8',
      Buffer.concat([Buffer.from(header()), Buffer.from([0x3c, 0x61, 0x3e, 0xc3, 0x28, 0x3c, 0x2f, 0x61, 0x3e])]),
      'unsupported-encoding',
    ],
    ['§4.9.3.12 a message', `${header()}<message to='juliet@localhost'><body>hi</body></message>`, 'not-authorized'],
    ['§4.9.3.12 presence', `${header()}<presence/>`, 'not-authorized'],
    [
      '§7.1 binding',
      `${header()}<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`,
      'not-authorized',
    ],
    ['§4.9.3.24 what nobody knows', `${header()}<soliloquy xmlns='urn:example'/>`, 'unsupported-stanza-type'],
    ['§4.8.5 a stanza of another namespace', `${header()}<message xmlns='jabber:server'/>`, 'invalid-namespace'],
    ['§4.3.3 a second header', `${header()}${header().slice(21)}</stream:stream>`, 'unsupported-stanza-type'],
    ['§13.12 too deep', `${header()}${'<a xmlns="x">'.repeat(200)}`, 'policy-violation'],
    ['§13.12 too much', `${header()}${'<a xmlns="x"/>'.repeat(20_000)}`, 'unsupported-stanza-type'],
    ['§13.12 one that does not end', `${header()}<message><body>${'x'.repeat(300_000)}`, 'policy-violation'],
  ])('%s', async (_, sent, condition) => {
    const raw = rawTcp(server);
    raw.send(sent);
    const said = await raw.closed();
    expect(conditionOf(said)).toBe(condition);
    // §4.9.1.2: the error comes on a stream that was opened.
    expect(said).toMatch(/^<\?xml version='1.0'\?><stream:stream /);
  });

  test('§4.4 a stream that is closed is closed in return', async () => {
    const raw = rawTcp(server);
    raw.send(`${header()}</stream:stream>`);
    expect(await raw.closed()).toMatch(/<\/stream:features><\/stream:stream>$/);
  });

  test('§5.4.1 before TLS there is nothing but TLS', async () => {
    const raw = rawTcp(server);
    raw.send(header());
    const features = await raw.until(/<\/stream:features>/);
    expect(features).toContain('<required/>');
    expect(features).not.toContain('PLAIN');
    raw.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGp1bGlldABqdWxpZXQ=</auth>`);
    expect(await raw.until(/<\/failure>/)).toContain('<encryption-required');
  });

  test.each([
    ['§6.5.7 a mechanism that is not offered', 'X-MAGIC', 'AA==', 'invalid-mechanism'],
    ['§6.5.5 no base64', 'PLAIN', '***', 'incorrect-encoding'],
    ['§6.5.8 half a message', 'PLAIN', 'anVsaWV0', 'malformed-request'],
    ['§6.5.10 a wrong password', 'PLAIN', Buffer.from('\0juliet\0wrong').toString('base64'), 'not-authorized'],
    ['§6.5.10 nobody', 'PLAIN', Buffer.from('\0nobody\0wrong').toString('base64'), 'not-authorized'],
    [
      '§6.5.6 as somebody else',
      'PLAIN',
      Buffer.from('romeo@localhost\0juliet\0juliet').toString('base64'),
      'invalid-authzid',
    ],
  ])('%s', async (_, mechanism, data, condition) => {
    const raw = await rawInside(server);
    raw.send(`${header()}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='${mechanism}'>${data}</auth>`);
    expect(await raw.until(/<\/failure>/)).toContain(`<${condition}`);
  });

  test('§6.4.4 the exchange is given up, and begins again', async () => {
    const raw = await rawInside(server);
    raw.send(`${header()}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>`);
    await raw.until(/<challenge[^>]*\/>/);
    raw.send(`<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`);
    expect(await raw.until(/<\/failure>/)).toContain('<aborted');
    raw.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGp1bGlldABqdWxpZXQ=</auth>`);
    await raw.until(/<success[^>]*\/>/);
  });

  test('§6.4.5 who guesses passwords is thrown out', async () => {
    const raw = await rawInside(server);
    const guess = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGp1bGlldAB4</auth>`;
    raw.send(header() + guess.repeat(20));
    const said = await raw.closed();
    expect(said.match(/<not-authorized/g)).toHaveLength(5);
    expect(conditionOf(said)).toBe('policy-violation');
  });
});

describe('signed in, without an address', () => {
  test('§7.1 a stanza', async () => {
    const raw = await signedIn(server, 'juliet');
    raw.send(`<message to='romeo@localhost'><body>hi</body></message>`);
    expect(conditionOf(await raw.closed())).toBe('not-authorized');
  });

  test('§4.9.3.9 a stream in the name of somebody else', async () => {
    const raw = await rawInside(server);
    raw.send(`${header()}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGp1bGlldABqdWxpZXQ=</auth>`);
    await raw.until(/<success[^>]*\/>/);
    raw.send(header(`from='romeo@localhost' to='localhost' version='1.0'`));
    expect(conditionOf(await raw.closed())).toBe('invalid-from');
  });

  test('§7.7.2.1 a resource that can be none', async () => {
    const raw = await signedIn(server, 'juliet');
    raw.send(
      `<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${'x'.repeat(2000)}</resource></bind></iq>`,
    );
    expect(await raw.until(/<\/iq>/)).toContain('<bad-request');
  });

  test('§7.7.2.2 an address that is taken: the newest has it', async () => {
    const first = await signedIn(server, 'juliet', 'balcony');
    await signedIn(server, 'juliet', 'balcony');
    expect(conditionOf(await first.closed())).toBe('conflict');
  });
});

describe('with an address', () => {
  test.each<[section: string, sent: string, condition: string]>([
    ['§8.1.2.1 a message of somebody else', `<message from='romeo@localhost/x' to='romeo@localhost'/>`, 'invalid-from'],
    ['§8.1.2.1 another resource', `<presence from='juliet@localhost/other'/>`, 'invalid-from'],
    ['§8.1.2.1 no address at all', `<presence from='@@'/>`, 'invalid-from'],
    ['§4.9.3.24 what nobody knows', `<soliloquy xmlns='urn:example'/>`, 'unsupported-stanza-type'],
    ['§13.12 too big', `<message><body>${'x'.repeat(600_000)}</body></message>`, 'policy-violation'],
  ])('%s ends the stream', async (_, sent, condition) => {
    const raw = await signedIn(server, 'juliet', 'balcony');
    raw.send(sent);
    expect(conditionOf(await raw.closed())).toBe(condition);
  });

  test.each<[section: string, sent: string, condition: string]>([
    ['§8.2.3 an IQ without id', `<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>`, 'bad-request'],
    ['§8.2.3 an IQ of no type', `<iq type='give' id='1'><ping xmlns='urn:xmpp:ping'/></iq>`, 'bad-request'],
    ['§8.2.3 an IQ without type', `<iq id='1'><ping xmlns='urn:xmpp:ping'/></iq>`, 'bad-request'],
    ['§8.2.3 an empty request', `<iq type='get' id='1'/>`, 'bad-request'],
    ['§8.2.3 two requests in one', `<iq type='get' id='1'><a xmlns='x'/><b xmlns='x'/></iq>`, 'bad-request'],
    ['§8.4 what nobody knows', `<iq type='get' id='1'><a xmlns='x'/></iq>`, 'service-unavailable'],
    ['§8.4 asked of the server', `<iq type='set' id='1' to='localhost'><a xmlns='x'/></iq>`, 'service-unavailable'],
    ['§8.3.3.8 no address', `<iq type='get' id='1' to='a@b@c'><a xmlns='x'/></iq>`, 'jid-malformed'],
    [
      '§8.3.3.16 another server',
      `<iq type='get' id='1' to='example.org'><a xmlns='x'/></iq>`,
      'remote-server-not-found',
    ],
    [
      'RFC 6121 §8.5.1 asked of nobody',
      `<iq type='get' id='1' to='nobody@localhost'><a xmlns='x'/></iq>`,
      'service-unavailable',
    ],
    [
      'RFC 6121 §8.5.3.2.3 asked of a session that is not there',
      `<iq type='get' id='1' to='romeo@localhost/x'><a xmlns='x'/></iq>`,
      'service-unavailable',
    ],
    [
      'RFC 6121 §8.5.1 a message to nobody',
      `<message id='1' to='nobody@localhost'><body>hi</body></message>`,
      'service-unavailable',
    ],
    ['a message to the server', `<message id='1' to='localhost'><body>hi</body></message>`, 'service-unavailable'],
    ['a presence of no type', `<presence type='absent'/>`, 'bad-request'],
    ['RFC 6121 §4.3.1 a probe', `<presence type='probe' to='romeo@localhost'/>`, 'not-allowed'],
    [
      '§7.1 binding once more',
      `<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`,
      'service-unavailable',
    ],
  ])('%s is refused, and the stream goes on', async (_, sent, condition) => {
    const raw = await signedIn(server, 'juliet', 'balcony');
    raw.send(sent);
    expect(await raw.until(/<\/(iq|message|presence)>/)).toContain(`<${condition} `);
    raw.send(`<iq type='get' id='after'><b xmlns='x'/></iq>`);
    await raw.until(/id="after"/);
  });

  test('§8.3.1 errors and results are never answered: no loops', async () => {
    const raw = await signedIn(server, 'juliet', 'balcony');
    const error = `<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
    for (const to of [
      '',
      `to='localhost'`,
      `to='nobody@localhost'`,
      `to='romeo@localhost'`,
      `to='romeo@localhost/x'`,
      `to='example.org'`,
      `to='@'`,
    ]) {
      raw.send(`<message type='error' ${to}>${error}</message>`);
      raw.send(`<iq type='error' id='1' ${to}>${error}</iq><iq type='result' id='1' ${to}/>`);
      raw.send(`<presence type='error' ${to}>${error}</presence>`);
    }
    raw.send(`<iq type='get' id='after'><b xmlns='x'/></iq>`);
    const said = await raw.until(/<\/iq>/);
    expect(said).toMatch(/^<iq type="error" id="after"/);
  });

  test('§8.1.2.1 what is delivered has its true sender', async () => {
    const romeo = await signedIn(server, 'romeo', 'orchard');
    const juliet = await signedIn(server, 'juliet', 'balcony');
    for (const from of ['', `from='juliet@localhost'`, `from='juliet@localhost/balcony'`]) {
      juliet.send(`<message ${from} to='romeo@localhost/orchard'><body>hi</body></message>`);
      expect(await romeo.until(/<\/message>/)).toContain('from="juliet@localhost/balcony"');
    }
  });
});

describe('over WebSocket', () => {
  async function exchange(protocol: string | undefined, ...frames: readonly (string | Buffer)[]): Promise<string[]> {
    const socket = new WebSocket(
      server.websocket!.replace('localhost', '127.0.0.1'),
      protocol === undefined ? [] : [protocol],
    );
    const got: string[] = [];
    await new Promise<void>((resolve, reject) => {
      socket.on('open', () => frames.forEach((frame) => socket.send(frame)));
      socket.on('message', (data) => got.push(String(data as Buffer)));
      socket.on('error', reject);
      socket.on('close', () => resolve());
    });
    return got;
  }
  const open = `<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>`;

  test('RFC 7395 §3.1 without the subprotocol', async () => {
    await expect(exchange(undefined)).rejects.toThrow('400');
    await expect(exchange('chat')).rejects.toThrow('400');
  });

  test.each([
    ['RFC 7395 §3.2 bytes', Buffer.from(open), 'not-well-formed'],
    ['RFC 7395 §3.3.3 two elements in a frame', `<a xmlns='x'/><b xmlns='x'/>`, 'not-well-formed'],
    ['RFC 7395 §3.3.3 half an element in a frame', `<a xmlns='x'>`, 'not-well-formed'],
    ['§4.9.3.12 a stanza', `<message xmlns='jabber:client'/>`, 'not-authorized'],
    ['RFC 7395 §3.3.3 a stanza without namespace', `<message/>`, 'invalid-namespace'],
  ])('%s', async (_, frame, condition) => {
    const got = await exchange('xmpp', open, frame);
    expect(got.at(-2)).toContain(`<${condition} `);
    expect(got.at(-1)).toContain('<close');
  });
});
