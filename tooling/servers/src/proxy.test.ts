import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';

import { connected, echo, listen, pattern, proxied, received } from '../test/sockets.ts';
import { countRoundTrips, type Proxy, type ProxyTarget, seededRandom } from './proxy.ts';

let target: ProxyTarget;
let accepted: Socket[];
let proxy: Proxy;

beforeEach(async () => {
  ({ target, accepted } = await echo());
  proxy = await proxied(target);
});

test('passes on in both directions, and breaks off on both sides without closing', async () => {
  const sockets = [await connected(proxy, 'one'), await connected(proxy, 'two')];
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
  (await connected(proxy, 'three')).destroy();
  expect(proxy.connections).toBe(3);
  expect(proxy.cuts).toBe(0);
  expect(proxy.bytes).toEqual({ up: 11, down: 11 });
});

test('a side that ends takes the other with it', async () => {
  const near = await connected(proxy, 'one');
  const gone = once(accepted[0]!, 'close');
  near.destroy();
  await gone;
  const second = await connected(proxy, 'two');
  const over = once(second, 'close');
  accepted[1]!.destroy();
  await over;
});

test('a side that only stops sending still gets what the other one sends', async () => {
  const near = await connected(proxy, 'one');
  const far = accepted[0]!;
  far.unpipe().resume();
  near.end('last');
  await once(far, 'end');
  const parts = received(near, 6);
  far.end('answer');
  expect(String(Buffer.concat(await parts))).toBe('answer');
});

test('closed, it takes no more', async () => {
  const near = await connected(proxy, 'one');
  const over = new Promise((resolve) => near.on('close', resolve).on('error', () => undefined));
  await proxy.close();
  await over;
  await expect(connected(proxy, 'two')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('takes no connections for a while, and keeps those it has', async () => {
  const kept = await connected(proxy, 'one');
  proxy.refuse();
  await expect(connected(proxy, 'two')).rejects.toMatchObject({
    code: expect.stringMatching(/ECONNRESET|EPIPE/) as string,
  });
  kept.write('more');
  expect(String((await received(kept, 4))[0])).toBe('more');
  proxy.accept();
  await connected(proxy, 'three');
  expect(proxy.connections).toBe(2);
});

test('leads new connections elsewhere', async () => {
  const before = await connected(proxy, 'one');
  const other = await listen((socket) => void socket.end('other'));
  proxy.retarget(other);
  const after = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
  expect(String((await received(after, 5))[0])).toBe('other');
  before.write('still');
  expect(String((await received(before, 5))[0])).toBe('still');
});

test('a side that does not read slows the other one down', async () => {
  const near = await connected(proxy, 'one');
  accepted[0]!.pause();
  const chunk = Buffer.alloc(1 << 16);
  for (let sent = 0; sent < 64 << 20; sent += chunk.length) near.write(chunk);
  await sleep(200);
  expect(proxy.bytes.up).toBeLessThan(32 << 20);
});

describe('time', () => {
  test('each piece is as late as the delay says, in both directions, also when many are under way', async () => {
    const slow = await proxied(target, { delay: 50, log: true });
    const near = await connected(slow, '.');
    const far = accepted[0]!;
    far.unpipe().resume();
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      const sent: number[] = [];
      const late: number[] = [];
      const words: string[] = [];
      to.on('data', (data) => {
        late.push(performance.now() - sent[late.length]!);
        words.push(String(data));
      });
      for (let count = 0; count < 20; count += 1) {
        sent.push(performance.now());
        from.write(`${count} `);
        await sleep(10);
      }
      await sleep(100);
      to.removeAllListeners('data');
      expect(words).toEqual(Array.from({ length: 20 }, (_, count) => `${count} `));
      expect(Math.min(...late)).toBeGreaterThanOrEqual(49.5);
      // The middle one: a machine that is busy may be late with some.
      expect(late.toSorted((left, right) => left - right)[10]).toBeLessThan(60);
    }
  });

  test('the end of a connection is late too, and comes after the data', async () => {
    const slow = await proxied(target, { delay: 50 });
    const near = await connected(slow, '.');
    const begun = performance.now();
    const all = received(accepted[0]!, 4).then((parts) => [String(parts[0]), performance.now() - begun]);
    near.end('last');
    await once(accepted[0]!, 'end');
    expect(performance.now() - begun).toBeGreaterThanOrEqual(49.5);
    expect(await all).toEqual(['last', expect.any(Number)]);
  });

  test('the log has each arrival, and from it come the round trips', async () => {
    const slow = await proxied(target, { delay: 20, log: true });
    const near = await connected(slow, 'one');
    const begun = performance.now();
    for (const word of ['two', 'three']) {
      near.write(word);
      expect(String((await received(near, word.length))[0])).toBe(word);
    }
    expect(slow.log.map(({ connection, direction, bytes }) => [connection, direction, bytes])).toEqual([
      [1, 'up', 3],
      [1, 'down', 3],
      [1, 'up', 3],
      [1, 'down', 3],
      [1, 'up', 5],
      [1, 'down', 5],
    ]);
    expect(countRoundTrips(slow.log, 20)).toBe(3);
    const since = slow.log.filter(({ at }) => at >= begun);
    expect(countRoundTrips(since, 20)).toBe(2);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(2 * 2 * 20 - 1);
    expect(proxy.log).toEqual([]);
  });
});

describe('splitting', () => {
  test.each([0, 20])('everything arrives in order, in pieces of all sizes [delay %i]', async (delay) => {
    const splitting = await proxied(target, { split: true, delay, random: seededRandom(1) });
    const near = await connected(splitting, '.');
    const data = pattern(100_000);
    near.write(data);
    expect(Buffer.concat(await received(near, data.length)).equals(data)).toBe(true);
    const sizes = new Set<number>();
    for (let count = 0; count < 20; count += 1) {
      near.write('twelve bytes');
      for (const part of await received(near, 12)) sizes.add(part.length);
    }
    expect(sizes.size).toBeGreaterThan(4);
  });
});
