/** What the embedded server says over HTTP beside WebSocket: host-meta (XEP-0156), and to those who can't speak it. */
import { connect as connectSocket } from 'node:net';
import { findAlternativeConnections, parseHostMetaJson, parseHostMetaXml } from '@xeps/xep-0156';
import { describe, expect, onTestFinished, test } from 'vitest';

import type { Server } from '../src/index.ts';
import { startServer } from './harness.ts';

const listen = { tcp: false, tls: false, component: false } as const;

/** Sends text to the HTTP port, and gives all that comes until the server closes. */
function exchange(server: Server, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectSocket(server.ports.http!, '127.0.0.1', () => socket.write(text));
    onTestFinished(() => void socket.destroy());
    let got = '';
    socket.setEncoding('utf8').on('data', (data) => (got += String(data)));
    socket.on('error', () => {});
    socket.on('close', () => resolve(got));
  });
}

describe('host-meta', () => {
  test.each([
    ['host-meta', 'application/xrd+xml', parseHostMetaXml],
    ['host-meta.json', 'application/json', parseHostMetaJson],
  ] as const)('§2.3 %s names the WebSockets', async (file, type, parse) => {
    const server = await startServer({ listen });
    const response = await fetch(`http://localhost:${server.ports.http}/.well-known/${file}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(parse(await response.text(), true)).toEqual([
      { kind: 'websocket', url: `wss://localhost:${server.ports.https}/xmpp-websocket` },
      { kind: 'websocket', url: `ws://localhost:${server.ports.http}/xmpp-websocket` },
    ]);
  });

  test('a client finds them', async () => {
    const server = await startServer({ listen: { ...listen, https: false } });
    const found = await findAlternativeConnections('localhost', { origin: `http://localhost:${server.ports.http}` });
    expect(found).toEqual([{ kind: 'websocket', url: server.websocket }]);
  });

  test('they are read, and nothing else', async () => {
    const server = await startServer({ listen });
    const url = `http://localhost:${server.ports.http}/.well-known/host-meta`;
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    const posted = await fetch(url, { method: 'POST', body: 'x' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await fetch(`${url}/more`)).status).toBe(404);
  });

  test('a server without them', async () => {
    const server = await startServer({ listen, without: ['host-meta'] });
    expect((await fetch(`http://localhost:${server.ports.http}/.well-known/host-meta`)).status).toBe(404);
  });
});

describe('what is no proper request is answered, and the server goes on', () => {
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13';
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  test.each([
    ['no HTTP', `<stream:stream to='localhost'>\r\n\r\n`, /^HTTP\/1\.1 400 /],
    ['a path that is none', 'GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 404 /],
    ['a host that is none', 'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 40[04] /],
    [
      'a WebSocket on a path that is none',
      `GET // HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n${key}\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      'RFC 6455 §4.2.1 a WebSocket without key',
      `GET /xmpp-websocket HTTP/1.1\r\nHost: x\r\n${upgrade}\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      'RFC 7395 §3.1 a WebSocket elsewhere',
      `GET /upload/ HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n${key}\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      'a path that climbs',
      'GET /upload/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      /^HTTP\/1\.1 404 /,
    ],
  ])('%s', async (_, text, expected) => {
    const server = await startServer({ listen: { ...listen, https: false } });
    expect(await exchange(server, text)).toMatch(expected);
    expect((await fetch(`http://localhost:${server.ports.http}/.well-known/host-meta`)).status).toBe(200);
  });
});

test('a handler that throws is answered 500, and what went wrong is reported', async () => {
  const faults: unknown[] = [];
  const server = await startServer({
    listen: { ...listen, https: false },
    report: (error) => void faults.push(error),
    modules: [
      {
        name: 'broken',
        setup(host) {
          host.http.add('/broken', () => {
            throw new Error('broken');
          });
        },
      },
    ],
  });
  expect((await fetch(`http://localhost:${server.ports.http}/broken`)).status).toBe(500);
  expect(faults).toEqual([new Error('broken')]);
});
