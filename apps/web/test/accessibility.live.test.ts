/** What axe finds, on every screen and in every scheme; and the whole of it by keyboard alone. */
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import { createServer } from '@xeps/server';
import type { Server } from '@xeps/server';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { contacts, history, people } from '../../../tooling/demo/src/world.ts';
import { message, setStage, watch } from './people.ts';
import { leave, prepare, screens } from './screens.ts';

const stage = setStage();

async function start(): Promise<Server> {
  const server = await createServer({ accounts: people, contacts, history: history(new Date(), 'localhost') });
  onTestFinished(() => server.stop());
  return server;
}

const enter = (server: Server, options = {}): Promise<Page> =>
  stage.enter({ ws: server.websocket! }, { jid: 'juliet@localhost', password: 'what-is-in-a-name' }, options);

/** What is serious, as text. */
async function faults(page: Page): Promise<string[]> {
  // As the developer tools do it: the page's own policy lets no script in.
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  )) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
}

const schemes = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['high contrast', { colorScheme: 'light', contrast: 'more' }],
  ['dark, high contrast', { colorScheme: 'dark', contrast: 'more' }],
] as const;

test.each(schemes)('axe finds nothing serious: %s', { timeout: 180_000 }, async (_, scheme) => {
  const server = await start();
  const found: string[] = [];
  const outside = await (await stage.context(scheme)).newPage();
  watch(outside);
  await outside.goto(stage.web.url);
  for (const screen of screens.filter((one) => one.outside)) {
    await screen.open(outside);
    found.push(...(await faults(outside)).map((fault) => `${screen.name}: ${fault}`));
  }
  const page = await enter(server, scheme);
  await prepare(page);
  for (const screen of screens.filter((one) => one.outside !== true)) {
    await screen.open(page);
    found.push(...(await faults(page)).map((fault) => `${screen.name}: ${fault}`));
    await leave(page);
  }
  expect(found).toEqual([]);
});

test('from signing in to signing out without a mouse', { timeout: 120_000 }, async () => {
  const server = await start();
  const page = await (await stage.context()).newPage();
  watch(page);
  await page.goto(`${stage.web.url}?service=${encodeURIComponent(server.websocket!)}`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  const { keyboard } = page;
  const focused = (): Promise<string> =>
    page.evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
    );
  /** Presses a key until what has the focus is called so. */
  async function reach(name: RegExp, key = 'Tab', most = 60): Promise<void> {
    for (let at = 0; at < most; at += 1) {
      if (name.test(await focused())) return;
      await keyboard.press(key);
    }
    throw new Error(`${String(name)} was not reached by ${key}: the focus is on ${await focused()}`);
  }

  await keyboard.press('Tab');
  await keyboard.type('juliet@localhost');
  await keyboard.press('Tab');
  await keyboard.type('what-is-in-a-name');
  await keyboard.press('Enter');
  await page.getByRole('complementary').first().waitFor();

  // The list, with the arrows.
  await page.locator('a.row').first().waitFor();
  await expect.poll(() => page.locator('a.row').count()).toBe(2);
  await expect.poll(() => page.locator('.banner').count()).toBe(0);
  await reach(/^RRomeo/);
  await keyboard.press('ArrowDown');
  expect(await focused()).toContain('Nurse');
  await keyboard.press('ArrowUp');
  await keyboard.press('Enter');
  await page.getByRole('log').waitFor();
  await expect.poll(focused).toBe('Message to Romeo');

  await keyboard.type('By whose direction found’st thou out this place?');
  await keyboard.press('Enter');
  await message(page, 'By whose direction').waitFor();

  // An edit of the last message, a reply to the one before, a reaction, a deletion.
  await keyboard.press('ArrowUp');
  await expect.poll(() => page.locator('.composer textarea').inputValue()).toContain('By whose direction');
  await keyboard.press('End');
  await keyboard.type(' Tell me.');
  await keyboard.press('Enter');
  await message(page, 'Tell me.').waitFor();
  await keyboard.press('Shift+Tab');
  await reach(/Messages with/, 'Shift+Tab');
  await keyboard.press('ArrowUp');
  await keyboard.press('ArrowUp');
  expect(await focused()).toMatch(/^Romeo, /);
  await keyboard.press('r');
  await page.getByText('Replying to Romeo').waitFor();
  await keyboard.type('Ay me!');
  await keyboard.press('Enter');
  await message(page, 'Ay me!').locator('.quoted').waitFor();
  await reach(/Messages with/, 'Shift+Tab');
  await keyboard.press('ArrowUp');
  await message(page, 'Ay me!').getByRole('button', { name: 'React' }).waitFor();
  await reach(/^React$/);
  await keyboard.press('Enter');
  await page.getByRole('button', { name: '🎉' }).waitFor();
  await reach(/🎉/);
  await keyboard.press('Enter');
  await message(page, 'Ay me!').locator('.reactions').waitFor();
  await message(page, 'Ay me!').focus();
  await keyboard.press('Enter');
  await page.getByRole('menu').waitFor();
  await reach(/Delete for everybody/, 'ArrowDown');
  await keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await reach(/^Delete for everybody$/);
  await keyboard.press('Enter');
  await page.getByRole('log').getByText('This message was deleted.').waitFor();

  // The palette, the search, the settings.
  await keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await keyboard.type('nurse');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Nurse' }).waitFor();
  await keyboard.press('Alt+ArrowUp');
  await page.getByRole('heading', { name: 'Romeo' }).waitFor();
  await keyboard.press('Control+Shift+F');
  await page.getByRole('dialog').waitFor();
  await keyboard.type('nightingale');
  await page.getByText(/messages found/).waitFor();
  await reach(/nightingale/);
  await keyboard.press('Enter');
  await page.locator('.message-row[data-marked="true"]').waitFor();

  await keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await keyboard.type('settings');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Account' }).waitFor();
  await reach(/^Sign out$/);
  await keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await reach(/^Sign out$/);
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toMatch(/juliet|romeo/);
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
});

test('on a phone, in German, and from right to left, nothing is cut off', { timeout: 60_000 }, async () => {
  const server = await start();
  const page = await enter(server, { viewport: { width: 320, height: 640 }, locale: 'de-DE' });
  await page.getByRole('tab', { name: 'Kontakte' }).waitFor();
  await page.locator('a.row').first().click();
  await page.getByRole('log').waitFor();
  await page.locator('article.message').first().waitFor();
  const wide = (): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(await wide()).toBe(false);
  await page.evaluate(() => void (document.documentElement.dir = 'rtl'));
  expect(await wide()).toBe(false);
  const own = await page.locator('article.message[data-own="true"] .bubble').first().boundingBox();
  const other = await page.locator('article.message[data-own="false"] .bubble').first().boundingBox();
  expect(own!.x).toBeLessThan(20);
  expect(other!.x + other!.width).toBeGreaterThan(300);
});
