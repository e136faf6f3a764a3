import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { account, describeLive, serviceOf } from '@xeps/live';
import { seededRandom } from '@xeps/servers/proxy';
import { sqliteStore } from '@xeps/store-sqlite';
import { queryArchive } from '@xeps/xep-0313';
import { expect, onTestFinished, test } from 'vitest';
import { allMessages, createDevice } from './devices.ts';

const program = fileURLToPath(new URL('./kill-device.ts', import.meta.url));

describeLive('kill -9', (server, transport) => {
  async function folder(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), 'xeps-kill-'));
    onTestFinished(() => rm(made, { recursive: true, force: true }));
    return made;
  }

  /** Runs a device until `enough` says so of what it prints, and kills it then. */
  async function run(args: readonly string[], enough: (line: string) => boolean): Promise<string[]> {
    const child = spawn(process.execPath, ['--conditions=@xeps/source', program, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (enough(line)) child.kill('SIGKILL');
    }
    await ended;
    return lines;
  }

  test('while sending: what was accepted arrives once, in order', { timeout: 180_000 }, async () => {
    const random = seededRandom(20_261_126);
    const [romeo, juliet] = await Promise.all([account(server, 'romeo'), account(server, 'juliet')]);
    const file = join(await folder(), 'store.db');
    const args = [juliet.jid, juliet.password, serviceOf(server, transport), server.caPem, file, romeo.jid];
    const accepted: string[] = [];
    for (let round = 0; round < 6; round++) {
      let left = 5 + Math.floor(random() * 60);
      const lines = await run(
        [...args, String(accepted.length), 'send'],
        (line) => line.startsWith('accepted') && (left -= 1) === 0,
      );
      accepted.push(...lines.filter((line) => line.startsWith('accepted')).map((line) => line.split(' ')[2]!));
    }
    const store = await sqliteStore(file);
    const device = createDevice(server, transport, juliet, { store });
    onTestFinished(async () => {
      await device.off();
      await store.close();
    });
    await device.on();
    await expect.poll(async () => (await store.read((tx) => tx.outbox())).length, { timeout: 60_000 }).toBe(0);
    await device.im.catchUp();
    const shown = await allMessages(device.im, romeo.jid);
    // The last of a round may have been accepted without having been able to say so.
    const ids = shown.map(({ id }) => id!);
    expect(ids.filter((id) => accepted.includes(id))).toEqual(accepted);
    expect(new Set(ids).size).toBe(ids.length);
    expect(shown.every(({ state, archiveId }) => state !== 'pending' && archiveId !== undefined)).toBe(true);
    const archived: string[] = [];
    for await (const { stanza } of queryArchive(device.client)) {
      if (stanza !== undefined && stanza.getChild('body') !== undefined) archived.push(String(stanza.attrs['id']));
    }
    expect(archived).toEqual(ids);
  });

  test('while reading the archive: all of it is there, once', { timeout: 180_000 }, async () => {
    const random = seededRandom(7);
    const [romeo, juliet] = await Promise.all([account(server, 'romeo'), account(server, 'juliet')]);
    const file = join(await folder(), 'store.db');
    const orchard = createDevice(server, transport, romeo);
    const balcony = createDevice(server, transport, juliet);
    onTestFinished(async () => {
      await orchard.off();
      await balcony.off();
    });
    await Promise.all([orchard.on(), balcony.on()]);
    for (let number = 0; number < 300; number++)
      await (number % 3 === 0
        ? balcony.im.send(romeo.jid, `number ${number}`)
        : orchard.im.send(juliet.jid, `number ${number}`));
    await expect
      .poll(
        async () =>
          (await Promise.all([orchard, balcony].map(({ store }) => store.read((tx) => tx.outbox())))).flat().length,
        { timeout: 60_000 },
      )
      .toBe(0);
    // The first start ends with the newest 20. Then as if all were new since the first of them.
    const args = [
      juliet.jid,
      juliet.password,
      serviceOf(server, transport),
      server.caPem,
      file,
      romeo.jid,
      '0',
      'sync',
    ];
    await run(args, (line) => line.startsWith('sync synced'));
    const emptied = await sqliteStore(file);
    await emptied.write(async (tx) => {
      await tx.deleteEvents((await tx.page({ conversation: romeo.jid, limit: 10_000 })).map(({ key }) => key));
      await tx.setMeta('archive', { tail: [{ id: '', time: 0, position: 0 }], contacts: true });
    });
    await emptied.close();
    let kills = 0;
    for (let done = false; !done; kills++) {
      // What is not older than ten seconds is read again, so that now and then one has to get far.
      const pages = 1 + Math.floor(random() * 70);
      let seen = 0;
      await run(args, (line) => {
        if (line.startsWith('sync synced')) done = true;
        return done || (line.startsWith('sync syncing') && (seen += 1) > pages);
      });
    }
    expect(kills).toBeGreaterThan(2);
    const store = await sqliteStore(file);
    onTestFinished(() => store.close());
    const texts = (await store.read((tx) => tx.page({ conversation: romeo.jid, limit: 10_000 }))).map(
      ({ data }) => data.content!.text,
    );
    expect([...texts].sort()).toEqual(Array.from({ length: 300 }, (_, number) => `number ${number}`).sort());
    await balcony.im.catchUp();
    expect(texts).toEqual((await allMessages(balcony.im, romeo.jid)).map(({ text }) => text));
    const found = await store.read((tx) => tx.search({ words: ['number', '299'], limit: 10 }));
    expect(found.map(({ data }) => data.content!.text)).toEqual(['number 299']);
  });
});
