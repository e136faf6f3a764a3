import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { type Proxy, startProxy } from './proxy.ts';

let server: Server;
let accepted: Socket[];
let proxy: Proxy;

beforeEach(async () => {
  accepted = [];
  server = createServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await startProxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
});
afterEach(async () => {
  await proxy.close();
  server.close();
});

/** A connection through the proxy, on which a word went there and back. */
async function connected(word: string): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  socket.write(word);
  const [echo] = (await once(socket, 'data')) as [Buffer];
  expect(String(echo)).toBe(word);
  return socket;
}

test('passes on in both directions, and breaks off on both sides without closing', async () => {
  const sockets = [await connected('one'), await connected('two')];
  expect(proxy.connections).toBe(2);
  // A reset, not the end that a side would say.
  const resets = [...sockets, ...accepted].map(async (socket) => {
    let ended = false;
    socket.on('end', () => (ended = true)).on('error', () => undefined);
    await new Promise((resolve) => socket.on('close', resolve));
    return ended;
  });
  proxy.cut();
  expect(await Promise.all(resets)).toEqual([false, false, false, false]);
  (await connected('three')).destroy();
  expect(proxy.connections).toBe(3);
});

test('a side that ends takes the other with it', async () => {
  const near = await connected('one');
  const gone = once(accepted[0]!, 'close');
  near.destroy();
  await gone;
  const second = await connected('two');
  const over = once(second, 'close');
  accepted[1]!.destroy();
  await over;
});

test('closed, it takes no more', async () => {
  const near = await connected('one');
  const over = new Promise((resolve) => near.on('close', resolve).on('error', () => undefined));
  await proxy.close();
  await over;
  await expect(connected('two')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
