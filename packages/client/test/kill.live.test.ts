import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@xeps/client';
import { account, describeLive } from '@xeps/servers/live';
import { seededRandom } from '@xeps/servers/proxy';
import { expect, test } from 'vitest';
import { numbered, until } from './chaos.ts';

const seed = Number(process.env['XEPS_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const rounds = 6;

describeLive('a process that is killed', (server, transport) => {
  test(
    'kill -9 in the middle of traffic, again and again: the next one resumes, and nothing is lost',
    {
      timeout: 600_000,
    },
    async () => {
      const random = seededRandom(seed);
      const folder = mkdtempSync(join(tmpdir(), 'xeps-kill-'));
      const [killed, peer] = await Promise.all([account(server, 'killed'), account(server, 'peer')]);
      const service = transport === 'tcp' ? `xmpp://${server.host}:${server.ports.c2s}` : server.ws;
      const steady = createClient({
        jid: peer.jid,
        password: peer.password,
        service,
        tls: { ca: server.caPem },
        allowInsecure: true,
      });
      const up: number[] = [];
      const addresses = new Set<string>();
      let child: ChildProcess | undefined;
      try {
        steady.on('message', (message) => {
          const [way, index] = (message.getChildText('body') ?? '').split(' ');
          if (way !== 'up') return;
          addresses.add(String(message.attrs['from']));
          up.push(Number(index));
        });
        await steady.start();
        const settings = { ...killed, service, ca: server.caPem, folder, to: String(steady.jid) };
        const start = (): ChildProcess =>
          spawn(
            process.execPath,
            [
              '--conditions=@xeps/source',
              fileURLToPath(new URL('kill-client.ts', import.meta.url)),
              JSON.stringify(settings),
            ],
            { stdio: ['pipe', 'inherit', 'inherit'] },
          );
        const gone = (process: ChildProcess): Promise<number | null> =>
          new Promise((resolve) => process.once('exit', (code) => resolve(code)));
        const log = (): string[] => readFileSync(join(folder, 'log'), 'utf8').split('\n');

        let sending = true;
        let sent = 0;
        child = start();
        await until(() => addresses.size > 0, 30_000);
        const to = [...addresses][0]!;
        const writing = (async () => {
          for (; sending; sent += 1) {
            await steady.send(numbered(to, 'down', sent));
            await new Promise((resolve) => setTimeout(resolve, 6));
          }
        })();
        // Where the test ends early, what it had found is the fault, and not that sending was stopped.
        writing.catch(() => {});
        for (let round = 0; round < rounds; round += 1) {
          await until(() => log().filter((line) => line === 'restored').length === round);
          const seen = up.length;
          // ejabberd stalls for some 15 s a message on a WebSocket that is dead, and knows late that it is.
          await until(() => up.length > seen + 20);
          await new Promise((resolve) => setTimeout(resolve, random() * 150));
          const end = gone(child);
          child.kill('SIGKILL');
          await end;
          child = start();
        }
        await until(() => log().filter((line) => line === 'restored').length === rounds);
        sending = false;
        await writing;
        await until(() => log().some((line) => line === `got ${sent - 1}`), 60_000);
        const end = gone(child);
        child.stdin!.write('end\n');
        expect(await end).toBe(0);
        child = undefined;

        const lines = log();
        const accepted = lines.flatMap((line) => (line.startsWith('sent ') ? [Number(line.slice(5))] : []));
        await until(() => accepted.every((index) => up.includes(index)), 20_000).catch(() => {});
        const down = lines.flatMap((line) => (line.startsWith('got ') ? line.slice(4).split(',').map(Number) : []));
        const lost = {
          up: accepted.filter((index) => !up.includes(index)),
          down: Array.from({ length: sent }, (_, index) => index).filter((index) => !down.includes(index)),
        };
        const twice = down.length - new Set(down).size;
        console.log(
          `${server.kind}, ${transport}, seed ${seed}: ${rounds} kills, ${accepted.length} up, ${sent} down, ` +
            `${twice} came twice (not confirmed before the kill), ${up.length - new Set(up).size} were sent twice`,
        );
        expect(lost).toEqual({ up: [], down: [] });
        expect(up).toHaveLength(new Set(up).size);
        expect(confirmedButRepeated(lines)).toEqual([]);
        expect(lines.filter((line) => line === 'begun')).toHaveLength(1);
        expect(lines.filter((line) => line === 'restored')).toHaveLength(rounds);
      } finally {
        child?.kill('SIGKILL');
        await steady.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

/** Messages that came again although the server could be told that they were handled. */
function confirmedButRepeated(lines: readonly string[]): number[] {
  const confirmed = new Set<number>();
  const open = new Set<number>();
  const wrong: number[] = [];
  for (const line of lines) {
    if (line.startsWith('got ')) {
      for (const index of line.slice(4).split(',').map(Number)) {
        if (confirmed.has(index)) wrong.push(index);
        open.add(index);
      }
    } else if (line.startsWith('handled ')) {
      for (const index of open) confirmed.add(index);
      open.clear();
    } else if (line === 'restored') {
      open.clear();
    }
  }
  return wrong;
}
