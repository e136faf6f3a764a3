import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { account, liveServers } from '@xeps/servers/live';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openPage } from '../src/index.ts';
import type { OpenedPage } from '../src/index.ts';

const SIGN_IN = new URL('sign-in-page.ts', import.meta.url);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xeps-browser-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(liveServers().map((server) => [server.kind, server] as const))('a page on %s', (kind, server) => {
  test('signs in over its WebSocket, and again after a reload', async () => {
    const { jid, password } = await account(server, 'juliet');
    const { page } = await openPage({ entry: SIGN_IN, query: { jid, password, service: server.ws } });
    const shown = page.locator('output');
    await expect.poll(() => shown.textContent(), { timeout: 10_000 }).toMatch(`${jid}/`);
    const first = await shown.textContent();

    const file = join(folder, `${kind}.png`);
    await page.screenshot({ path: file });
    expect((await readFile(file)).subarray(1, 4).toString()).toBe('PNG');

    await page.reload();
    await expect.poll(() => shown.textContent(), { timeout: 10_000 }).toMatch(`${jid}/`);
    expect(await shown.textContent()).not.toBe(first);
  });

  test('shows what the client throws', async () => {
    const { jid } = await account(server, 'juliet');
    const { page } = await openPage({ entry: SIGN_IN, query: { jid, password: 'wrong', service: server.ws } });
    await expect.poll(() => page.locator('output').textContent(), { timeout: 10_000 }).toContain('not-authorized');
  });
});

describe('openPage', () => {
  let left: OpenedPage;

  test('serves what else it is given, on one origin', async () => {
    const routes = {
      '/greeting': (_: unknown, response: { end(text: string): unknown }) => void response.end('hello'),
    };
    const entry = join(folder, 'plain.ts');
    await writeFile(entry, `document.body.append(location.search as string);`);
    left = await openPage({ entry, query: { name: 'Zoë & co' }, routes });
    expect(await left.page.locator('body').textContent()).toContain('?name=Zo%C3%AB+%26+co');
    expect(await left.page.evaluate(async () => (await fetch('/greeting')).text())).toBe('hello');
    expect(await left.page.evaluate(async () => (await fetch('/other')).status)).toBe(404);
    expect(await left.page.evaluate(() => isSecureContext)).toBe(true);
    const tab = await left.page.context().newPage();
    await tab.goto(left.origin);
    await left.page.evaluate(() => localStorage.setItem('key', 'value'));
    expect(await tab.evaluate(() => localStorage.getItem('key'))).toBe('value');
  });

  test('leaves neither browser nor server once its test has ended', async () => {
    expect(left.page.isClosed()).toBe(true);
    await expect(fetch(left.origin)).rejects.toThrow('fetch failed');
  });

  test('closes before that when asked to', async () => {
    const { page, origin, close } = await openPage({ entry: SIGN_IN });
    await close();
    expect(page.isClosed()).toBe(true);
    await expect(fetch(origin)).rejects.toThrow('fetch failed');
  });

  test('a script that can’t be bundled is an error', async () => {
    await expect(openPage({ entry: join(folder, 'none.ts') })).rejects.toThrow('none.ts');
  });
});
