/** Plain sockets on both ends of a proxy. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';

import { type Proxy, type ProxyOptions, type ProxyTarget, startProxy } from '../src/proxy.ts';

/** A server that lives as long as the running test. */
export async function listen(each: (socket: Socket) => void): Promise<ProxyTarget> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    each(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

/** A server that sends back what it gets, and its sockets. */
export async function echo(): Promise<{ target: ProxyTarget; accepted: Socket[] }> {
  const accepted: Socket[] = [];
  const target = await listen((socket) => {
    accepted.push(socket);
    socket.pipe(socket);
  });
  return { target, accepted };
}

/** A proxy that lives as long as the running test. */
export async function proxied(target: ProxyTarget, options: ProxyOptions = {}): Promise<Proxy> {
  const proxy = await startProxy(target, options);
  onTestFinished(() => proxy.close());
  return proxy;
}

/** A connection through the proxy, on which a word went there and back. */
export async function connected(proxy: Proxy, word: string): Promise<Socket> {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true }).on('error', () => undefined);
  socket.write(word);
  const [echo] = (await once(socket, 'data')) as [Buffer];
  expect(String(echo)).toBe(word);
  return socket;
}

/** Bytes of which each place is known, up to 64 KiB apart. */
export function pattern(length: number): Buffer {
  return Buffer.from(Uint16Array.from({ length: Math.ceil(length / 2) }, (_, index) => index).buffer, 0, length);
}

/** Collects what arrives, until there is as much. */
export async function received(socket: Socket, length: number): Promise<Buffer[]> {
  const parts: Buffer[] = [];
  for (let sum = 0; sum < length; sum += parts.at(-1)?.length ?? 0) {
    parts.push(((await once(socket, 'data')) as [Buffer])[0]);
  }
  return parts;
}
