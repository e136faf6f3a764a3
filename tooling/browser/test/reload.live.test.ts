import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@xeps/client';
import { Element } from '@xeps/core';
import { setRosterItem } from '@xeps/rfc-6121';
import { startEjabberd, startProsody } from '@xeps/servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '@xeps/servers';

import { openPage } from '../src/index.ts';

const PAGE = new URL('reload-page.ts', import.meta.url);

/** What each server writes in its log about a session that goes on. */
const logged = {
  prosody: { start: () => startProsody({ logLevel: 'debug' }), resumed: /mod_smacks resuming existing session/g },
  ejabberd: { start: () => startEjabberd({ logLevel: 'info' }), resumed: /Resumed session for juliet@/g },
} as const;

describe.each(['prosody', 'ejabberd'] as const)('a page on %s that is loaded again', (kind) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await logged[kind].start();
  });
  afterAll(() => server.stop());
  const log = (): string => readFileSync(join(server.dir, 'server.log'), 'utf8');

  test('resumes its stream: no second roster request, no password, nothing lost, nothing twice', async () => {
    const [juliet, romeo] = [
      await server.createAccount('juliet', 'what-is-in-a-name'),
      await server.createAccount('romeo', 'by-the-moon'),
    ];
    const service = { tls: { ca: server.caPem }, service: `xmpp://${server.host}:${server.ports.c2s}` };
    const before = createClient({ ...juliet, ...service });
    await before.start();
    await setRosterItem(before, { jid: romeo.jid, name: 'Romeo' });
    await before.stop();

    const { page } = await openPage({ entry: PAGE, query: { ...juliet, service: server.ws } });
    const shown = (): Promise<string | null> => page.locator('output').textContent();
    await expect.poll(shown, { timeout: 15_000 }).toMatch(/^online juliet@localhost\/\S+ 1$/);
    const address = (await shown())!.split(' ')[1]!;
    const frames = (): Promise<string[]> => page.evaluate(() => globalThis.sentFrames);
    expect((await frames()).filter((frame) => frame.includes('jabber:iq:roster'))).toHaveLength(1);

    const peer = createClient({ ...romeo, ...service });
    await peer.start();
    let sent = 0;
    let writing = true;
    const traffic = (async () => {
      for (; writing; sent += 1) {
        await peer.send(new Element('message', { to: address, type: 'chat' }).c('body').t(String(sent)).up());
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    try {
      for (let reload = 1; reload <= 3; reload += 1) {
        await new Promise((resolve) => setTimeout(resolve, 1_200));
        await page.reload();
        await expect.poll(shown, { timeout: 15_000 }).toBe(`resumed ${address} 1 true`);
        const after = await frames();
        expect(after.filter((frame) => frame.includes('jabber:iq:roster'))).toEqual([]);
        // The second frame of the page: it did not wait for the server.
        expect(after[1]).toMatch(/^<authenticate .*mechanism="HT-SHA-256-NONE".*<resume /);
        await expect.poll(() => log().match(logged[kind].resumed)?.length ?? 0).toBe(reload);
      }
      writing = false;
      await traffic;
      const got = (): Promise<string[]> =>
        page.evaluate(() => JSON.parse(localStorage.getItem('got') ?? '[]') as string[]);
      await expect.poll(async () => (await got()).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(sent);
      const wanted = Array.from({ length: sent }, (_, index) => String(index));
      const received = await got();
      expect(received.filter((body, index) => received.indexOf(body) !== index).length).toBeLessThan(20);
      expect([...new Set(received)].toSorted((a, b) => Number(a) - Number(b))).toEqual(wanted);
      const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
      expect(kept).not.toContain('what-is-in-a-name');
    } finally {
      writing = false;
      await traffic;
      await peer.stop();
    }
  });
});
