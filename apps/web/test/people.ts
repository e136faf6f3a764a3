/** People in front of the web client, in Chromium: each in a browser profile of his own. */
import { findOnPath } from '@xeps/servers';
import type { ServerInfo } from '@xeps/servers/live';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { serveWeb } from '../serve/index.ts';
import type { ServedWeb } from '../serve/index.ts';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  // A microphone that hums, and nobody who has to allow it.
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
];

/** What browsers write that is no fault: what the client reports of a connection that broke off, and Chromium of itself. */
const expected = /WebSocket connection to|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|Failed to load resource/;

/** The client, served, and a browser. */
export interface Stage {
  readonly web: ServedWeb;
  readonly browser: Browser;
  /** A profile of its own. */
  context(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** Opens the client signed in. Nothing that the page writes as an error may be written. */
  enter(
    server: Pick<ServerInfo, 'ws'>,
    who: { readonly jid: string; readonly password: string },
    options?: BrowserContextOptions,
  ): Promise<Page>;
}

/** Sets the stage for the tests of a file. */
export function setStage(): Stage {
  let web: ServedWeb | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    const executablePath = findOnPath('chromium');
    if (executablePath === undefined) throw new Error('No `chromium` on the PATH (Debian: apt-get install chromium).');
    [web, browser] = await Promise.all([serveWeb(), chromium.launch({ executablePath, args: flags })]);
  });
  afterAll(async () => {
    await browser?.close();
    await web?.close();
  });
  const stage: Stage = {
    get web() {
      return web!;
    },
    get browser() {
      return browser!;
    },
    async context(options) {
      const context = await stage.browser.newContext({
        viewport: { width: 1280, height: 800 },
        locale: 'en-GB',
        ...options,
      });
      context.setDefaultTimeout(15_000);
      onTestFinished(() => context.close());
      return context;
    },
    async enter(server, { jid, password }, options) {
      const page = await (await stage.context(options)).newPage();
      watch(page);
      await page.goto(stage.web.entrance({ address: jid, password, service: server.ws }));
      await page.getByRole('complementary').first().waitFor();
      return page;
    },
  };
  return stage;
}

/** Fails the test when the page writes an error. */
export function watch(page: Page): void {
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected.test(message.text())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  onTestFinished(() => expect(errors).toEqual([]));
}

/** Opens a conversation. */
export async function openChat(page: Page, address: string): Promise<void> {
  await page.evaluate((to) => void (location.hash = `#/chat/${encodeURIComponent(to)}`), address);
  await page.getByRole('log').waitFor();
}

/** Writes, and sends it. */
export async function say(page: Page, text: string): Promise<void> {
  const line = page.locator('.composer textarea');
  await line.fill(text);
  await line.press('Enter');
  await page.waitForFunction(() => document.querySelector<HTMLTextAreaElement>('.composer textarea')?.value === '');
}

/** A message by what it says. */
export const message = (page: Page, text: string): Locator =>
  page.locator('article.message', { has: page.locator('.text', { hasText: text }) }).last();
