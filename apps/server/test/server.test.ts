/** The server as a whole: how it starts, and how it ends. */
import { createServer as createTcpServer, connect as connectSocket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';

import { createServer } from '../src/index.ts';
import { startServer } from './harness.ts';

test('when a port is taken, nothing listens', async () => {
  const other = createTcpServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const probe = await startServer({ listen: {} });
  const { tcp, tls, https, component } = probe.ports;
  await probe.stop();
  const failing = createServer({ listen: { tcp, tls, https, component, http: port } });
  await expect(failing).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  // So that they can be had by the next.
  await startServer({ listen: { tcp, tls, https, component, http: 0 } });
});

test('it ends although clients do not, and once', async () => {
  const server = await startServer({ listen: {} });
  const { tcp, tls, http, component } = server.ports;
  const upgrade = [
    'GET /xmpp-websocket HTTP/1.1',
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: xmpp',
  ];
  // None of them says anything more, or closes its side.
  const silent: readonly (readonly [port: number, said: string])[] = [
    [tcp!, ''],
    [tls!, ''],
    [component!, ''],
    [http!, 'GET / HTTP/1.1\r\n'],
    [http!, `${upgrade.join('\r\n')}\r\n\r\n`],
  ];
  const closed = silent.map(([port, said]) => {
    const socket = connectSocket({ port, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    socket.once('connect', () => socket.write(said)).resume();
    return new Promise<void>((resolve) => {
      for (const event of ['error', 'end', 'close']) socket.on(event, () => resolve());
    });
  });
  // The one over TCP, and the WebSocket.
  await expect.poll(() => server.streams().length).toBe(2);
  const first = server.stop();
  expect(server.stop()).toBe(first);
  await first;
  await Promise.all(closed);
});
