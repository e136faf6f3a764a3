import { account, liveServers } from '@xeps/servers/live';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { message, openChat, say, setStage } from './people.ts';

const stage = setStage();

const state = (page: Page, text: string): Promise<string | null> =>
  message(page, text).locator('.meta .delivery').getAttribute('data-state');

/** Opens a menu of a message. */
async function act(page: Page, text: string, action: string): Promise<void> {
  await message(page, text).hover();
  await message(page, text).getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}

/** A picture, drawn by hand: 8 × 6 pixels. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAFElEQVR4nGNkYPjPgA0wYRUdUhIAKwEBDxHG4UsAAAAASUVORK5CYII=',
  'base64',
);

describe.each(liveServers().map((server) => [server.kind, server] as const))('two people on %s', (_, server) => {
  test(
    'message, edit, reaction, reply, picture, voice and read marks, live in both',
    { timeout: 120_000 },
    async () => {
      const [juliet, romeo] = await Promise.all([account(server, 'juliet'), account(server, 'romeo')]);
      const hers = await stage.enter(server, juliet);
      const his = await stage.enter(server, romeo);

      // They make each other's acquaintance.
      await openChat(hers, romeo.jid);
      await hers.getByRole('button', { name: 'Add contact' }).click();
      await his.getByRole('tab', { name: /Contacts/ }).click();
      await his.getByRole('button', { name: 'Accept' }).click();
      await his.getByRole('log').waitFor();
      await expect.poll(() => hers.locator('.presence').textContent(), { timeout: 15_000 }).toBe('Online');

      await say(hers, 'Wherefore art thou Romeo?');
      await message(his, 'Wherefore art thou Romeo?').waitFor();
      await his.bringToFront();
      await expect.poll(() => state(hers, 'Wherefore art thou Romeo?'), { timeout: 15_000 }).toBe('read');

      await his.bringToFront();
      await message(his, 'Wherefore').hover();
      await message(his, 'Wherefore').getByRole('button', { name: 'React' }).click();
      await his.getByRole('button', { name: '❤️' }).click();
      await expect.poll(() => message(hers, 'Wherefore').locator('.reactions').textContent()).toContain('❤️');

      await message(his, 'Wherefore').getByRole('button', { name: 'Reply' }).click();
      await say(his, 'Shall I *hear* more?');
      const answer = message(hers, 'hear');
      await answer.waitFor();
      await expect.poll(() => answer.locator('.quoted').textContent()).toContain('Wherefore art thou Romeo?');
      expect(await answer.locator('strong', { hasText: 'hear' }).count()).toBe(1);

      // Somebody writes, to who has shown that his client tells such things.
      await hers.bringToFront();
      await hers.locator('.composer textarea').pressSequentially('Deny');
      await expect.poll(() => his.locator('.presence').textContent(), { timeout: 15_000 }).toContain('typing');
      await hers.locator('.composer textarea').fill('');

      await act(hers, 'Wherefore', 'Edit');
      await say(hers, 'Wherefore art thou, Montague?');
      await message(his, 'Montague').waitFor();
      await message(his, 'Montague').getByRole('button', { name: 'edited' }).click();
      await his.getByRole('dialog').getByText('Wherefore art thou Romeo?').waitFor();
      await his.keyboard.press('Escape');

      const [chooser] = await Promise.all([
        hers.waitForEvent('filechooser'),
        hers.getByRole('button', { name: 'Attach files' }).click(),
      ]);
      await chooser.setFiles({ name: 'moon.png', mimeType: 'image/png', buffer: picture });
      // What comes from others is fetched when the user has said so, and not before.
      await his.getByRole('button', { name: /^Show Picture/ }).click();
      const shown = his.getByRole('img', { name: 'moon.png' });
      await expect.poll(() => shown.evaluate((img: HTMLImageElement) => img.naturalWidth), { timeout: 15_000 }).toBe(8);

      await hers.getByRole('button', { name: 'Record a voice message' }).click();
      await hers.getByText(/Recording: 0:0[12]/).waitFor();
      await hers.getByRole('button', { name: 'Stop and send' }).click();
      await his.getByRole('button', { name: /^Show Audio/ }).click();
      const player = his.getByRole('group', { name: /^Voice message/ });
      await player.getByRole('button', { name: 'Play' }).click();
      await player.getByRole('button', { name: 'Pause' }).waitFor();

      await act(hers, 'Montague', 'Delete for everybody');
      await hers.getByRole('button', { name: 'Delete for everybody' }).click();
      await his.getByText('This message was deleted.').first().waitFor();
      await expect.poll(() => message(his, 'Montague').count()).toBe(0);
    },
  );
});
