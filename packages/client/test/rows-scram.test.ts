/** The last row of the table in rows.test.ts: SCRAM everywhere, and bound to the channel in Node. */
import { createHash, X509Certificate } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { createClient } from '@xeps/client';
import { SaslError } from '@xeps/stream';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import type { WebSocket as ServerSocket } from 'ws';
import { createClient as createBrowserClient } from '../src/index.ts';
import { authenticateByScram, scramExchange, scramFeatures, scramSuccess } from './scripted-scram.ts';
import type { Hash, Profile } from './scripted-scram.ts';
import { bound, inline } from './scripted-sasl2.ts';
import { toPeer } from './scripted-server.ts';
import type { Peer } from './scripted-server.ts';
import { createAuthority } from './transport/certificates.ts';
import type { Authority, Certificate } from './transport/certificates.ts';
import { listen } from './transport/scripted.ts';

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const task of cleanup.splice(0).toReversed()) await task();
});
const hashes: readonly Hash[] = ['SHA-1', 'SHA-256', 'SHA-512'];

describe('row –: the browser’s entry, over the platform’s WebSocket and WebCrypto', () => {
  /** A server of RFC 7395: its address, and its first connection. */
  async function websocketServer(): Promise<{ readonly url: string; readonly peer: Promise<Peer> }> {
    const http = createHttpServer();
    const { port, close } = await listen(http);
    cleanup.push(close);
    const server = new WebSocketServer({ server: http, handleProtocols: () => 'xmpp' });
    const peer = new Promise<Peer>((resolve) => server.once('connection', (socket) => resolve(framePeer(socket))));
    return { url: `ws://127.0.0.1:${port}/ws`, peer };
  }
  /** What is heard is the text of all frames; what is said is one. */
  function framePeer(socket: ServerSocket): Peer {
    let text = '';
    let look = (): void => {};
    socket.on('message', (data: Buffer) => {
      text += data.toString();
      look();
    });
    return {
      say: (frame) => socket.send(frame),
      async heard(pattern) {
        for (let match; ; await new Promise<void>((resolve) => (look = resolve))) {
          if ((match = pattern.exec(text)) === null) continue;
          text = text.slice(match.index + match[0].length);
          return match;
        }
      },
      rest: () => text,
      cut: () => socket.terminate(),
      end: () => socket.close(),
      closed: new Promise((resolve) => socket.once('close', () => resolve())),
    };
  }
  const open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='localhost' id='s' version='1.0'/>";
  const features = (content: string): string =>
    `<stream:features xmlns:stream='http://etherx.jabber.org/streams'>${content}</stream:features>`;

  const cases = hashes.flatMap((hash) =>
    (['sasl2', 'sasl'] as const).map((profile): [Hash, Profile] => [hash, profile]),
  );
  test.each(cases)('SCRAM-%s by %s: both sides prove that they know the password', async (hash, profile) => {
    const derive = vi.spyOn(crypto.subtle, 'deriveBits');
    cleanup.push(() => derive.mockRestore());
    const { url, peer: coming } = await websocketServer();
    const session = createBrowserClient({
      jid: 'juliet@localhost',
      password: 'secret',
      service: url,
      allowInsecure: true,
      closeTimeout: 100,
    });
    cleanup.push(() => session.stop());
    const started = session.start();
    started.catch(() => {});
    const peer = await coming;
    await peer.heard(/<open [^>]*\/>/);
    peer.say(open);
    peer.say(features(scramFeatures(profile, { hash }, inline)));
    const { proved, clientFirst, serverFinal } = await scramExchange(peer, profile, { hash, iterations: 10_000 });
    expect([proved, clientFirst.slice(0, 11)]).toEqual([true, 'n,,n=juliet']);
    peer.say(scramSuccess(profile, serverFinal, bound('')));
    if (profile === 'sasl') {
      await peer.heard(/<open [^>]*\/>/);
      peer.say(open);
      peer.say(features("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"));
      const [, id] = await peer.heard(/<iq xmlns=['"]jabber:client['"] [^>]*id="([^"]+)"/);
      peer.say(
        `<iq xmlns='jabber:client' type='result' id='${id!}'>` +
          "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>juliet@localhost/chosen</jid></bind></iq>",
      );
    } else peer.say(features(''));
    expect(String(await started)).toBe('juliet@localhost/chosen');
    expect(session.signIn).toEqual({ profile, mechanism: `SCRAM-${hash}`, token: false, pipelined: false });
    expect(derive.mock.calls.map(([how]) => how)).toMatchObject([{ name: 'PBKDF2', hash, iterations: 10_000 }]);
  });

  test('a server that can’t prove it is refused there too', async () => {
    const { url, peer: coming } = await websocketServer();
    const session = createBrowserClient({
      jid: 'juliet@localhost',
      password: 'secret',
      service: url,
      allowInsecure: true,
      closeTimeout: 100,
    });
    cleanup.push(() => session.stop());
    const started = session.start();
    const refused = expect(started).rejects.toMatchObject({ condition: 'server-signature-invalid' });
    const peer = await coming;
    await peer.heard(/<open [^>]*\/>/);
    peer.say(open);
    peer.say(features(scramFeatures('sasl2', {}, inline)));
    const { serverFinal } = await scramExchange(peer, 'sasl2', { serverFinal: () => undefined });
    peer.say(scramSuccess('sasl2', serverFinal, bound('')));
    await refused;
  });
});

describe('row –: Node binds to the channel', () => {
  let authority: Authority;
  let certificate: Certificate;
  beforeAll(async () => {
    authority = await createAuthority();
    certificate = await authority.issue(['DNS.1 = localhost']);
  });
  afterAll(() => authority.remove());

  async function connect() {
    const { promise: coming, resolve } = Promise.withResolvers<TLSSocket>();
    const server = await listen(createTlsServer(certificate, resolve));
    cleanup.push(server.close);
    const session = createClient({
      jid: 'juliet@localhost',
      password: 'secret',
      service: `xmpps://127.0.0.1:${server.port}`,
      tls: { ca: authority.ca },
      closeTimeout: 100,
    });
    cleanup.push(() => session.stop());
    const started = session.start();
    started.catch(() => {});
    const socket = await coming;
    return { session, started, socket, peer: toPeer(socket) };
  }
  const channel = (type: string, socket: TLSSocket): Buffer =>
    type === 'tls-exporter'
      ? socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
      : createHash('sha256').update(new X509Certificate(certificate.cert).raw).digest();

  const cases = hashes.flatMap((hash) =>
    ['tls-exporter', 'tls-server-end-point'].map((type): [Hash, string] => [hash, type]),
  );
  test.each(cases)('SCRAM-%s-PLUS by %s', async (hash, type) => {
    const { session, started, socket, peer } = await connect();
    const script = { hash, plus: true, binding: { type, data: channel(type, socket) } };
    const { clientFirst, proved } = await authenticateByScram(peer, 'sasl2', script, { inline, content: bound('') });
    await started;
    expect(clientFirst).toMatch(`p=${type},,n=juliet,`);
    expect(proved).toBe(true);
    expect(session.signIn).toMatchObject({ mechanism: `SCRAM-${hash}-PLUS`, channelBinding: type, tls: 'TLSv1.3' });
  });

  test('the proof is for this channel and no other', async () => {
    const { started, peer } = await connect();
    const script = { plus: true, binding: { type: 'tls-exporter', data: Buffer.alloc(32) } };
    const { proved } = await authenticateByScram(peer, 'sasl2', script, { inline, content: bound('') });
    expect(proved).toBe(false);
    await started;
  });

  test('whoever takes -PLUS off the list is told that it was seen', async () => {
    const { started, peer } = await connect();
    const refused = expect(started).rejects.toBeInstanceOf(SaslError);
    const script = { serverFinal: () => 'e=server-does-support-channel-binding' };
    const { clientFirst } = await authenticateByScram(peer, 'sasl2', script, { inline, content: bound('') });
    expect(clientFirst).toMatch(/^y,,n=juliet,/);
    await refused;
  });
});
