import { createServer as createTcpServer } from 'node:net';
import type { Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ConnectionError } from '../../src/transport/errors.ts';
import { connectTcp } from '../../src/transport/tcp.ts';
import { createAuthority } from './certificates.ts';
import type { Authority, Certificate } from './certificates.ts';
import { listen, record } from './scripted.ts';

let authority: Authority;
let certificate: Certificate; // for example.org
beforeAll(async () => {
  authority = await createAuthority();
  certificate = await authority.issue(['DNS.1 = example.org']);
});
afterAll(() => authority.remove());

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const task of cleanup.splice(0)) await task();
});

const echo = (socket: Socket): unknown => socket.pipe(socket);

async function tlsServer(options: TlsOptions, script: (socket: TLSSocket) => void = echo) {
  const server = await listen(createTlsServer(options, script).on('tlsClientError', () => {}));
  cleanup.push(server.close);
  return server.port;
}

async function tcpServer(script: (socket: Socket) => void) {
  const server = await listen(createTcpServer(script));
  cleanup.push(server.close);
  return server.port;
}

function connect(port: number, options: { domain?: string; directTls?: boolean; tls?: object } = {}) {
  const { domain = 'example.org', directTls = true, tls } = options;
  return connectTcp(
    { host: '127.0.0.1', port, domain, directTls, tls: { ca: authority.ca, ...tls } },
    { timeout: 5000 },
  ).then((transport) => {
    cleanup.push(() => transport.destroy());
    return transport;
  });
}

const failureOf = async (run: Promise<unknown>): Promise<ConnectionError> => {
  const failure = await run.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(ConnectionError);
  return failure as ConnectionError;
};

describe('row 9: direct TLS (XEP-0368 §3)', () => {
  test('rules 6 to 8: SNI is the domain, ALPN is xmpp-client; bytes go both ways', async () => {
    let server: TLSSocket | undefined;
    const port = await tlsServer({ ...certificate, ALPNProtocols: ['h2', 'xmpp-client'] }, (socket) => {
      server = socket;
      echo(socket);
    });
    const transport = await connect(port);
    expect(transport.secure).toBe(true);
    const seen = record(transport);
    transport.write('ünïcödé');
    await seen.until(() => seen.text === 'ünïcödé');
    expect(server).toMatchObject({ servername: 'example.org', alpnProtocol: 'xmpp-client' });
    expect(server!.getProtocol()).toBe('TLSv1.3');
    expect(transport.tls?.protocol).toBe('TLSv1.3');
    expect(transport.tls?.binding('tls-exporter')).toHaveLength(32);
    transport.end();
    await seen.closed();
    expect(seen.closeError).toBeUndefined();
  });

  test('a server without ALPN is as good', async () => {
    const seen = record(await connect(await tlsServer(certificate, (socket) => socket.end('bye'))));
    await seen.closed();
    expect(seen.text).toBe('bye');
  });

  test('TLS 1.2 is accepted; 1.1 is not', async () => {
    const transport = await connect(await tlsServer({ ...certificate, maxVersion: 'TLSv1.2' }));
    expect(transport.tls).toMatchObject({ protocol: 'TLSv1.2' });
    const old: TlsOptions = {
      ...certificate,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    };
    expect((await failureOf(connect(await tlsServer(old)))).reason).toBe('tls');
    const only13 = connect(await tlsServer({ ...certificate, maxVersion: 'TLSv1.2' }), {
      tls: { minVersion: 'TLSv1.3' },
    });
    expect((await failureOf(only13)).reason).toBe('tls');
  });

  test('a server that speaks no TLS: the message says which scheme to try', async () => {
    const failure = await failureOf(
      connect(await tcpServer((socket) => socket.write('<?xml version="1.0"?><stream:stream>'))),
    );
    expect(failure).toMatchObject({ reason: 'tls', message: expect.stringContaining('xmpp://') });
  });

  test('a server that hangs up during the handshake, in order or not', async () => {
    expect((await failureOf(connect(await tcpServer((socket) => socket.end())))).reason).toBe('tls');
    const reset = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect((await failureOf(connect(reset))).reason).toBe('tls');
  });

  test("options that OpenSSL can't read", async () => {
    const failure = await failureOf(
      connect(await tlsServer(certificate), { tls: { cert: 'not a certificate', key: 'not a key' } }),
    );
    expect(failure.reason).toBe('tls');
  });

  test('a client certificate is shown', async () => {
    const client = await authority.issue(['DNS.1 = client.example']);
    const port = await tlsServer({ ...certificate, ca: authority.ca, requestCert: true }, (socket) =>
      socket.end(String(socket.getPeerCertificate().subjectaltname)),
    );
    const seen = record(await connect(port, { tls: client }));
    await seen.closed();
    expect(seen.text).toBe('DNS:client.example');
  });

  test('STARTTLS is refused on top of it (rule 5)', async () => {
    const transport = await connect(await tlsServer(certificate));
    await expect(transport.startTls!()).rejects.toThrow('already on');
  });
});

describe('row 9: the certificate is for the domain (RFC 6120 §13.7, RFC 9525)', () => {
  const judge = async (names: string[], domain: string, commonName = 'server'): Promise<string> => {
    const issued = await authority.issue(names, { commonName });
    return connect(await tlsServer(issued), { domain }).then(
      () => 'accepted',
      (error: ConnectionError) => error.reason,
    );
  };
  const xmppAddr = (name: string): string => `otherName.1 = 1.3.6.1.5.5.7.8.5;UTF8:${name}`;
  const srvName = (name: string): string => `otherName.1 = 1.3.6.1.5.5.7.8.7;IA5STRING:${name}`;

  test.each<[string, string[], string]>([
    ['DNS-ID, in whatever case', ['DNS.1 = EXAMPLE.org'], 'Example.ORG'],
    ['DNS-ID, an internationalised domain', ['DNS.1 = xn--mnchen-3ya.example'], 'münchen.example'],
    ['DNS-ID, one of several', ['DNS.1 = a.example', 'DNS.2 = example.org'], 'example.org'],
    ['wildcard for one label', ['DNS.1 = *.example.org'], 'chat.example.org'],
    ['SRV-ID', [srvName('_xmpp-client.example.org')], 'example.org'],
    ['XmppAddr', [xmppAddr('example.org')], 'example.org'],
    ['XmppAddr in Unicode', [xmppAddr('münchen.example')], 'münchen.example'],
    ['IPv4 address', ['IP.1 = 127.0.0.1'], '127.0.0.1'],
    ['IPv6 address, written otherwise', ['IP.1 = ::1'], '[0:0:0:0:0:0:0:1]'],
  ])('accepted: %s', async (_, names, domain) => expect(await judge(names, domain)).toBe('accepted'));

  test.each<[string, string[], string]>([
    ['the host that was connected to', ['DNS.1 = localhost', 'IP.1 = 127.0.0.1'], 'example.org'],
    ['another domain', ['DNS.1 = example.com'], 'example.org'],
    ['a subdomain', ['DNS.1 = xmpp.example.org'], 'example.org'],
    ['a wildcard for the domain itself', ['DNS.1 = *.example.org'], 'example.org'],
    ['a wildcard for two labels', ['DNS.1 = *.example.org'], 'a.b.example.org'],
    ['a wildcard over everything', ['DNS.1 = *', 'DNS.2 = *.org'], 'example.org'],
    ['a wildcard inside a label', ['DNS.1 = ex*.example.org'], 'exa.example.org'],
    ['SRV-ID of another service', [srvName('_xmpp-server.example.org')], 'example.org'],
    ['a URI', ['URI.1 = xmpp:example.org'], 'example.org'],
    ['an e-mail address', ['email.1 = a@example.org'], 'example.org'],
    ['a name that pretends to be two', [xmppAddr('a.example\\, DNS:example.org')], 'example.org'],
    ['DNS-ID for an address', ['DNS.1 = 127.0.0.1'], '127.0.0.1'],
  ])('refused: %s', async (_, names, domain) => expect(await judge(names, domain)).toBe('certificate'));

  test('refused: a common name, which counts no longer', async () => {
    expect(await judge([], 'example.org', 'example.org')).toBe('certificate');
  });

  test('the message names host, port, domain and what the certificate is for', async () => {
    const port = await tlsServer(await authority.issue(['DNS.1 = other.example']));
    const { message } = await failureOf(connect(port));
    expect(message).toContain(`127.0.0.1:${port}`);
    expect(message).toContain('not valid for example.org; it names DNS:other.example');
  });

  test('no SNI for an address (RFC 6066 §3)', async () => {
    let name: unknown;
    const issued = await authority.issue(['IP.1 = 127.0.0.1']);
    await connect(await tlsServer(issued, (socket) => ({ servername: name } = socket as never)), {
      domain: '127.0.0.1',
    });
    await expect.poll(() => name).toBe(false);
  });

  test('self-signed: refused, and says how to trust it; accepted when given as authority', async () => {
    const own = await authority.issue(['DNS.1 = example.org'], { selfSigned: true });
    const port = await tlsServer(own);
    const failure = await failureOf(connect(port));
    expect(failure).toMatchObject({ reason: 'certificate', message: expect.stringMatching(/self-signed.*--ca FILE/) });
    expect((await connect(port, { tls: { ca: own.cert } })).secure).toBe(true);
    expect((await failureOf(connect(port, { domain: 'example.com', tls: { ca: own.cert } }))).reason).toBe(
      'certificate',
    );
  });

  test('an authority that is not known: refused', async () => {
    const failure = await failureOf(connect(await tlsServer(certificate), { tls: { ca: undefined } }));
    expect(failure).toMatchObject({ reason: 'certificate', message: expect.stringContaining('--ca FILE') });
  });

  test('expired: refused', async () => {
    const expired = await authority.issue(['DNS.1 = example.org'], { days: -1 });
    const failure = await failureOf(connect(await tlsServer(expired)));
    expect(failure).toMatchObject({ reason: 'certificate', message: expect.stringContaining('expired') });
  });

  test("a check of the caller's takes the place of ours, and can refuse", async () => {
    const port = await tlsServer(await authority.issue(['DNS.1 = other.example']));
    const asked: string[] = [];
    const pinned = (accept: boolean) => (domain: string) => {
      asked.push(domain);
      return accept ? undefined : new Error('not the pinned key');
    };
    await connect(port, { tls: { checkServerIdentity: pinned(true) } });
    expect((await failureOf(connect(port, { tls: { checkServerIdentity: pinned(false) } }))).message).toContain(
      'not the pinned key',
    );
    expect(asked).toEqual(['example.org', 'example.org']);
  });
});

describe('row 8: STARTTLS (RFC 6120 §5.4.3)', () => {
  /** Answers the first data with `proceed`, then does `next` with the plaintext socket. */
  const proceeds =
    (next: (socket: Socket) => void, proceed = '<proceed/>') =>
    (socket: Socket) =>
      void socket.once('data', () => {
        // Or what the client sends before `next` listens would be lost.
        socket.pause();
        socket.write(proceed);
        next(socket);
      });
  const secured =
    (options: Certificate, script: (socket: TLSSocket) => void = echo) =>
    (socket: Socket) => {
      const server = new TLSSocket(socket, { ...options, isServer: true });
      server.on('error', () => {});
      script(server);
    };
  /** Connects, says `<starttls/>` and upgrades inside the data event of the answer. */
  const upgrade = async (script: (socket: Socket) => void) => {
    const transport = await connect(await tcpServer(script), { directTls: false });
    const seen = record(transport);
    const upgraded = new Promise<void>((resolve, reject) => {
      seen.onData = () => {
        seen.onData = () => {};
        transport.startTls!().then(resolve, reject);
      };
    });
    transport.write('<starttls/>');
    return { transport, seen, upgraded };
  };

  test('the connection becomes secure and goes on', async () => {
    let server: TLSSocket | undefined;
    const { transport, seen, upgraded } = await upgrade(
      proceeds(
        secured(certificate, (socket) => {
          server = socket;
          echo(socket);
        }),
      ),
    );
    expect(transport.secure).toBe(false);
    await upgraded;
    expect(transport.secure).toBe(true);
    expect(transport.tls!.protocol).toBe('TLSv1.3');
    transport.write('<secret/>');
    await transport.flushed();
    await seen.until(() => seen.text === '<proceed/><secret/>');
    expect(server).toMatchObject({ servername: 'example.org', alpnProtocol: false });
    transport.end();
    await seen.closed();
    expect(seen).toMatchObject({ closes: 1, closeError: undefined });
  });

  test('what is injected in plaintext after <proceed/> never surfaces', async () => {
    // More than one read: what is not in the chunk of <proceed/> is still on its way when TLS begins.
    const injected = '<message><body>forged</body></message>'.repeat(20_000);
    for (const delay of [0, 5]) {
      const { seen, upgraded } = await upgrade(
        proceeds(
          (socket) =>
            void setTimeout(() => {
              socket.write(injected);
              secured(certificate)(socket);
            }, delay),
        ),
      );
      const failure = await failureOf(upgraded);
      expect(failure.reason).toBe('tls');
      await seen.closed();
      // What the system read together with it came before TLS; the stream drops that.
      expect(seen).toMatchObject({ chunks: 1, text: expect.stringMatching(/^<proceed\/>/) as string });
      expect(seen.closeError).toBe(failure);
    }
  });

  test('what comes in one piece with <proceed/> comes before TLS, and nothing of it after', async () => {
    const { transport, seen, upgraded } = await upgrade(proceeds(secured(certificate), '<proceed/><forged/>'));
    expect((await Promise.allSettled([upgraded]))[0]!.status).toBe('fulfilled');
    expect(seen).toMatchObject({ text: '<proceed/><forged/>', chunks: 1 });
    transport.write('x');
    await seen.until(() => seen.text === '<proceed/><forged/>x');
  });

  test('nothing can be written while TLS is negotiated', async () => {
    const { transport, upgraded } = await upgrade(
      proceeds((socket) => void setTimeout(() => secured(certificate)(socket), 30)),
    );
    await new Promise((resolve) => setTimeout(resolve, 15));
    expect(() => transport.write('<early/>')).toThrow(expect.objectContaining({ reason: 'upgrading' }));
    await expect(transport.startTls!()).rejects.toBeInstanceOf(ConnectionError);
    await upgraded;
    transport.write('<now/>');
  });

  test('a certificate for somebody else: the upgrade fails and the connection ends', async () => {
    const other = await authority.issue(['DNS.1 = other.example', 'IP.1 = 127.0.0.1']);
    let received = '';
    const { transport, seen, upgraded } = await upgrade(
      proceeds(secured(other, (socket) => socket.on('data', (data) => (received += data)))),
    );
    const failure = await failureOf(upgraded);
    expect(failure.reason).toBe('certificate');
    await seen.closed();
    expect(seen).toMatchObject({ closes: 1, closeError: failure });
    expect(transport.secure).toBe(false);
    transport.write('<secret/>');
    await expect(transport.startTls!()).rejects.toMatchObject({ reason: 'closed' });
    expect(received).toBe('');
  });

  test('destroyed in the middle', async () => {
    const { transport, seen, upgraded } = await upgrade(proceeds(() => {}));
    setTimeout(() => transport.destroy(), 20);
    expect((await failureOf(upgraded)).reason).toBe('closed');
    await seen.closed();
    expect(seen).toMatchObject({ closes: 1, closeError: undefined });
  });

  test('the server hangs up instead', async () => {
    const { seen, upgraded } = await upgrade(proceeds((socket) => void socket.end()));
    expect((await failureOf(upgraded)).reason).toBe('tls');
    await seen.closed();
    expect(seen.closes).toBe(1);
  });
});
