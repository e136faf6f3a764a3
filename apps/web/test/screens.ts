/** Every screen, and how one gets there; for the tests of accessibility, and for the pictures in docs. */
import type { Page } from 'playwright-core';
import { message, openChat, say } from './people.ts';

/** A screen. */
export interface Screen {
  readonly name: string;
  /** Needs nobody to be signed in. */
  readonly outside?: boolean;
  open(page: Page): Promise<void>;
}

const peer = 'romeo@localhost';

const settings = (section: string): Screen => ({
  name: `settings-${section}`,
  async open(page) {
    await page.evaluate((name) => void (location.hash = `#/settings/${name}`), section);
    await page.locator('.settings .section h2').waitFor();
    await page.waitForTimeout(150);
  },
});

/** An overlay, by a shortcut from wherever one is. */
const overlay = (name: string, keys: string, fill?: string): Screen => ({
  name,
  async open(page) {
    await openChat(page, peer);
    await page.locator('.composer textarea').waitFor();
    await page.keyboard.press(keys);
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    if (fill !== undefined) await dialog.locator('input').first().fill(fill);
    await page.waitForTimeout(300);
  },
});

/** All of them. */
export const screens: readonly Screen[] = [
  {
    name: 'sign-in',
    outside: true,
    open: (page) => page.getByRole('heading', { name: 'Sign in' }).waitFor(),
  },
  {
    name: 'create-account',
    outside: true,
    async open(page) {
      await page.getByRole('button', { name: 'Create an account' }).click();
      await page.getByText('Advanced').click();
    },
  },
  {
    name: 'conversations',
    async open(page) {
      await page.evaluate(() => void (location.hash = '#/'));
      await page.locator('a.row').first().waitFor();
    },
  },
  {
    name: 'contacts',
    async open(page) {
      await page.evaluate(() => void (location.hash = '#/'));
      await page.getByRole('tab', { name: /Contacts/ }).click();
      await page.locator('a.row').first().waitFor();
    },
  },
  {
    name: 'conversation',
    async open(page) {
      await page.evaluate(() => void (location.hash = '#/'));
      await page
        .getByRole('tab', { name: 'Chats' })
        .click({ timeout: 3000 })
        .catch(() => {});
      await openChat(page, peer);
      await page.locator('article.message').first().waitFor();
      const picture = page.getByRole('button', { name: /^Show Picture/ }).last();
      if (await picture.isVisible()) await picture.click();
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'message-actions',
    async open(page) {
      await openChat(page, peer);
      const last = page.locator('article.message').last();
      await last.focus();
      await last.getByRole('button', { name: 'More' }).click();
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'reactions',
    async open(page) {
      await openChat(page, peer);
      const last = page.locator('article.message').last();
      await last.focus();
      await last.getByRole('button', { name: 'React', exact: true }).click();
      await page.getByRole('button', { name: 'More emoji' }).click();
      await page.getByRole('gridcell').first().waitFor();
    },
  },
  {
    name: 'reply',
    async open(page) {
      await openChat(page, peer);
      await page.locator('article.message').last().focus();
      await page.keyboard.press('r');
      await page.locator('.about').waitFor();
    },
  },
  {
    name: 'edit-history',
    async open(page) {
      await openChat(page, peer);
      await page.getByRole('button', { name: 'edited' }).last().click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'contact-details',
    async open(page) {
      await page.evaluate((to) => void (location.hash = `#/chat/${encodeURIComponent(to)}/details`), peer);
      await page.getByRole('complementary', { name: 'Contact details' }).waitFor();
    },
  },
  {
    name: 'jump-to-date',
    async open(page) {
      await openChat(page, peer);
      await page.locator('.conversation-header').getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name: 'Jump to date' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  overlay('new-chat', 'Control+Alt+n'),
  overlay('search', 'Control+Shift+f', 'moon'),
  overlay('palette', 'Control+k', 'n'),
  overlay('shortcuts', 'Control+/'),
  settings('account'),
  settings('privacy'),
  settings('notifications'),
  settings('appearance'),
  settings('devices'),
  settings('data'),
  settings('about'),
];

/** Makes what the screens show: an edit, and a conversation with something in it. */
export async function prepare(page: Page): Promise<void> {
  await openChat(page, peer);
  await say(page, 'Wherefore art thou Romeo?');
  await message(page, 'Wherefore art thou Romeo?').waitFor();
  await page.locator('.composer textarea').press('ArrowUp');
  await say(page, 'Wherefore art thou *Romeo*? Deny thy _father_ and refuse thy name …');
  await page.getByRole('button', { name: 'edited' }).last().waitFor();
}

/** Closes what lies over the rest. */
export async function leave(page: Page): Promise<void> {
  for (let at = 0; at < 3 && (await page.locator('.dialog, .menu, .popover, .about').count()) > 0; at += 1)
    await page.keyboard.press('Escape');
}
