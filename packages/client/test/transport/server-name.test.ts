import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTlsServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { connectTcp } from '../../src/transport/tcp.ts';
import type { Transport } from '../../src/transport/types.ts';
import { connectNodeWebSocket } from '../../src/transport/websocket-node.ts';
import { createAuthority } from './certificates.ts';
import type { Authority, Certificate } from './certificates.ts';
import { listen } from './scripted.ts';

let authority: Authority;
let certificates: Record<string, Certificate>;
beforeAll(async () => {
  authority = await createAuthority();
  const names = ['sni.example.net', 'example.org', 'web.example.net'];
  const issued = await Promise.all(names.map((name) => authority.issue([`DNS.1 = ${name}`])));
  certificates = Object.fromEntries(names.map((name, index) => [name, issued[index]!]));
});
afterAll(() => authority.remove());

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const task of cleanup.splice(0)) await task();
});

const route = { address: '127.0.0.1', serverName: 'sni.example.net', domain: 'example.org' };

/** Not from within the server's handshake: destroying a socket there, and the one below it, is not what Node can bear. */
async function doneWith<T>(transport: Transport, asked: Promise<T>): Promise<T> {
  const result = await asked;
  await new Promise((resolve) => setImmediate(resolve));
  transport.destroy();
  return result;
}

/** Connects to a server with this certificate, by names that no DNS knows; resolves with the name that it was asked for. */
const kinds: readonly [string, (certificate: Certificate) => Promise<string | false | null>][] = [
  [
    'TCP',
    async (certificate) => {
      const asked = Promise.withResolvers<string | false | null>();
      const server = createTlsServer(certificate, (socket) => asked.resolve(socket.servername));
      const { port, close } = await listen(server.on('tlsClientError', () => {}));
      cleanup.push(close);
      const target = { host: 'host.invalid', port, directTls: true, tls: { ca: authority.ca }, ...route };
      const transport = await connectTcp(target, { timeout: 5000 });
      return doneWith(transport, asked.promise);
    },
  ],
  [
    'WebSocket',
    async (certificate) => {
      const http = createHttpsServer(certificate).on('tlsClientError', () => {});
      const { port, close } = await listen(http);
      cleanup.push(close);
      const asked = Promise.withResolvers<string | false | null>();
      new WebSocketServer({ server: http }).on('connection', (_, { socket }) =>
        asked.resolve((socket as TLSSocket).servername),
      );
      const url = `wss://web.example.net:${port}/ws`;
      const transport = await connectNodeWebSocket(url, { tls: { ca: authority.ca }, timeout: 5000, ...route });
      return doneWith(transport, asked.promise);
    },
  ],
];

describe.each(kinds)('XEP-0487 §2.2 by %s, at a known address', (_, connect) => {
  test.each(['sni.example.net', 'example.org'])(
    'sni is sent, and the certificate may be for it or for the domain: %s',
    async (name) => {
      expect(await connect(certificates[name]!)).toBe('sni.example.net');
    },
  );

  test('a certificate for neither is refused, whatever the URL’s host is', async () => {
    await expect(connect(certificates['web.example.net']!)).rejects.toMatchObject({
      reason: 'certificate',
      message: expect.stringMatching(/not valid for sni\.example\.net or example\.org/) as string,
    });
  });
});

test('an address is told in messages', async () => {
  const { port, close } = await listen(createTlsServer());
  await close();
  const target = { host: 'host.invalid', port, directTls: false, domain: 'example.org', address: '127.0.0.1' };
  await expect(connectTcp(target)).rejects.toMatchObject({
    reason: 'refused',
    message: expect.stringContaining(`host.invalid:${port} (127.0.0.1)`) as string,
  });
});
