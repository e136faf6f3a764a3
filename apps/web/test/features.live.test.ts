/** What else a person does with the client. */
import { readFile } from 'node:fs/promises';
import { createClient } from '@xeps/client';
import { Element } from '@xeps/core';
import { sendMessage, sendPresence } from '@xeps/rfc-6121';
import { account, liveServers } from '@xeps/servers/live';
import type { Account, ServerInfo } from '@xeps/servers/live';
import { describe, expect, onTestFinished, test } from 'vitest';
import { message, openChat, say, setStage, watch } from './people.ts';

const stage = setStage();

async function peer(server: ServerInfo, who: Account): Promise<ReturnType<typeof createClient>> {
  const client = createClient({
    ...who,
    service: `xmpp://${server.host}:${server.ports.c2s}`,
    tls: { ca: server.caPem },
  });
  onTestFinished(() => client.stop());
  await client.start();
  await sendPresence(client);
  return client;
}

describe.each(liveServers().map((server) => [server.kind, server] as const))('on %s', (_, server) => {
  test('an account is made, and is there when the page is opened again', { timeout: 60_000 }, async () => {
    const page = await (await stage.context()).newPage();
    watch(page);
    await page.goto(`${stage.web.url}?service=${encodeURIComponent(server.ws)}`);
    await page.getByRole('button', { name: 'Create an account' }).click();
    const address = `new-${Date.now().toString(36)}@${server.domain}`;
    await page.getByLabel('Address', { exact: true }).fill(address);
    await page.getByLabel('Password', { exact: true }).fill('a-good-one');
    await page.getByRole('button', { name: 'Create an account' }).click();
    await page.getByRole('complementary').first().waitFor();
    await page.getByText('No conversations yet').waitFor();
    await page.reload();
    await page.getByText(address).waitFor();
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(
      'a-good-one',
    );
  });

  test('a wrong password, and an address that is none: the person is told which', { timeout: 60_000 }, async () => {
    const juliet = await account(server, 'juliet');
    const page = await (await stage.context()).newPage();
    watch(page);
    await page.goto(`${stage.web.url}?service=${encodeURIComponent(server.ws)}`);
    // A link does not decide who gets the password.
    await page.goto(`${stage.web.url}?service=wss://evil.example/`);
    expect(await page.getByLabel('Server address').inputValue()).toBe('');
    await page.goto(`${stage.web.url}?service=${encodeURIComponent(server.ws)}`);
    await page.getByLabel('Address', { exact: true }).fill('no address');
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This is not an address.').waitFor();
    await page.getByLabel('Address', { exact: true }).fill(juliet.jid);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The address or the password is wrong.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(juliet.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('complementary').first().waitFor();
  });

  test(
    'a stranger’s message shows, is told of, and is read on all devices once it was seen',
    { timeout: 60_000 },
    async () => {
      const [juliet, romeo] = await Promise.all([account(server, 'juliet'), account(server, 'romeo')]);
      const page = await stage.enter(server, juliet, { permissions: ['notifications'] });
      await page.evaluate(() =>
        localStorage.setItem('xeps-web settings', JSON.stringify({ notifications: true, language: 'en' })),
      );
      await page.reload();
      await page.getByRole('complementary').first().waitFor();
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
      // Nobody is told of what a store that knows nothing yet begins with: that has been read by then.
      await page.waitForTimeout(2_000);
      const his = await peer(server, romeo);
      await sendMessage(his, { to: juliet.jid, body: 'But soft!' });
      await page.getByLabel('1 unread message').waitFor();
      await expect
        .poll(() =>
          page.evaluate(async () => {
            const registration = await navigator.serviceWorker.ready;
            return (await registration.getNotifications()).map(({ title, body, tag }) => [title, body, tag]);
          }),
        )
        .toEqual([[romeo.jid, 'But soft!', romeo.jid]]);
      await page.locator('a.row').first().click();
      await page.getByText('is not in your contact list').waitFor();
      await expect.poll(() => page.locator('a.row .badge').count()).toBe(0);
      expect(await page.title()).toBe('xeps');

      const other = await stage.enter(server, juliet);
      await other.locator('a.row').first().waitFor();
      await expect.poll(() => other.locator('a.row .badge').count()).toBe(0);
    },
  );

  test('what is behind a link, as its sender says, with the host that it leads to', { timeout: 60_000 }, async () => {
    const [juliet, romeo] = await Promise.all([account(server, 'juliet'), account(server, 'romeo')]);
    const page = await stage.enter(server, juliet);
    await openChat(page, romeo.jid);
    const his = await peer(server, romeo);
    const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
    const about = new Element('rdf:Description', { 'xmlns:rdf': rdf, 'rdf:about': 'https://the.link.example.com/' });
    about.c('title', { xmlns: 'https://ogp.me/ns#' }).t('The Best Webpage');
    await sendMessage(his, {
      to: juliet.jid,
      body: 'See https://the.link.example.com/ and javascript:alert(1) <img src=x onerror=alert(1)>',
      payloads: [about],
    });
    const card = message(page, 'See').locator('.link-card');
    await card.waitFor();
    expect(await card.textContent()).toBe('the.link.example.comThe Best Webpage');
    expect(await message(page, 'See').locator('.text a').count()).toBe(1);
    expect(await message(page, 'See').locator('img').count()).toBe(0);
    // Who can't see it hears it.
    await page
      .getByRole('status')
      .filter({ hasText: 'See https://the.link.example.com/' })
      .waitFor({ state: 'attached' });
  });

  test('files by dropping and by pasting; the export has what was said', { timeout: 60_000 }, async () => {
    const [juliet, romeo] = await Promise.all([account(server, 'juliet'), account(server, 'romeo')]);
    const page = await stage.enter(server, juliet);
    await openChat(page, romeo.jid);
    await say(page, 'Good night');
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['It is the east'], 'east.txt', { type: 'text/plain' }));
      return transfer;
    });
    await page.locator('.conversation').dispatchEvent('dragenter', { dataTransfer: data });
    await page.getByText(/^Drop files/).waitFor();
    await page.locator('.conversation').dispatchEvent('drop', { dataTransfer: data });
    await page.getByRole('link', { name: 'Download east.txt' }).waitFor();
    await page.locator('.composer textarea').evaluate((line) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File(['sun'], 'sun.txt', { type: 'text/plain' }));
      line.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
    await page.getByRole('link', { name: 'Download sun.txt' }).waitFor();

    await page.evaluate(() => void (location.hash = '#/settings/data'));
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export messages' }).click(),
    ]);
    const { account: own, conversations } = JSON.parse(await readFile(await download.path(), 'utf8')) as {
      readonly account: string;
      readonly conversations: readonly {
        readonly address: string;
        readonly messages: readonly { readonly text: string }[];
      }[];
    };
    expect(own).toBe(juliet.jid);
    expect(conversations.map(({ address }) => address)).toEqual([romeo.jid]);
    expect(conversations[0]!.messages).toHaveLength(3);
    expect(conversations[0]!.messages[0]!.text).toBe('Good night');
  });
});
