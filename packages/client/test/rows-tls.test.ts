/** Rows 8 and 9 of the table in rows.test.ts: what comes before TLS and signing in, and whose certificate it is. */
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import type { Client } from '@xeps/client';
import { createClient } from '@xeps/client';
import { NegotiationError, StreamError } from '@xeps/stream';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createClientOn } from '../src/client.ts';
import type { Endpoint } from '../src/discovery/endpoint.ts';
import type { ClientOptions } from '../src/options.ts';
import { nodePlatform } from '../src/platform-node.ts';
import { bound, inline, sasl2Features, sasl2Success } from './scripted-sasl2.ts';
import { answerBind, authenticate, header, scriptedServer, toPeer } from './scripted-server.ts';
import type { Peer, ScriptedServer } from './scripted-server.ts';
import { createAuthority } from './transport/certificates.ts';
import type { Authority } from './transport/certificates.ts';
import { listen } from './transport/scripted.ts';

let authority: Authority;
beforeAll(async () => void (authority = await createAuthority()));
afterAll(() => authority.remove());

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const task of cleanup.splice(0).toReversed()) await task();
});

/** A client whose endpoints are these. */
function client(endpoint: Endpoint, options: Partial<ClientOptions> = {}): Client {
  const discover: typeof nodePlatform.discover = async function* () {
    yield [endpoint];
  };
  const made = createClientOn(
    { ...nodePlatform, discover },
    { jid: 'juliet@localhost', password: 'secret', tls: { ca: authority.ca }, closeTimeout: 100, ...options },
  );
  cleanup.push(() => made.stop());
  return made;
}
const tcp = (port: number, directTls = false, host = '127.0.0.1'): Endpoint => ({ kind: 'tcp', host, port, directTls });
const plain = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>";
const forged = (id: string): string => `<message from='romeo@localhost' id='${id}'/>`;

/** A server that speaks STARTTLS with a certificate: its port, and what `proceed` makes of its first connection. */
async function starttlsServer(names: readonly string[], proceed: string, domain = 'localhost') {
  const certificate = await authority.issue(names);
  const { promise: coming, resolve } = Promise.withResolvers<Socket>();
  const server = await listen(createServer(resolve));
  cleanup.push(server.close);
  const secured = (async (): Promise<TLSSocket> => {
    const socket = await coming;
    const peer = toPeer(socket);
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(
      `${header().replace('localhost', domain)}<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>${plain}</stream:features>`,
    );
    await peer.heard(/<starttls [^>]*\/>$/);
    peer.say(proceed);
    socket.removeAllListeners('data');
    return new TLSSocket(
      socket.on('error', () => {}),
      { isServer: true, ...certificate },
    ).on('error', () => {});
  })();
  secured.catch(() => {});
  return { port: server.port, secured };
}
const proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

describe('row 8: what comes before TLS, or before signing in, is nobody’s word', () => {
  test('stanzas, features and a success injected with <proceed/> are gone after TLS', async () => {
    const injected =
      `${header()}<stream:features>${plain}</stream:features>` +
      `<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>${forged('injected')}`;
    const { port, secured } = await starttlsServer(['DNS.1 = localhost'], proceed + injected);
    const session = client(tcp(port));
    const got: unknown[] = [];
    session.on('message', ({ attrs }) => got.push(attrs['id']));
    const started = session.start();
    const peer = toPeer(await secured);
    await authenticate(peer, "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
    await answerBind(peer);
    await started;
    peer.say(forged('honest'));
    await expect.poll(() => got.length).toBeGreaterThan(0);
    expect(got).toEqual(['honest']);
  });

  test.each<[string, (peer: Peer) => Promise<void>]>([
    ['instead of features', async (peer) => peer.say(header() + forged('early'))],
    ['with the features', async (peer) => peer.say(`${header()}${forged('early')}${sasl2Features()}`)],
    [
      'before success',
      async (peer) => {
        peer.say(header() + sasl2Features());
        await peer.heard(/<authenticate /);
        peer.say(forged('early') + sasl2Success(bound('')) + '<stream:features/>');
      },
    ],
    [
      'before an address is bound',
      async (peer) => {
        peer.say(`${header()}<stream:features>${plain}</stream:features>`);
        await peer.heard(/<auth /);
        peer.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
        await peer.heard(/<stream:stream [^>]*>/);
        const bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
        peer.say(`${header()}<stream:features>${bind}</stream:features>${forged('early')}`);
      },
    ],
  ])('a stanza %s is not delivered, and ends the stream', async (_, run) => {
    const server = await scriptedServer();
    cleanup.push(server.close);
    const session = client(tcp(server.port), { allowInsecure: true });
    const got = vi.fn();
    session.on('message', got);
    const started = session.start();
    const refused = expect(started).rejects.toBeInstanceOf(StreamError);
    const peer = await server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    await run(peer);
    await refused;
    await peer.heard(
      /<stream:error xmlns:stream="http:\/\/etherx.jabber.org\/streams"><not-authorized .*<\/stream:stream>$/,
    );
    await peer.closed;
    expect(got).not.toHaveBeenCalled();
  });

  describe('TLS is required', () => {
    async function refuses(server: ScriptedServer, session: Client): Promise<void> {
      const started = session.start();
      const refused = expect(started).rejects.toMatchObject({ name: 'NegotiationError', reason: 'tls-required' });
      const peer = await server.accept();
      await peer.heard(/<stream:stream [^>]*>/);
      peer.say(`${header()}<stream:features>${plain}</stream:features>`);
      await refused;
      await peer.closed;
      expect(peer.rest()).toBe('</stream:stream>');
      await expect(started).rejects.toBeInstanceOf(NegotiationError);
    }

    test('on this machine too, unless leave was given', async () => {
      const server = await scriptedServer();
      cleanup.push(server.close);
      await refuses(server, client(tcp(server.port)));
    });

    test('on another machine whatever was given, also one that has an address of this one', async () => {
      const server = await scriptedServer();
      cleanup.push(server.close);
      const elsewhere: Endpoint = {
        kind: 'tcp',
        host: 'xmpp.example',
        address: '127.0.0.1',
        port: server.port,
        directTls: false,
      };
      await refuses(server, client(elsewhere, { allowInsecure: true }));
    });

    test('the account is not named in the clear', async () => {
      const server = await scriptedServer();
      cleanup.push(server.close);
      const session = client(tcp(server.port));
      session.start().catch(() => {});
      const [opening] = await (await server.accept()).heard(/<stream:stream [^>]*>/);
      expect(opening).not.toContain('juliet');
    });
  });
});

describe('row 9: the certificate is for the XMPP domain, wherever the server is', () => {
  const account = { jid: 'juliet@example.org', password: 'secret' };

  async function tlsServer(names: readonly string[]) {
    const certificate = await authority.issue(names);
    const { promise: coming, resolve } = Promise.withResolvers<TLSSocket>();
    const server = await listen(
      createTlsServer({ ...certificate, ALPNProtocols: ['xmpp-client'] }, resolve).on('tlsClientError', () => {}),
    );
    cleanup.push(server.close);
    return { port: server.port, coming };
  }
  const signIn = async (peer: Peer): Promise<void> => {
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(header().replace('localhost', 'example.org') + sasl2Features(inline));
    await peer.heard(/<authenticate /);
    peer.say(sasl2Success(bound(''), 'juliet@example.org/chosen') + '<stream:features/>');
  };

  test('direct TLS: SNI is the domain, ALPN is xmpp-client', async () => {
    const { port, coming } = await tlsServer(['DNS.1 = example.org']);
    const session = createClient({
      ...account,
      service: `xmpps://127.0.0.1:${port}`,
      tls: { ca: authority.ca },
      closeTimeout: 100,
    });
    cleanup.push(() => session.stop());
    const started = session.start();
    const socket = await coming;
    expect(socket).toMatchObject({ servername: 'example.org', alpnProtocol: 'xmpp-client' });
    await signIn(toPeer(socket));
    expect(String(await started)).toBe('juliet@example.org/chosen');
  });

  test('STARTTLS: SNI is the domain', async () => {
    const { port, secured } = await starttlsServer(['DNS.1 = example.org'], proceed, 'example.org');
    const session = client(tcp(port), account);
    const started = session.start();
    const socket = await secured;
    await signIn(toPeer(socket));
    await started;
    expect((socket as TLSSocket & { servername?: string }).servername).toBe('example.org');
  });

  test.each([
    ['direct TLS', true],
    ['STARTTLS', false],
  ])('%s: a certificate for the host that SRV or the service names is refused, for good', async (_, direct) => {
    const names = ['DNS.1 = localhost', 'DNS.2 = xmpp.hoster.example', 'IP.1 = 127.0.0.1'];
    const { port } = direct ? await tlsServer(names) : await starttlsServer(names, proceed, 'example.org');
    const session = client(tcp(port, direct, 'localhost'), account);
    await expect(session.start({ retry: true })).rejects.toMatchObject({
      name: 'ConnectionError',
      reason: 'certificate',
      message: expect.stringContaining('example.org') as string,
    });
    expect(session.connection.status).toBe('idle');
  });
});
