/** What goes wrong in the life of a messenger: each leaves the person knowing what happened, and losing nothing. */
import { randomBytes } from 'node:crypto';
import { createClient } from '@xeps/client';
import { parseJid } from '@xeps/core/jid';
import { createServer } from '@xeps/server';
import type { Server, ServerOptions } from '@xeps/server';
import { sendMessage, sendPresence } from '@xeps/rfc-6121';
import { changePassword } from '@xeps/xep-0077';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { message, openChat, say, setStage, watch } from './people.ts';

const stage = setStage();
const romeo = 'romeo@localhost';
const juliet = { jid: 'juliet@localhost', password: 'secret' };

async function start(options: ServerOptions = {}): Promise<Server> {
  const server = await createServer({
    accounts: [
      { user: 'juliet', password: 'secret' },
      { user: 'romeo', password: 'secret' },
    ],
    contacts: [{ between: ['juliet', 'romeo'], names: ['Romeo', 'Juliet'] }],
    ...options,
  });
  onTestFinished(() => server.stop());
  return server;
}

const enter = (server: Server): Promise<Page> => stage.enter({ ws: server.websocket! }, juliet);
const state = (page: Page, text: string): Promise<string | null> =>
  message(page, text).locator('.meta .delivery').getAttribute('data-state');
const sent = (page: Page, text: string): Promise<void> =>
  expect.poll(() => state(page, text), { timeout: 20_000 }).toMatch(/sent|delivered|read/);
test('a page that is loaded again shows what it had, the draft with it, and goes on with its stream', async () => {
  const server = await start();
  const page = await enter(server);
  await openChat(page, romeo);
  await say(page, 'one');
  await sent(page, 'one');
  await page.locator('.composer textarea').fill('half a thought');
  const addresses = (): string[] => [...server.host.sessions.all()].map(({ jid }) => String(jid));
  const before = addresses();
  await page.reload();
  await message(page, 'one').waitFor();
  await expect.poll(() => page.locator('.composer textarea').inputValue()).toBe('half a thought');
  await expect.poll(addresses).toEqual(before);
  await say(page, 'two');
  await sent(page, 'two');
});

test('a server that goes and comes back: what was written meanwhile is sent, once', { timeout: 60_000 }, async () => {
  const server = await start();
  const port = server.ports.http!;
  const page = await enter(server);
  await openChat(page, romeo);
  await say(page, 'before');
  await sent(page, 'before');
  await server.stop();
  await page.getByText('What you write is sent when you are connected again.').waitFor();
  await say(page, 'meanwhile');
  await expect.poll(() => state(page, 'meanwhile')).toBe('pending');

  // Also a page that is opened now has it.
  await page.reload();
  await message(page, 'meanwhile').waitFor();
  expect(await state(page, 'meanwhile')).toBe('pending');

  const again = await start({ listen: { http: port } });
  const got: string[] = [];
  const peer = createClient({ jid: romeo, password: 'secret', service: again.service });
  peer.on('message', (stanza) => {
    const body = stanza.getChildText('body');
    if (body !== null) got.push(body);
  });
  onTestFinished(() => peer.stop());
  await peer.start();
  await sendPresence(peer);
  const connect = page.getByRole('button', { name: 'Connect now' });
  if (await connect.isVisible()) await connect.click();
  await sent(page, 'meanwhile');
  await expect.poll(() => got).toContain('meanwhile');
  expect(got.filter((body) => body === 'meanwhile')).toHaveLength(1);
});

test(
  'without a network the page opens, shows its history, and takes what is written',
  { timeout: 60_000 },
  async () => {
    const server = await start();
    const page = await enter(server);
    await openChat(page, romeo);
    await say(page, 'before');
    await sent(page, 'before');
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.context().setOffline(true);
    await page.reload();
    await message(page, 'before').waitFor();
    await say(page, 'from the cellar');
    await expect.poll(() => state(page, 'from the cellar')).toBe('pending');
    await page.context().setOffline(false);
    await sent(page, 'from the cellar');
  },
);

test('two tabs have one connection; when one is closed, the other goes on', { timeout: 60_000 }, async () => {
  const server = await start();
  const first = await enter(server);
  await openChat(first, romeo);
  const second = await first.context().newPage();
  await second.goto(first.url());
  await second.getByRole('log').waitFor();
  await say(second, 'from the second');
  await message(first, 'from the second').waitFor();
  await sent(second, 'from the second');
  const sessions = (): number => [...server.host.sessions.all()].filter(({ stream }) => stream !== undefined).length;
  expect(sessions()).toBe(1);

  const peer = createClient({ jid: romeo, password: 'secret', service: server.service });
  onTestFinished(() => peer.stop());
  await peer.start();
  await sendMessage(peer, { to: juliet.jid, body: 'to both' });
  await Promise.all([message(first, 'to both').waitFor(), message(second, 'to both').waitFor()]);

  await first.close();
  await say(second, 'alone');
  await sent(second, 'alone');
  await sendMessage(peer, { to: juliet.jid, body: 'still there?' });
  await message(second, 'still there?').waitFor();
});

test(
  'a disk that is full: what was written stays in the line, and is sent when there is room',
  { timeout: 60_000 },
  async () => {
    const server = await start();
    const page = await (await stage.context()).newPage();
    watch(page);
    const devtools = await page.context().newCDPSession(page);
    const { origin } = new URL(stage.web.url);
    // Before the first write, because Chromium keeps what it knows of the room for half a minute.
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 3_000_000 });
    await page.goto(stage.web.entrance({ address: juliet.jid, password: 'secret', service: server.websocket! }));
    await openChat(page, romeo);
    await say(page, 'one');
    await sent(page, 'one');
    const line = page.locator('.composer textarea');
    const full = page.locator('.composer').getByText('This device has no room left');
    // Random, as browsers compress what they store.
    const long = (): string => randomBytes(150_000).toString('base64');
    for (let at = 0; at < 40 && !(await full.isVisible()); at += 1) {
      await line.fill(long());
      await line.press('Enter');
      await expect.poll(async () => (await full.isVisible()) || (await line.inputValue()) === '').toBe(true);
    }
    await full.waitFor();
    expect((await line.inputValue()).length).toBe(200_000);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin });
    await line.fill('there is room');
    await line.press('Enter');
    await sent(page, 'there is room');
  },
);

test(
  'a password that was changed elsewhere: the person is asked for it, and reads on meanwhile',
  { timeout: 60_000 },
  async () => {
    const server = await start();
    const page = await enter(server);
    await openChat(page, romeo);
    await say(page, 'one');
    await sent(page, 'one');
    const elsewhere = createClient({ ...juliet, service: server.service });
    await elsewhere.start();
    await changePassword(elsewhere, 'another');
    await elsewhere.stop();
    // The stream goes on until it is lost; a new session needs the new password.
    for (const session of server.host.sessions.of(parseJid(juliet.jid))) server.host.end(session);
    server.faults.cut({ jid: juliet.jid });

    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await message(page, 'one').waitFor();
    await say(page, 'written meanwhile');
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await dialog.getByLabel('Password').fill('wrong');
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.getByText(/password is wrong/).waitFor();
    await dialog.getByLabel('Password').fill('another');
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    await sent(page, 'written meanwhile');
  },
);

test(
  'a token that the server no longer takes: the stored keys sign in, and nobody notices',
  { timeout: 60_000 },
  async () => {
    const server = await start();
    const page = await enter(server);
    await openChat(page, romeo);
    await say(page, 'one');
    await sent(page, 'one');
    server.host.store.table('fast').delete(juliet.jid);
    for (const session of server.host.sessions.of(parseJid(juliet.jid))) server.host.end(session);
    await page.reload();
    await say(page, 'two');
    await sent(page, 'two');
    expect(await page.getByRole('dialog').count()).toBe(0);
  },
);
