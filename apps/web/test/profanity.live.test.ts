/** A conversation with a client that is not ours. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { account, liveServers } from '@xeps/servers/live';
import { describe, expect, onTestFinished, test } from 'vitest';
import { message, openChat, say, setStage } from './people.ts';

const stage = setStage();
/** Runs profanity on a terminal: it waits for “said before”, asks for presence, writes, and waits for “an answer”. */
const script = fileURLToPath(new URL('../../server/test/peers/profanity_peer.py', import.meta.url));

describe.each(liveServers().map((server) => [server.kind, server] as const))('with profanity on %s', (_, server) => {
  test('what was said before, what is said now, and the contact request', { timeout: 120_000 }, async () => {
    const [juliet, romeo] = await Promise.all([account(server, 'juliet'), account(server, 'romeo')]);
    const folder = await mkdtemp(join(tmpdir(), 'xeps-profanity-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const page = await stage.enter(server, romeo);
    await openChat(page, juliet.jid);
    await say(page, 'said before');
    await expect.poll(() => message(page, 'said before').locator('.delivery').getAttribute('data-state')).toBe('sent');

    const profanity = promisify(execFile)(
      '/usr/bin/python3',
      [script, juliet.jid, juliet.password, String(server.ports.c2s), romeo.jid, join(folder, 'home')],
      { timeout: 100_000 },
    );
    const over = profanity.then(({ stdout }) => (JSON.parse(stdout) as { chats: string }).chats);
    await message(page, 'from profanity').waitFor({ timeout: 40_000 });
    await page.getByRole('tab', { name: /Contacts/ }).click();
    await page.getByRole('button', { name: 'Accept' }).click();
    await say(page, 'an answer');
    expect(await over).toMatch(/: said before\n[^\n]*me: from profanity\n[^\n]*: an answer/);
  });
});
