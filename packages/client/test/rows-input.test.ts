/** Rows 10 to 13 and 15 of the table in rows.test.ts: what the server should not say, and what can't be said to it. */
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { Element, iqQuery, StanzaError, XmppError } from '@xeps/core';
import { element } from '@xeps/core/schema';
import type { XmlLimits } from '@xeps/core/xml';
import { StreamError } from '@xeps/stream';
import type { Client } from '@xeps/client';
import { describe, expect, test } from 'vitest';
import { createClientOn } from '../src/client.ts';
import { harness, message, next, until } from './harness.ts';
import { acceptClient, answerBind, authenticate, header, toPeer } from './scripted-server.ts';
import { tornPlatform } from './torn.ts';
import { listen } from './transport/scripted.ts';

const given = harness();
const ping = iqQuery('get', element('urn:xmpp:ping', 'ping', {}));
const errorPattern = (condition: string): RegExp =>
  new RegExp(
    `<stream:error xmlns:stream="http://etherx.jabber.org/streams"><${condition} .*</stream:error></stream:stream>$`,
    's',
  );

/** The ids of messages, as they come. */
function record(session: Client): unknown[] {
  const ids: unknown[] = [];
  session.on('message', ({ attrs }) => ids.push(attrs['id']));
  return ids;
}

/** What a client says of it, and that it is online again afterwards, when a server says `text`. */
async function says(text: string, options: { limits?: Partial<XmlLimits> } = {}) {
  const session = given.client(options);
  const ids = record(session);
  const errors: unknown[] = [];
  session.onConnection((now) => now.status === 'waiting' && errors.push(now.error));
  const started = session.start();
  const peer = await acceptClient(given.server);
  await started;
  const lost = next(session, 'disconnected');
  peer.say(`<message id='before'/>${text}`);
  await lost;
  await peer.closed;
  const again = await acceptClient(given.server);
  await until(session, 'online');
  again.say("<message id='again'/>");
  await expect.poll(() => ids.at(-1)).toBe('again');
  expect([ids, errors.length, given.server.count]).toEqual([['before', 'again'], 1, 2]);
  return { error: errors[0], heard: peer.rest() };
}

describe('row 10: a typed error, a clean close, a new connection', () => {
  test.each([
    ['data after malformed XML', "<message><body></message><message id='late'/>&&&<<<"],
    ['an entity that nobody declared', "<message id='bad'><body>&foo;</body></message><message id='late'/>"],
    ['a reference to a character that is none', "<message id='bad'><body>&#0;</body></message><message id='late'/>"],
  ])('%s', async (_, text) => {
    const { error, heard } = await says(text);
    expect(error).toBeInstanceOf(StreamError);
    expect(error).toMatchObject({ condition: 'not-well-formed', by: 'self' });
    expect(heard).toMatch(errorPattern('not-well-formed'));
  });

  test('data after </stream:stream>', async () => {
    const { error, heard } = await says("</stream:stream><message id='late'/>&&&<<<");
    expect(error).toMatchObject({ name: 'DisconnectedError', code: 'ERR_XMPP_DISCONNECTED' });
    expect(heard).toBe('</stream:stream>');
  });

  test('an invalid from on a stanza: an IQ is a typed fault, a message is what it is, the stream goes on', async () => {
    const session = given.client();
    const ids = record(session);
    const faults: unknown[] = [];
    session.on('fault', ({ error }) => faults.push(error));
    const started = session.start();
    const peer = await acceptClient(given.server);
    await started;
    peer.say("<message id='odd' from='@@@'/><presence from='a@b@c/'/>");
    peer.say("<iq type='get' id='q' from='@@@'><ping xmlns='urn:xmpp:ping'/></iq>");
    peer.say("<iq type='result' id='r' from='@@@'/><message id='after'/>");
    await expect.poll(() => ids).toEqual(['odd', 'after']);
    expect(faults).toMatchObject([{ name: 'XmppError', code: 'ERR_XMPP_STANZA' }]);
    expect(faults[0]).toBeInstanceOf(XmppError);
    expect([peer.rest(), given.server.count]).toEqual(['', 1]);
  });

  test('an invalid from on the stream’s header', async () => {
    const session = given.client();
    const started = session.start();
    const refused = expect(started).rejects.toMatchObject({ name: 'StreamError', condition: 'invalid-from' });
    const peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(`${header().replace("from='localhost'", "from='@@@'")}<stream:features/>`);
    await refused;
    await peer.heard(errorPattern('invalid-from'));
    await peer.closed;
  });
});

describe('row 11: errors that lack what they must have', () => {
  test('an IQ error without <error/> rejects', async () => {
    const session = given.client();
    const started = session.start();
    const peer = await acceptClient(given.server);
    await started;
    const asked = session.request(ping, {});
    const refused = expect(asked).rejects.toMatchObject({ name: 'StanzaError', condition: 'undefined-condition' });
    const [, id] = await peer.heard(/<iq [^>]*id="([^"]+)"/);
    peer.say(`<iq type='error' id='${id!}'/>`);
    await refused;
    await expect(asked).rejects.toBeInstanceOf(StanzaError);
  });

  test.each([
    ['too high', '7', 'undefined-condition', /<handled-count-too-high xmlns="urn:xmpp:sm:3" h="7" send-count="1"\/>/],
    ['no number', 'many', 'bad-format', /<bad-format /],
  ])(
    'an acknowledgement that is %s ends the stream; the message goes out on the next',
    async (_, h, condition, told) => {
      const session = given.client();
      const started = session.start();
      const peer = await acceptClient(given.server, { sm: 'session-1' });
      await started;
      const { acked } = await session.send(message('1'));
      await peer.heard(/<message id="1"/);
      const lost = new Promise<unknown>((resolve) => session.on('disconnected', ({ error }) => resolve(error)));
      peer.say(`<a xmlns='urn:xmpp:sm:3' h='${h}'/>`);
      const error = await lost;
      expect(error).toBeInstanceOf(StreamError);
      expect(error).toMatchObject({ condition, by: 'self' });
      await peer.heard(told);
      // Who can't count can't resume: a new session.
      const again = await acceptClient(given.server, { sm: 'session-2' });
      await again.heard(/<message id="1"[^>]*><delay /);
      again.say("<a xmlns='urn:xmpp:sm:3' h='1'/>");
      await acked;
    },
  );
});

describe('row 12: limits', () => {
  const many = (count: number, make: (index: number) => string): string =>
    Array.from({ length: count }, (_, i) => make(i)).join('');
  const bytes = (count: number): string => `<message><body>${'x'.repeat(count - 32)}</body></message>`;
  test.each<[Partial<XmlLimits>, string, string]>([
    [{ maxBytes: 1_000 }, bytes(1_000), bytes(1_001)],
    [{ maxDepth: 4 }, '<message><a><b><c/></b></a></message>', '<message><a><b><c><d/></c></b></a></message>'],
    [{ maxAttributes: 9 }, `<message ${many(9, (i) => `a${i}='' `)}/>`, `<message ${many(10, (i) => `a${i}='' `)}/>`],
    [{ maxChildren: 6 }, `<message>${many(6, () => '<a/>')}</message>`, `<message>${many(7, () => '<a/>')}</message>`],
  ])('%o: what fits is delivered, what does not ends the stream', async (limits, fits, exceeds) => {
    const { error, heard } = await says(`${exceeds}<message id='late'/>`, { limits });
    expect(error).toMatchObject({ name: 'StreamError', condition: 'policy-violation', by: 'self' });
    expect(heard).toMatch(errorPattern('policy-violation'));
    const session = given.client({ limits });
    const received = new Promise<Element>((resolve) => session.on('message', resolve));
    const started = session.start();
    const peer = await acceptClient(given.server);
    await started;
    peer.say(fits);
    expect((await received).name).toBe('message');
  });

  test('200,000 levels end the stream, not the process', async () => {
    const { error } = await says(`<message>${'<a>'.repeat(200_000)}`);
    expect(error).toMatchObject({ name: 'StreamError', condition: 'policy-violation' });
  });

  test('of a body of 200 MB that never ends, only what the limit allows is ever held', async () => {
    const { promise: coming, resolve } = Promise.withResolvers<Socket>();
    const server = await listen(createServer(resolve));
    try {
      const session = given.client({ service: `xmpp://127.0.0.1:${server.port}`, reconnect: false });
      const started = session.start();
      const socket = await coming;
      const peer = toPeer(socket);
      await authenticate(peer, "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
      await answerBind(peer);
      await started;
      const held = (): number => {
        const { heapUsed, arrayBuffers } = process.memoryUsage();
        return heapUsed + arrayBuffers;
      };
      const before = held();
      const piece = Buffer.alloc(1024 * 1024, 'x');
      let [written, most] = [0, 0];
      socket.write('<message><body>');
      for (; written < 200 && !socket.destroyed; written += 1) {
        if (!socket.write(piece)) {
          await Promise.race([new Promise((drained) => socket.once('drain', drained)), peer.closed]);
        }
        most = Math.max(most, held() - before);
      }
      expect(await until(session, 'ended')).toMatchObject({ error: { condition: 'policy-violation', by: 'self' } });
      // 8 MiB is the limit; the rest was in the buffers of the sockets.
      expect(written).toBeLessThan(32);
      expect(most).toBeLessThan(64 * 1024 * 1024);
      expect(peer.rest()).toMatch(errorPattern('policy-violation'));
    } finally {
      await server.close();
    }
  });
});

describe('row 13: XML as RFC 6120 §11 restricts it', () => {
  test.each([1, 7, 65_536])(
    'nothing beside CDATA is lost, and no prefixed stanza missed, in pieces of %i bytes',
    async (size) => {
      const session = given.keep(
        createClientOn(tornPlatform(size), {
          jid: 'juliet@localhost',
          password: 'secret',
          service: given.server.service,
          allowInsecure: true,
        }),
      );
      const bodies: unknown[] = [];
      session.on('message', (stanza) => bodies.push(stanza.getChildText('body')));
      const started = session.start();
      const peer = await acceptClient(given.server);
      await started;
      peer.say('<message><body>a<![CDATA[<b>]]>c<![CDATA[]]>d&lt;<![CDATA[]] >]]>e</body></message>');
      peer.say("<c:message xmlns:c='jabber:client'><c:body>prefixed</c:body></c:message>");
      peer.say("<c:message xmlns:c='jabber:client'><body xmlns='jabber:client'>default</body></c:message>");
      await expect.poll(() => bodies).toEqual(['a<b>cd<]] >e', 'prefixed', 'default']);
    },
  );

  test('a declaration that comes in two packets, between ? and >', async () => {
    const session = given.client();
    const started = session.start();
    const peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    const [declaration, rest] = header().split('?>');
    peer.say(`${declaration!}?`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const plain = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>";
    peer.say(`>${rest!}<stream:features>${plain}</stream:features>`);
    await peer.heard(/<auth /);
    peer.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(`${header()}<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>`);
    await answerBind(peer);
    await started;
  });

  test.each([
    ['a comment between stanzas', '<!-- x -->', 'restricted-xml'],
    ['a comment inside of one', "<message id='bad'><body>a<!-- x -->b</body></message>", 'restricted-xml'],
    ['a processing instruction', '<?php echo 1 ?>', 'restricted-xml'],
    ['a processing instruction inside of a stanza', "<message id='bad'><?x?></message>", 'restricted-xml'],
    ['a document type', "<!DOCTYPE x [<!ENTITY a 'b'>]>", 'restricted-xml'],
    ['a stanza of the servers’ namespace', "<message xmlns='jabber:server' id='bad'/>", 'invalid-namespace'],
    ['a stanza of no namespace', "<message xmlns='' id='bad'/>", 'invalid-namespace'],
    ['a prefix that nobody declared', "<x:message id='bad'/>", 'bad-namespace-prefix'],
  ])('%s is refused', async (_, text, condition) => {
    const { error, heard } = await says(`${text}<message id='late'/>`);
    expect(error).toMatchObject({ name: 'StreamError', condition, by: 'self' });
    expect(heard).toMatch(errorPattern(condition));
  });

  test.each([
    ['another stream namespace', 'http://etherx.jabber.org/streams', 'urn:wrong'],
    ['another content namespace', 'jabber:client', 'jabber:server'],
  ])('a header with %s is refused', async (_, right, wrong) => {
    const session = given.client();
    const started = session.start();
    const refused = expect(started).rejects.toMatchObject({ name: 'StreamError', condition: 'invalid-namespace' });
    const peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(`${header().replace(right, wrong)}<stream:features/>`);
    await refused;
    await peer.closed;
    expect(peer.rest()).not.toContain('<auth');
  });
});

describe('row 15: what XML can’t carry', () => {
  test.each(['\u0000', '\u0001', '\u000b', '\ufffe', '\uffff', '\ud800'])(
    '%j is refused with its path, in text and attributes; the stream goes on',
    async (character) => {
      const session = given.client();
      const started = session.start();
      const peer = await acceptClient(given.server);
      await started;
      const inText = message('bad').c('body').t(`a${character}b`).up();
      await expect(session.send(inText)).rejects.toMatchObject({ name: 'XmlError', path: 'message > body' });
      const inAttribute = message('bad').c('x', { y: character }).up();
      await expect(session.send(inAttribute)).rejects.toMatchObject({ name: 'XmlError', path: 'message > x/@y' });
      await session.send(message('good'));
      await peer.heard(/^<message id="good" [^>]*\/>$/);
      expect(given.server.count).toBe(1);
    },
  );

  test('line ends and tabs survive, in text and attributes, there and back', async () => {
    const session = given.client();
    const received = new Promise<Element>((resolve) => session.on('message', resolve));
    const started = session.start();
    const peer = await acceptClient(given.server);
    await started;
    const text = 'a\nb\tc\rd\r\ne';
    await session.send(new Element('message', { id: text }).c('body').t(text).up());
    const [sent, attribute] = await peer.heard(/<message id="([^"]*)"><body>[^<]*<\/body><\/message>/);
    // XML 1.0 §3.3.3 and §2.11: a parser would make spaces, and line feeds, of those that are no references.
    expect(attribute).not.toMatch(/[\n\t\r]/);
    expect(sent).not.toContain('\r');
    peer.say(sent);
    const back = await received;
    expect([back.attrs['id'], back.getChildText('body')]).toEqual([text, text]);
  });
});
