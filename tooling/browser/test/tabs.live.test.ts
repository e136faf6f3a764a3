import { account, liveServers } from '@xeps/servers/live';
import { describe, expect, test } from 'vitest';

import { openPage } from '../src/index.ts';
import type { Page } from '../src/index.ts';

const PAGE = new URL('tabs-page.ts', import.meta.url);

const shown = async (tab: Page, text: string | RegExp): Promise<string> => {
  await expect.poll(() => tab.locator('output').textContent(), { timeout: 15_000 }).toMatch(text);
  return (await tab.locator('output').textContent())!.split(' ')[1]!;
};
const got = (tab: Page): Promise<string[]> => tab.evaluate(() => globalThis.got);
const statuses = (tab: Page): Promise<string[]> => tab.evaluate(() => globalThis.statuses);
const byToken = (tab: Page): Promise<boolean | undefined> => tab.evaluate(() => globalThis.byToken());

describe.each(liveServers().map((server) => [server.kind, server] as const))('two tabs on %s', (_, server) => {
  test('of one account and one program stay online side by side, and each goes on with its own stream', async () => {
    const { jid, password } = await account(server, 'juliet');
    const { page: first } = await openPage({ entry: PAGE, query: { jid, password, service: server.ws } });
    const one = await shown(first, `online ${jid}/`);
    const url = first.url();
    const second = await first.context().newPage();
    await second.goto(url);
    const two = await shown(second, `online ${jid}/`);
    expect(two).not.toBe(one);

    /** Each says something to the other's full address, and gets what was said to its own. */
    const talk = async (round: string): Promise<void> => {
      await first.evaluate(([to, body]) => globalThis.say(to!, body!), [two, `${round} to two`]);
      await second.evaluate(([to, body]) => globalThis.say(to!, body!), [one, `${round} to one`]);
      await expect.poll(() => got(first), { timeout: 10_000 }).toEqual([`${round} to one`]);
      await expect.poll(() => got(second), { timeout: 10_000 }).toEqual([`${round} to two`]);
    };
    await talk('first');
    for (const tab of [first, second]) expect(await statuses(tab)).toEqual(['connecting', 'online']);

    await first.reload();
    expect(await shown(first, 'resumed')).toBe(one);
    await second.reload();
    expect(await shown(second, 'resumed')).toBe(two);
    await talk('second');
    for (const tab of [first, second]) {
      expect(await byToken(tab)).toBe(true);
      expect(await statuses(tab)).toEqual(['connecting', 'online']);
    }

    // Who closes them and opens one again needs no password.
    const third = await first.context().newPage();
    await first.close();
    await second.close();
    await third.goto(url);
    await shown(third, `online ${jid}/`);
    expect(await byToken(third)).toBe(true);
  });
});
