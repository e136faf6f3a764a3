import { createHash } from 'node:crypto';
import type { Component, ComponentOptions } from '@xeps/component';
import { createComponent, handshakeDigest } from '@xeps/component';
import { Element, iqQuery } from '@xeps/core';
import { element } from '@xeps/core/schema';
import { NegotiationError, StreamError } from '@xeps/stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { scriptedServer } from '../../client/test/scripted-server.ts';
import type { Peer, ScriptedServer } from '../../client/test/scripted-server.ts';

let server: ScriptedServer;
const components: Component[] = [];
beforeEach(async () => {
  server = await scriptedServer();
});
afterEach(async () => {
  await server.close();
  await Promise.all(components.splice(0).map((component) => component.stop()));
});

function component(options: Partial<ComponentOptions> = {}): Component {
  const made = createComponent({
    domain: 'plays.shakespeare.lit',
    secret: 'secret',
    host: '127.0.0.1',
    port: server.port,
    closeTimeout: 300,
    reconnect: { base: 10, max: 20 },
    ...options,
  });
  components.push(made);
  return made;
}
const header = (id: string): string =>
  `<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:component:accept' from='plays.shakespeare.lit' id='${id}'>`;

async function acceptComponent(id = '3BF96D32'): Promise<Peer> {
  const peer = await server.accept();
  await peer.heard(
    /<stream:stream xmlns='jabber:component:accept' xmlns:stream='http:\/\/etherx.jabber.org\/streams' to='plays.shakespeare.lit'>/,
  );
  peer.say(header(id));
  const [, digest] = await peer.heard(/<handshake>([0-9a-f]{40})<\/handshake>/);
  expect(digest).toBe(createHash('sha1').update(`${id}secret`).digest('hex'));
  peer.say('<handshake/>');
  return peer;
}

describe('XEP-0114 §3 Protocol Flow', () => {
  test('the digest is SHA-1 of id and secret in lower-case hexadecimal', async () => {
    expect(await handshakeDigest('3BF96D32', 'test')).toBe(createHash('sha1').update('3BF96D32test').digest('hex'));
  });

  test('stanzas in both directions are those of jabber:client', async () => {
    const session = component();
    const received = new Promise<Element>((resolve) => session.on('message', resolve));
    const started = session.start();
    const peer = await acceptComponent();
    expect(String(await started)).toBe('plays.shakespeare.lit');
    peer.say("<message from='romeo@example.net' to='bot@plays.shakespeare.lit'><body>hi</body></message>");
    const message = await received;
    expect(message.getNS()).toBe('jabber:client');
    expect(message.getChildText('body')).toBe('hi');
    const reply = new Element('message', {
      to: 'romeo@example.net',
      from: 'bot@plays.shakespeare.lit',
      xmlns: 'jabber:client',
    });
    await session.send(reply.c('body').t('hello').up());
    await peer.heard(
      /^<message to="romeo@example.net" from="bot@plays.shakespeare.lit"><body>hello<\/body><\/message>/,
    );
    await session.send(new Element('presence', { to: 'romeo@example.net' }));
    await peer.heard(/^<presence to="romeo@example.net" from="plays.shakespeare.lit"\/>/);
  });

  test('requests are answered from the address that was asked', async () => {
    const session = component();
    session.handle(iqQuery('get', element('urn:xmpp:ping', 'ping', {})), () => undefined);
    const started = session.start();
    const peer = await acceptComponent();
    await started;
    peer.say(
      "<iq type='get' id='1' from='romeo@example.net/x' to='bot@plays.shakespeare.lit'><ping xmlns='urn:xmpp:ping'/></iq>",
    );
    const [iq] = await peer.heard(/<iq [^>]*\/>/);
    expect(iq).toContain('to="romeo@example.net/x"');
    expect(iq).toContain('from="bot@plays.shakespeare.lit"');
    expect(iq).toContain('type="result"');
  });

  test('a stanza without addressee, or from elsewhere, is refused before it ends the stream for all', async () => {
    const session = component();
    await expect(session.send(new Element('message'))).rejects.toMatchObject({ code: 'ERR_XMPP_ADDRESSING' });
    await expect(
      session.send(new Element('message', { to: 'a@b.example', from: 'c@d.example' })),
    ).rejects.toMatchObject({ code: 'ERR_XMPP_ADDRESSING' });
  });
});

describe('what goes wrong', () => {
  test('a wrong secret ends it: not-authorized', async () => {
    const session = component();
    const started = session.start({ retry: true });
    const peer = await server.accept();
    await peer.heard(/<stream:stream /);
    peer.say(header('x'));
    await peer.heard(/<handshake>/);
    peer.say(
      "<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
    );
    const error: unknown = await started.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StreamError);
    expect(error).toMatchObject({ condition: 'not-authorized', retry: 'never' });
    expect(server.count).toBe(1);
  });

  test.each([
    ['a stanza before the handshake was taken', "<message from='a@b.example'/>", NegotiationError],
    ['malformed XML', '<message', undefined],
    ['a stanza of a client’s namespace', "<message xmlns='jabber:client'/>", StreamError],
  ])('%s is not delivered', async (_, text, kind) => {
    const session = component({ timeout: 300 });
    const messages: Element[] = [];
    session.on('message', (message) => messages.push(message));
    const started = session.start();
    const peer = await server.accept();
    await peer.heard(/<stream:stream /);
    peer.say(header('x'));
    await peer.heard(/<handshake>/);
    peer.say(text);
    if (kind === undefined) peer.end();
    await expect(started).rejects.toThrow();
    if (kind !== undefined) await expect(started).rejects.toBeInstanceOf(kind);
    expect(messages).toEqual([]);
  });

  test('a header of a client’s stream is refused', async () => {
    const session = component();
    const started = session.start();
    const peer = await server.accept();
    await peer.heard(/<stream:stream /);
    peer.say(
      "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client' id='x' version='1.0'>",
    );
    await expect(started).rejects.toMatchObject({ condition: 'invalid-namespace' });
  });

  test('a lost connection is made anew, with a new digest, and what was sent in between goes out', async () => {
    const session = component();
    const started = session.start();
    const first = await acceptComponent('one');
    await started;
    const lost = new Promise<void>((resolve) => session.on('disconnected', () => resolve()));
    first.cut();
    await lost;
    const waiting = session.send(new Element('message', { to: 'romeo@example.net' }));
    const second = await acceptComponent('two');
    await waiting;
    await second.heard(/^<message /);
  });
});
