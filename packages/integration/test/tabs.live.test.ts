import { openPage } from '@xeps/browser';
import type { Page } from '@xeps/browser';
import { account, liveServers } from '@xeps/servers/live';
import { describe, expect, onTestFinished, test } from 'vitest';
import { allMessages, createDevice } from './devices.ts';

const PAGE = new URL('tabs-page.ts', import.meta.url);

const isOnline = (tab: Page): Promise<void> =>
  expect.poll(() => tab.locator('output').textContent(), { timeout: 20_000 }).toBe('online');
const shown = (tab: Page): Promise<readonly string[]> => tab.evaluate(() => globalThis.conversation.shown);
const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${name} ${at}`);

describe.each(liveServers().map((server) => [server.kind, server] as const))(
  'an engine in two tabs on %s',
  (_, server) => {
    test(
      'shows the same in both, sends once and in order, and goes on when a tab is closed',
      { timeout: 180_000 },
      async () => {
        const [romeo, juliet] = await Promise.all([account(server, 'romeo'), account(server, 'juliet')]);
        const orchard = createDevice(server, 'tcp', romeo);
        onTestFinished(() => orchard.off());
        await orchard.on();
        const { page: first } = await openPage({
          entry: PAGE,
          query: { jid: juliet.jid, password: juliet.password, service: server.ws, peer: romeo.jid },
        });
        await isOnline(first);
        const second = await first.context().newPage();
        await second.goto(first.url());
        await isOnline(second);

        const texts = async (): Promise<string[]> =>
          (await allMessages(orchard.im, juliet.jid)).map(({ text }) => text);
        await Promise.all([
          first.evaluate(() => globalThis.conversation.say('first', 40)),
          second.evaluate(() => globalThis.conversation.say('second', 40)),
        ]);
        await expect.poll(async () => (await texts()).length, { timeout: 30_000 }).toBe(80);
        for (const name of ['first', 'second'])
          expect((await texts()).filter((text) => text.startsWith(name))).toEqual(numbered(name, 40));
        await expect.poll(() => second.evaluate(() => globalThis.conversation.waiting()), { timeout: 20_000 }).toBe(0);
        await expect.poll(async () => (await shown(first)).length, { timeout: 20_000 }).toBe(80);
        await expect
          .poll(async () => (await shown(second)).join() === (await shown(first)).join(), { timeout: 20_000 })
          .toBe(true);
        expect(await second.evaluate(() => globalThis.conversation.find('first 3'))).toContain('first 39');

        // What comes is there once, and read in both as soon as it is in one.
        await orchard.im.send(juliet.jid, 'heard');
        for (const tab of [first, second])
          await expect
            .poll(async () => (await shown(tab)).filter((text) => text === 'heard'), { timeout: 10_000 })
            .toEqual(['heard']);
        expect(await first.evaluate(() => globalThis.conversation.unread())).toBe(1);
        await second.evaluate(() => globalThis.conversation.read());
        expect(await first.evaluate(() => globalThis.conversation.unread())).toBe(0);

        // A tab that is closed while it sends: the other one sends the rest.
        const saying = first.evaluate(() => globalThis.conversation.say('last', 400)).catch(() => undefined);
        await expect
          .poll(async () => (await texts()).some((text) => text.startsWith('last')), { timeout: 20_000 })
          .toBe(true);
        await first.close();
        await saying;
        await expect.poll(() => second.evaluate(() => globalThis.conversation.waiting()), { timeout: 90_000 }).toBe(0);
        await expect
          .poll(
            async () => {
              const kept = (await shown(second)).filter((text) => text.startsWith('last'));
              const came = (await texts()).filter((text) => text.startsWith('last'));
              return (
                kept.length > 0 && kept.join() === came.join() && came.join() === numbered('last', came.length).join()
              );
            },
            { timeout: 20_000 },
          )
          .toBe(true);
      },
    );
  },
);
