import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

import { connected, echo, listen, pattern, proxied, received } from '../test/sockets.ts';
import { type ProxyOptions, seededRandom } from './proxy.ts';

/** How one side of a connection ended: what it got, how, and when. */
interface Ending {
  readonly bytes: Buffer;
  readonly reset: boolean;
  readonly at: number;
}

function ending(socket: Socket): Promise<Ending> {
  const parts: Buffer[] = [];
  return new Promise((resolve) => {
    const settle = (reset: boolean) => () => resolve({ bytes: Buffer.concat(parts), reset, at: performance.now() });
    socket.on('data', (data) => parts.push(data));
    socket.on('end', settle(false)).on('error', settle(true));
  });
}

/** Connections one after another on which both sides send more than will pass, and how each of them ended. */
async function endings(count: number, options: ProxyOptions): Promise<{ near: Ending; far: Ending }[]> {
  const data = pattern(3000);
  let far: Promise<Ending> | undefined;
  const flooding = await listen((socket) => {
    far = ending(socket);
    socket.write(data);
  });
  const chaotic = await proxied(flooding, options);
  const all: { near: Ending; far: Ending }[] = [];
  for (let index = 0; index < count; index += 1) {
    const socket = connect({ port: chaotic.port, host: '127.0.0.1', allowHalfOpen: true });
    const near = ending(socket);
    // Not before the server's data has arrived whole, so that what passes is the same each time.
    await new Promise((resolve) => {
      let got = 0;
      socket.on('data', (part) => (got += part.length) >= data.length && resolve(undefined)).on('close', resolve);
      socket.on('end', resolve).on('error', resolve);
    });
    socket.write(data);
    all.push({ near: await near, far: await far! });
    socket.destroy();
  }
  expect(chaotic.cuts).toBe(count);
  expect(chaotic.connections).toBe(count);
  for (const { near, far } of all) {
    // Never anything but the beginning of what was sent.
    expect(data.subarray(0, near.bytes.length).equals(near.bytes)).toBe(true);
    expect(data.subarray(0, far.bytes.length).equals(far.bytes)).toBe(true);
  }
  return all;
}
const passed = (all: readonly { near: Ending; far: Ending }[]): number[] =>
  all.map(({ near, far }) => near.bytes.length + far.bytes.length);

test('breaks off at the same bytes for the same seed, at others for another', async () => {
  const options = (seed: number): ProxyOptions => ({ chaos: { bytes: [3001, 6000] }, random: seededRandom(seed) });
  const first = passed(await endings(12, options(1)));
  expect(passed(await endings(12, options(1)))).toEqual(first);
  expect(passed(await endings(12, { ...options(1), split: true }))).toEqual(first);
  expect(passed(await endings(12, options(2)))).not.toEqual(first);
  expect(new Set(first).size).toBe(12);
});

test('after as many bytes as asked for, or with less, but never with more', async () => {
  const all = passed(await endings(30, { chaos: { bytes: [4321, 4321] }, random: seededRandom(3) }));
  expect(Math.max(...all)).toBe(4321);
  const whole = all.filter((bytes) => bytes === 4321).length;
  expect(whole).toBeGreaterThan(8);
  expect(whole).toBeLessThan(22);
});

test('in every way: resets and ends, of both sides at once or of either one first', async () => {
  const all = await endings(60, { chaos: { bytes: [3001, 6000] }, random: seededRandom(4) });
  const seen = new Set(
    all.map(({ near, far }) => {
      const apart = near.at - far.at;
      const order = Math.abs(apart) < 5 ? 'at once' : apart < 0 ? 'near first' : 'far first';
      return `near ${near.reset ? 'reset' : 'end'}, far ${far.reset ? 'reset' : 'end'}, ${order}`;
    }),
  );
  for (const order of ['at once', 'near first', 'far first']) {
    expect(seen).toContain(`near reset, far reset, ${order}`);
    expect(seen).toContain(`near end, far end, ${order}`);
  }
});

test('a half-close is a socket that still takes data, until it breaks', async () => {
  const chaotic = await proxied((await echo()).target, { chaos: { bytes: [10, 10] }, random: seededRandom(5) });
  const halves = Array.from({ length: 60 }, async () => {
    const socket = connect({ port: chaotic.port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    let failed = false;
    socket.on('error', () => (failed = true)).resume();
    socket.write('0123456789');
    await Promise.race([once(socket, 'end'), once(socket, 'close')]).catch(() => undefined);
    // Written twice: the answer to the first write is a reset, unless the proxy has its socket open.
    for (let count = 0; count < 2; count += 1) {
      socket.write('x');
      await sleep(3);
    }
    const half = !failed;
    for (; !failed; await sleep(5)) socket.write('x');
    return half;
  });
  const found = (await Promise.all(halves)).filter(Boolean).length;
  expect(found).toBeGreaterThan(1);
  expect(found).toBeLessThan(30);
});

test('is over when it is called off, also for the connections there are', async () => {
  const chaotic = await proxied((await echo()).target, { chaos: { bytes: [10, 10] } });
  const near = await connected(chaotic, '1234');
  chaotic.calm();
  for (const socket of [near, await connected(chaotic, '1')]) {
    socket.write('more than ten bytes');
    expect(String(Buffer.concat(await received(socket, 19)))).toBe('more than ten bytes');
  }
  expect(chaotic.cuts).toBe(0);
});
