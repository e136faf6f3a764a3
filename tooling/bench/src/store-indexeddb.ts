import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOnPath } from '@xeps/servers';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Timed } from './store-indexeddb-page.ts';

/** What an operation took; milliseconds. */
export interface Operation {
  readonly name: string;
  readonly median: number;
  readonly p95: number;
  /** The median of the naive database. */
  readonly naive?: number;
  /** Somebody waits for it. */
  readonly awaited: boolean;
}

export interface StoreTimed {
  readonly messages: number;
  /** To write all of them. */
  readonly seconds: number;
  readonly operations: readonly Operation[];
}

/** Times the store in Chromium, on a disk: 100,000 messages, and the same in a naive database beside it. */
export async function storeIndexedDb(scale: number, rounds: number): Promise<StoreTimed> {
  const messages = Math.max(2_000, Math.round(100_000 * scale));
  const executablePath = findOnPath('chromium');
  if (executablePath === undefined) throw new Error('No `chromium` on the PATH (Debian: apt-get install chromium).');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('store-indexeddb-page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['@xeps/source'],
    logLevel: 'silent',
  });
  const script = outputFiles[0]!.text;
  const server = createServer((request, response) => {
    if (request.url === '/page.js') response.setHeader('content-type', 'text/javascript').end(script);
    else
      response
        .setHeader('content-type', 'text/html')
        .end('<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const profile = await mkdtemp(join(tmpdir(), 'xeps-bench-'));
  // Not in a window of its own without a profile: that would be kept in memory.
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => 'measureStores' in globalThis);
    const [filling, ...timed] = await page.evaluate(([count, times]) => globalThis.measureStores(count, times), [
      messages,
      rounds,
    ] as const);
    const seconds = filling!.times.reduce((sum, time) => sum + time, 0) / 1000;
    return { messages, seconds, operations: [filling!, ...timed].map(summarize) };
  } finally {
    await context.close();
    server.close();
    await rm(profile, { recursive: true, maxRetries: 5 });
  }
}

function summarize({ name, times, naive, awaited }: Timed): Operation {
  return {
    name,
    median: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    awaited,
    ...(naive !== undefined && { naive: quantile(naive, 0.5) }),
  };
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(part * values.length)] ?? NaN;
}
