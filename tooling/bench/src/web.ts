/** The web client in Chromium: how much it loads, how fast it opens, and how it scrolls. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { toJson } from '@xeps/core/schema';
import { rosterList } from '@xeps/rfc-6121';
import { parseJid } from '@xeps/core/jid';
import { createServer } from '@xeps/server';
import { findOnPath } from '@xeps/servers';
import { serveWeb } from '@xeps/web/serve';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';

/** What was measured. */
export interface WebResult {
  readonly messages: number;
  readonly contacts: number;
  /** Bytes, compressed, until the sign-in shows. */
  readonly signInBytes: number;
  /** Bytes, compressed, until a conversation shows. */
  readonly chatBytes: number;
  /** Milliseconds from the navigation until the list of conversations is there, in each round. */
  readonly list: readonly number[];
  /** Milliseconds from a click until the newest messages are there. */
  readonly open: readonly number[];
  /** While it scrolled: frames, those that came late (later than 25 ms), and the longest task in milliseconds. */
  readonly scroll: {
    readonly frames: number;
    readonly late: number;
    readonly longest: number;
    readonly seconds: number;
  };
  /** The same of an empty page that scrolls as far: what this machine can do at all. */
  readonly blank: { readonly frames: number; readonly late: number };
  /** Elements in the page in the end. */
  readonly elements: number;
}

const account = 'juliet@localhost';
const peer = 'romeo@localhost';

/** Measures. */
export async function webClient(messages: number, contacts: number, rounds: number): Promise<WebResult> {
  const executablePath = findOnPath('chromium');
  if (executablePath === undefined) throw new Error('No `chromium` on the PATH (Debian: apt-get install chromium).');
  const server = await createServer({ accounts: [{ user: 'juliet', password: 'secret' }] });
  const web = await serveWeb();
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    let bytes = 0;
    page.on('response', (response) => {
      if (!response.url().startsWith(web.url) || /emoji|sw\.js|manifest/.test(response.url())) return;
      response
        .body()
        .then((body) => (bytes += gzipSync(body).length))
        .catch(() => {});
    });
    await page.goto(web.url);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.waitForTimeout(500);
    const signInBytes = bytes;

    const people = Array.from({ length: contacts }, (_, index) => `contact${index}@localhost`);
    await page.evaluate(await bundle('./web-fill.ts'));
    await page.evaluate(([own, other, count, list]) => globalThis.fillConversations(own, other, count, list), [
      account,
      peer,
      messages,
      people,
    ] as const);
    await page.evaluate(([key, value]) => localStorage.setItem(key, value), [
      `xeps-web contacts ${account}`,
      JSON.stringify(
        toJson(rosterList, {
          items: [peer, ...people].map((address, index) => ({
            jid: parseJid(address),
            name: `Person ${index}`,
            subscription: 'both' as const,
            approved: false,
            groups: [],
          })),
        }),
      ),
    ] as const);
    await page.goto(web.entrance({ address: account, password: 'secret', service: server.websocket! }));
    await page.locator('a.row').first().waitFor();

    const list: number[] = [];
    const open: number[] = [];
    await page.addInitScript(watchRows);
    for (let round = 0; round < rounds; round += 1) {
      await page.goto('about:blank');
      bytes = 0;
      await page.goto(web.url);
      await page.locator('a.row').first().waitFor();
      list.push(await page.evaluate(() => globalThis.listShown!));
      open.push(await opening(page));
    }
    const chatBytes = bytes;
    const scroll = await scrolling(page);
    const elements = await page.evaluate(() => document.querySelectorAll('*').length);
    const blank = await scrollBlank(await context.newPage());
    return { messages, contacts, signInBytes, chatBytes, list, open, scroll, blank, elements };
  } finally {
    await browser.close();
    await web.close();
    await server.stop();
  }
}

declare global {
  var listShown: number | undefined;
  var frameTimes: number[];
  var longest: number;
}

/** Runs before the page: notes when the first row is in it. */
function watchRows(): void {
  const look = (): void => {
    if (document.querySelector('a.row') === null) requestAnimationFrame(look);
    else globalThis.listShown = performance.now();
  };
  requestAnimationFrame(look);
}

/** Opens the long conversation; milliseconds until its newest messages are there. */
async function opening(page: Page): Promise<number> {
  return page.evaluate(
    (address) =>
      new Promise<number>((resolve) => {
        const began = performance.now();
        location.hash = `#/chat/${encodeURIComponent(address)}`;
        const look = (): void => {
          if (document.querySelectorAll('article.message').length < 3) requestAnimationFrame(look);
          else resolve(performance.now() - began);
        };
        look();
      }),
    peer,
  );
}

/** Notes when frames come, and how long tasks take, until it is stopped. */
const watchFrames = (): void => {
  globalThis.frameTimes = [];
  globalThis.longest = 0;
  const tick = (time: number): void => {
    globalThis.frameTimes.push(time);
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  new PerformanceObserver((entries) => {
    for (const { duration } of entries.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
  }).observe({ type: 'longtask' });
};

const seconds = 10;

/** Scrolls up through the conversation with the wheel, as fast as a hand does. */
async function wheel(page: Page): Promise<{ readonly frames: number; readonly late: number }> {
  await page.evaluate(watchFrames);
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    await page.mouse.wheel(0, -240);
    await page.waitForTimeout(30);
  }
  const times = await page.evaluate(() => globalThis.frameTimes);
  const gaps = times.slice(1).map((time, index) => time - times[index]!);
  return { frames: gaps.length, late: gaps.filter((gap) => gap > 25).length };
}

async function scrolling(page: Page): Promise<WebResult['scroll']> {
  await page.waitForTimeout(1000);
  await page.mouse.move(900, 400);
  const counted = await wheel(page);
  return { ...counted, longest: await page.evaluate(() => globalThis.longest), seconds };
}

async function scrollBlank(page: Page): Promise<WebResult['blank']> {
  await page.setContent(`<div style="height: 1000000px; background: linear-gradient(red, blue)"></div>`);
  await page.evaluate(() => scrollTo(0, 900_000));
  await page.mouse.move(900, 400);
  return wheel(page);
}

async function bundle(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    conditions: ['@xeps/source'],
    write: false,
  });
  return outputFiles[0]!.text;
}
