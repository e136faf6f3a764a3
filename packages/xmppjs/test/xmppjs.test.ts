import { DisconnectedError, Element, iqQuery, TimeoutError } from '@xeps/core';
import type { Session } from '@xeps/core';
import { attr, element } from '@xeps/core/schema';
import { XmlError } from '@xeps/core/xml';
import { client } from '@xmpp/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { harden, xmppjs } from '../src/index.ts';
import { startServer } from './scripted-server.ts';
import type { ScriptedServer } from './scripted-server.ts';

const question = element('urn:q', 'question', { about: attr() });
const answer = element('urn:q', 'answer', { text: attr() });
const ask = iqQuery('get', question, answer);

type Entity = ReturnType<typeof client>;
let server: ScriptedServer;
let entity: Entity;
let session: Session;
let errors: Error[];

beforeEach(async () => {
  server = await startServer();
  entity = client({ service: server.service, domain: 'localhost' });
  // The list of this test alone: an entity of an earlier one may still report its end.
  const seen: Error[] = [];
  errors = seen;
  entity.on('error', (error) => void seen.push(error));
  entity.reconnect.stop();
  session = xmppjs(entity);
});
afterEach(async () => {
  await server.close();
});

const until = async (condition: () => boolean): Promise<void> => {
  const end = Date.now() + 3000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not happen within 3 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

it('the same entity gives the same session', () => {
  expect(xmppjs(entity)).toBe(session);
});

it('asks and is answered', async () => {
  server.onStanza = (stanza) =>
    server.write(
      `<iq type='result' id='${stanza.attrs['id']}' from='localhost'><answer xmlns='urn:q' text='42'/></iq>`,
    );
  await entity.start();
  expect(session.status).toBe('online');
  expect(String(session.jid)).toBe('romeo@localhost/orchard');
  expect(await session.request(ask, { about: 'life' }, { to: 'localhost' })).toEqual({ text: '42' });
});

it('does not believe an answer from somebody else', async () => {
  server.onStanza = (stanza) =>
    server.write(
      `<iq type='result' id='${stanza.attrs['id']}' from='mallory@evil.example'><answer xmlns='urn:q' text='42'/></iq>`,
    );
  await entity.start();
  await expect(session.request(ask, { about: 'life' }, { to: 'localhost', timeout: 50 })).rejects.toBeInstanceOf(
    TimeoutError,
  );
});

it('answers what it handles, once; leaves the rest to iqCallee, and errors to it when nobody handles them', async () => {
  session.handle(ask, ({ about }) => ({ text: about }));
  entity.iqCallee.get('urn:other', 'question', () => true);
  await entity.start();
  server.write(`<iq type='get' id='1' from='localhost'><question xmlns='urn:q' about='a'/></iq>`);
  server.write(`<iq type='get' id='2' from='localhost'><question xmlns='urn:other'/></iq>`);
  server.write(`<iq type='get' id='3' from='localhost'><question xmlns='urn:nobody'/></iq>`);
  server.write(`<iq type='get' id='4' from='localhost'><question xmlns='urn:q'/></iq>`);
  await until(() => server.received.length >= 4);
  const replies = Object.fromEntries(server.received.map((reply) => [reply.attrs['id'], String(reply)]));
  expect(server.received).toHaveLength(4);
  expect(replies['1']).toContain('text="a"');
  expect(replies['2']).toContain('type="result"');
  expect(replies['3']).toContain('service-unavailable');
  expect(replies['4']).toContain('bad-request');
});

it('a stanza that XML can not hold is refused, and the stream lives', async () => {
  await entity.start();
  const bad = new Element('message', { to: 'juliet@capulet.lit' });
  bad.c('body').t('a\u0001b');
  await expect(session.send(bad)).rejects.toBeInstanceOf(XmlError);
  await session.send(new Element('message', { to: 'juliet@capulet.lit', id: 'good' }));
  await until(() => server.received.some((stanza) => stanza.attrs['id'] === 'good'));
});

it('while it is down, sending says so', async () => {
  await expect(session.send(new Element('message'))).rejects.toBeInstanceOf(DisconnectedError);
  await entity.start();
  await entity.stop();
  expect(session.status).toBe('offline');
  await expect(session.send(new Element('message'))).rejects.toThrow('the entity is offline');
});

it('row 1: text torn between chunks arrives whole', async () => {
  await entity.start();
  const bodies: string[] = [];
  session.on('message', (stanza) => void bodies.push(stanza.getChildText('body') ?? ''));
  const text = '😀 größer 日本語 '.repeat(20);
  for (const byte of new TextEncoder().encode(`<message from='localhost'><body>${text}</body></message>`)) {
    server.write(new Uint8Array([byte]));
    if (byte > 0xc0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await until(() => bodies.length === 1);
  expect(bodies).toEqual([text]);
});

it.for([
  ['malformed XML, and data after it', `<message></presence>`],
  ['an unknown entity', `<message><body>&foo;</body></message>`],
  ['U+0000', `<message><body>&#0;</body></message>`],
  ['a document type', `<!DOCTYPE x><message/>`],
] as const)('row 10: %s is an error, not the end of the process', async ([, bad]) => {
  await entity.start();
  server.write(bad);
  await until(() => errors.length > 0);
  server.write(`<message/>`);
  await until(() => entity.status !== 'online');
  expect(errors[0]).toBeInstanceOf(XmlError);
});

it('row 12: a stanza beyond the limits ends the stream', async () => {
  const bounded = client({ service: server.service, domain: 'localhost' });
  bounded.reconnect.stop();
  bounded.on('error', (error) => void errors.push(error));
  xmppjs(bounded, { limits: { maxBytes: 10_000 } });
  await bounded.start();
  server.write(`<message><body>${'x'.repeat(20_000)}`);
  await until(() => errors.length > 0);
  expect(errors[0]).toMatchObject({ condition: 'policy-violation' });
});

it('hardening an entity that runs already is refused', async () => {
  await entity.start();
  expect(() => harden(entity)).toThrow('before entity.start()');
});
