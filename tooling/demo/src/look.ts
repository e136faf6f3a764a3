/** Looks at the web client where nobody else does: two windows of Chromium, in which two people talk. */
import { findOnPath } from '@xeps/servers';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import type { Transcript } from './transcript.ts';

/** Where each person's client is. */
export interface Entrances {
  readonly juliet: string;
  readonly romeo: string;
}

/** Opens both, and has a message go from one to the other and be read. */
export async function lookAtIt(transcript: Transcript, entrances: Entrances): Promise<void> {
  transcript.heading('A look at it, in Chromium');
  const executablePath = findOnPath('chromium');
  if (executablePath === undefined) {
    transcript.note('  There is no `chromium` on the PATH: open the addresses above in a browser.');
    return;
  }
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
  try {
    const hers = await enter(browser, entrances.juliet);
    const his = await enter(browser, entrances.romeo);
    await hers.locator('a.row .badge').first().waitFor();
    transcript.note(`  Juliet has unread messages: the page is called “${await hers.title()}”.`);
    await open(hers, 'Romeo');
    await open(his, 'Juliet');
    transcript.note(
      `  She opens the conversation with Romeo: ${await hers.locator('article.message').count()} messages are in view.`,
    );
    await write(hers, 'Good night, good night! Parting is such sweet sorrow.');
    await his.locator('article.message', { hasText: 'sweet sorrow' }).waitFor();
    transcript.note('  She writes; he sees it.');
    await his.bringToFront();
    await hers.locator('article.message', { hasText: 'sweet sorrow' }).locator('[data-state="read"]').waitFor();
    transcript.note('  He reads it; she sees that he has.');
    await write(his, 'Sleep dwell upon thine eyes, peace in thy breast!');
    await hers.locator('article.message', { hasText: 'Sleep dwell' }).waitFor();
    transcript.note('  He answers; she has it.');
  } finally {
    await browser.close();
  }
}

async function enter(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

async function open(page: Page, name: string): Promise<void> {
  await page.locator('a.row', { hasText: name }).first().click();
  await page.locator('article.message').first().waitFor();
}

async function write(page: Page, text: string): Promise<void> {
  await page.locator('.composer textarea').fill(text);
  await page.locator('.composer textarea').press('Enter');
}
