/**
 * Pages in a real browser, for tests of what only a browser can show.
 * @packageDocumentation
 */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { findOnPath } from '@xeps/servers';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

export type { Page } from 'playwright-core';

export interface OpenPageOptions {
  /** The TypeScript file that is the page's script; bundled from the packages' sources, as for any browser. */
  readonly entry: URL | string;
  /** What the script finds in `location.search`. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** What else the page's origin serves, by path: `/.well-known/host-meta.json`. */
  readonly routes?: Readonly<Record<string, RequestListener>> | undefined;
}

/** A page that is open. */
export interface OpenedPage {
  /** Playwright's own. `page.context().newPage()` is another tab, with the same storage. */
  readonly page: Page;
  /** The page's origin, on loopback: a secure context, although it is HTTP. */
  readonly origin: string;
  /** Closes the browser and its server, as the end of the test does by itself. */
  close(): Promise<void>;
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];

const DOCUMENT = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>xeps</title><link rel="icon" href="data:,"></head>
<body><script type="module" src="/entry.js"></script></body>
</html>
`;

/**
 * Opens a page that runs a script, in Chromium without a window and with nothing stored. Errors that nobody catches in
 * the page, and what it writes to its console as errors, go to this process's own console. Everything is closed when the
 * running test ends, however it ends.
 * @throws Error outside of a test, when there is no `chromium` on the PATH, and when the script can't be bundled
 */
export async function openPage({ entry, query = {}, routes = {} }: OpenPageOptions): Promise<OpenedPage> {
  let origin = '';
  const script = await bundle(typeof entry === 'string' ? entry : fileURLToPath(entry));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', origin);
    const route = routes[pathname];
    if (route !== undefined) route(request, response);
    else if (pathname === '/') response.setHeader('content-type', 'text/html').end(DOCUMENT);
    else if (pathname === '/entry.js') response.setHeader('content-type', 'text/javascript').end(script);
    else response.writeHead(404).end();
  });
  const closeServer = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(closeServer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const executablePath = findOnPath('chromium');
  if (executablePath === undefined) throw new Error('No `chromium` on the PATH (Debian: apt-get install chromium).');
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  onTestFinished(() => browser.close());
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => console.error(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(message.text());
  });
  await page.goto(`${origin}/?${new URLSearchParams(query).toString()}`);
  const close = async (): Promise<void> => {
    await browser.close();
    await closeServer();
  };
  return { page, origin, close };
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    // With the condition `browser`.
    platform: 'browser',
    conditions: ['@xeps/source'],
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
