import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPage } from '@xeps/browser';
import { findOnPath } from '@xeps/servers';
import { describe, expect, onTestFinished, test } from 'vitest';

const PAGE = new URL('store-page.ts', import.meta.url);

describe('IndexedDB in Chromium', () => {
  test('passes the checks of all stores', async () => {
    const { page } = await openPage({ entry: PAGE });
    const [checks, ...failures] = await page.evaluate(() => globalThis.runSuite());
    expect(failures).toEqual([]);
    expect(Number.parseInt(checks!, 10)).toBeGreaterThan(30);
  });

  test('two tabs write at once, and hear of each other', async () => {
    const { page, origin } = await openPage({ entry: PAGE });
    const tab = await page.context().newPage();
    await tab.goto(origin);
    await Promise.all([page, tab].map((one) => one.evaluate(() => globalThis.append('shared', 150))));
    const expected = Array.from({ length: 300 }, (_, position) => position);
    for (const one of [page, tab]) {
      expect(await one.evaluate(() => globalThis.positions('shared'))).toEqual(expected);
      await expect.poll(() => one.evaluate(() => globalThis.heard('shared'))).toBe(300);
    }
  });

  test('a tab with a newer program gets the database', async () => {
    const { page, origin } = await openPage({ entry: PAGE });
    await page.evaluate(() => globalThis.append('old', 1));
    const tab = await page.context().newPage();
    await tab.goto(origin);
    await tab.evaluate(() => globalThis.supersede('old'));
    expect(await page.evaluate(() => globalThis.fault('old'))).toBe('closed');
    await page.reload();
    expect(await page.evaluate(() => globalThis.fault('old'))).toBe('version');
  });

  test('is the same after a reload', async () => {
    const { page } = await openPage({ entry: PAGE });
    expect(await page.evaluate(() => globalThis.writeSteps('reloaded', 20))).toEqual([]);
    await page.reload();
    expect(await page.evaluate(() => globalThis.compare('reloaded'))).toEqual([]);
    expect(await page.evaluate(() => globalThis.writeSteps('reloaded', 10))).toEqual([]);
  });

  test('says when there is no room, and goes on', async () => {
    const { page, origin } = await openPage({ entry: PAGE });
    const devtools = await page.context().newCDPSession(page);
    // Before the first write, because Chromium keeps what it knows of the room for half a minute.
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 4_000_000 });
    expect(await page.evaluate(() => globalThis.writeSteps('full', 3))).toEqual([]);
    expect(await page.evaluate(() => globalThis.fill('filled'))).toBe('full');
    expect(await page.evaluate(() => globalThis.compare('full'))).toEqual([]);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin });
    expect(await page.evaluate(() => globalThis.writeSteps('full', 3))).toEqual([]);
  });

  test('a browser that is killed while it writes loses nothing that was committed, and keeps no half of a write', async () => {
    const reports: Report[] = [];
    let waiting: (() => void) | undefined;
    const report = (request: IncomingMessage, response: ServerResponse): void => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        response.end();
        reports.push(JSON.parse(body) as Report);
        waiting?.();
      });
    };
    // Its own browser only lends the server: another one has to have its profile on the disk.
    const { origin } = await openPage({ entry: PAGE, routes: { '/report': report } });
    const profile = await mkdtemp(join(tmpdir(), 'xeps-killed-'));
    onTestFinished(() => rm(profile, { recursive: true, maxRetries: 10, retryDelay: 100 }));
    const random = createRandom(20_261_126);
    let committed = 0;
    for (let round = 0; round < 9; round++) {
      reports.length = 0;
      // A profile that is seconds old Chromium itself may forget, with every database in it: the first run ends in order.
      const kill = startChromium(profile, `${origin}/?report`, round === 0 ? 'SIGTERM' : 'SIGKILL');
      try {
        await until(
          () => reports.length > 0,
          (wake) => (waiting = wake),
        );
        const [first] = reports as [Extract<Report, { found: number }>];
        expect(first.differences).toEqual([]);
        expect(first.found).toBeGreaterThanOrEqual(committed);
        await new Promise((resolve) => setTimeout(resolve, 50 + random() * 700));
      } finally {
        await kill();
      }
      for (const one of reports) if ('steps' in one) committed = Math.max(committed, one.steps);
    }
    expect(committed).toBeGreaterThan(30);
  });
});

/** What a page tells: what it has found, or how many steps it has committed. */
type Report = { readonly found: number; readonly differences: readonly string[] } | { readonly steps: number };

/** Starts a browser with a profile; what ends it with all its processes. */
function startChromium(profile: string, url: string, signal: 'SIGTERM' | 'SIGKILL'): () => Promise<void> {
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--remote-debugging-port=0'];
  // `openPage` has made sure that it is there.
  const child = spawn(findOnPath('chromium')!, [...flags, `--user-data-dir=${profile}`, url], {
    detached: true,
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', reject);
  });
  return async () => {
    try {
      process.kill(-child.pid!, signal);
    } catch {
      // It has ended already; what it should have told is missing then.
    }
    await ended;
  };
}

async function until(test: () => boolean, onWake: (wake: () => void) => void): Promise<void> {
  while (!test()) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error('the page did not tell anything within 30 s')), 30_000);
    onWake(resolve);
    await promise.finally(() => clearTimeout(timer));
  }
}

function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
