import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { ConnectionError } from '../../src/transport/errors.ts';
import { connectTcp } from '../../src/transport/tcp.ts';
import { listen, record } from './scripted.ts';

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const task of cleanup.splice(0)) await task();
});

/** A TCP server that does `script` with each connection, and a transport to it. */
async function connected(script: (socket: Socket) => void, allowHalfOpen = false) {
  const server = await listen(createServer({ allowHalfOpen }, script));
  cleanup.push(server.close);
  const target = { host: '127.0.0.1', port: server.port, domain: 'example.org', directTls: false };
  const transport = await connectTcp(target);
  cleanup.push(() => transport.destroy());
  return { transport, target };
}

describe('a TCP transport', () => {
  test('carries bytes both ways and is not secure', async () => {
    const { transport } = await connected((socket) => socket.pipe(socket));
    expect(transport).toMatchObject({ kind: 'tcp', secure: false, tls: undefined });
    const seen = record(transport);
    transport.write('<a/>');
    transport.write('ünïcödé 🔑');
    await transport.flushed();
    expect(transport.bufferedAmount).toBe(0);
    await seen.until(() => seen.text === '<a/>ünïcödé 🔑');
    transport.end();
    await seen.closed();
    expect(seen.closeError).toBeUndefined();
  });

  test('what is written first in a turn leaves before the turn is over', async () => {
    // The server has a thread of its own, so that this one can stand still until something has come there.
    const came = new Int32Array(new SharedArrayBuffer(4));
    const server = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
      const server = require('node:net').createServer((socket) => socket.once('data', () => {
        Atomics.store(workerData, 0, 1);
        Atomics.notify(workerData, 0);
      }));
      server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
      { eval: true, workerData: came },
    );
    cleanup.push(() => server.terminate());
    const [port] = (await once(server, 'message')) as [number];
    const transport = await connectTcp({ host: '127.0.0.1', port, domain: 'example.org', directTls: false });
    cleanup.push(() => transport.destroy());
    transport.write('<r/>');
    expect(Atomics.wait(came, 0, 0, 5000)).not.toBe('timed-out');
  });

  test('what is written in one turn leaves together', async () => {
    let chunks = 0;
    let bytes = 0;
    const { transport } = await connected((socket) =>
      socket.on('data', (data) => {
        chunks += 1;
        bytes += data.length;
        if (bytes === 1000) socket.end();
      }),
    );
    const seen = record(transport);
    for (let index = 0; index < 1000; index += 1) transport.write('x');
    await seen.closed();
    // The first, and the rest.
    expect(chunks).toBeLessThanOrEqual(2);
  });

  test('what comes before listen is kept, the end as well', async () => {
    const { transport } = await connected((socket) => socket.end('early'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const seen = record(transport);
    await seen.closed();
    expect(seen).toMatchObject({ text: 'early', closeError: undefined, closes: 1 });
  });

  test('a listener that comes after the end still hears of it', async () => {
    const { transport } = await connected((socket) => void setTimeout(() => socket.resetAndDestroy(), 20));
    const first = record(transport);
    await first.closed();
    const second = record(transport);
    await second.closed();
    expect(second.closeError).toMatchObject({ reason: 'reset' });
  });

  test('end closes after what is queued, and nothing is written after it', async () => {
    let received = '';
    const { transport } = await connected((socket) =>
      socket.setEncoding('utf8').on('data', (data) => (received += String(data))),
    );
    const seen = record(transport);
    transport.write('x'.repeat(1_000_000));
    transport.end();
    transport.write('late');
    await seen.closed();
    expect(received.length).toBe(1_000_000);
  });

  test("the peer's half-close ends it, after its last data", async () => {
    const { transport } = await connected((socket) => socket.end('last words'), true);
    const seen = record(transport);
    await seen.closed();
    expect(seen).toMatchObject({ text: 'last words', closeError: undefined, closes: 1 });
    transport.write('into the void');
    transport.end();
    transport.destroy();
  });

  test('a peer that never closes its side is left after a moment', async () => {
    const { transport } = await connected(() => {}, true);
    const seen = record(transport);
    transport.end();
    await seen.closed();
    expect(seen.closeError).toBeUndefined();
  });

  test('a reset is an error, and who waits for a flush is told', async () => {
    const { transport } = await connected((socket) => {
      socket.pause();
      setTimeout(() => socket.resetAndDestroy(), 50);
    });
    const seen = record(transport);
    transport.write('x'.repeat(20_000_000));
    await expect(transport.flushed()).rejects.toBeInstanceOf(ConnectionError);
    await seen.closed();
    expect(seen.closeError).toMatchObject({ reason: 'reset', code: 'ERR_XMPP_CONNECTION' });
    expect(seen.closes).toBe(1);
    await expect(transport.flushed()).rejects.toBeInstanceOf(ConnectionError);
  });

  test('destroy is no error, and is told once', async () => {
    const { transport } = await connected(() => {});
    const seen = record(transport);
    transport.destroy();
    transport.destroy();
    await seen.closed();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen).toMatchObject({ closes: 1, closeError: undefined });
  });

  test('flushed tells when a full buffer is empty again', async () => {
    let server: Socket | undefined;
    const { transport } = await connected((socket) => {
      server = socket;
      socket.pause();
    });
    transport.write('x'.repeat(20_000_000));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(transport.bufferedAmount).toBeGreaterThan(0);
    const flushed = transport.flushed();
    server!.resume();
    await flushed;
    expect(transport.bufferedAmount).toBe(0);
  });
});

describe("a connection that can't be made", () => {
  test('refused: the message says where, and what to do', async () => {
    const server = await listen(createServer());
    await server.close();
    const target = { host: '127.0.0.1', port: server.port, domain: 'example.org', directTls: false };
    const failure: unknown = await connectTcp(target).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConnectionError);
    expect(failure).toMatchObject({ reason: 'refused', message: expect.stringContaining(`127.0.0.1:${server.port}`) });
    await expect(connectTcp({ ...target, host: 'localhost' })).rejects.toMatchObject({ reason: 'refused' });
  });

  test('a name without an address', async () => {
    const target = { host: 'no-such-host.invalid', port: 5222, domain: 'example.org', directTls: false };
    await expect(connectTcp(target)).rejects.toMatchObject({ reason: 'dns' });
  });

  test('no answer in time', async () => {
    const { target } = await connected(() => {});
    const start = performance.now();
    await expect(connectTcp({ ...target, directTls: true }, { timeout: 80 })).rejects.toMatchObject({
      reason: 'timeout',
    });
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('aborted, before and in the middle', async () => {
    let hungUp = 0;
    const { target } = await connected((socket) => socket.resume().on('close', () => (hungUp += 1)));
    const reason = new Error('changed my mind');
    await expect(connectTcp(target, { signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
      reason: 'aborted',
      cause: reason,
    });
    const controller = new AbortController();
    const connecting = connectTcp({ ...target, directTls: true }, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 30);
    await expect(connecting).rejects.toMatchObject({ reason: 'aborted', cause: reason });
    await expect.poll(() => hungUp).toBe(1);
  });

  test('a signal has no effect afterwards', async () => {
    const { target } = await connected((socket) => socket.pipe(socket));
    const controller = new AbortController();
    const transport = await connectTcp(target, { signal: controller.signal, timeout: 30 });
    cleanup.push(() => transport.destroy());
    const seen = record(transport);
    controller.abort();
    await new Promise((resolve) => setTimeout(resolve, 60));
    transport.write('still here');
    await seen.until(() => seen.text === 'still here');
  });
});
