import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from '@xeps/client';
import { Element } from '@xeps/core';
import { sendMessage } from '@xeps/rfc-6121';
import { start, type Account, type RunningServer } from '@xeps/servers';
import type { CaughtUp, Task } from './catch-up-client.ts';
import { median, runModule } from './client-process.ts';

/** What one client took, in milliseconds. */
export interface Took {
  /** The fastest of all rounds for each quarter of the archive, added up: what else the machine does can only add to it. */
  readonly wall: number;
  /** The median of whole rounds, with whatever else went on. */
  readonly whole: number;
  /** The median of the client's CPU time. */
  readonly cpu: number;
}

/**
 * A catch-up: each client's times, and our heap in bytes after a quarter of the archive and after all. `xeps` reads typed
 * messages, `im` makes conversations of them in memory, `sqlite` in a file.
 */
export interface CatchUp {
  readonly messages: number;
  readonly xeps: Took;
  readonly im: Took;
  readonly sqlite: Took;
  readonly bytes: Took;
  readonly heap: readonly number[];
}

const pageSize = 250;

/** Reads an archive of 12,000 messages from a real server: our client, and one that only counts bytes. */
export async function catchUp(kind: 'prosody' | 'ejabberd', scale: number, rounds: number): Promise<CatchUp> {
  const messages = Math.max(1000, Math.round(12_000 * scale));
  const server = await start(kind, { accounts: [] });
  const folder = await mkdtemp(join(tmpdir(), 'xeps-bench-'));
  try {
    const [juliet, romeo] = await Promise.all([
      server.createAccount('juliet', 'wherefore'),
      server.createAccount('romeo', 'o-she-doth'),
    ]);
    await fill(server, romeo, juliet, messages);
    const { adminApi, ...described } = server;
    const task: Task = { server: { ...described, adminApi }, account: juliet, pageSize, messages };
    const file = join(folder, 'task.json');
    await writeFile(file, JSON.stringify(task), { mode: 0o600 });
    const run = async (mode: string): Promise<CaughtUp> => {
      const result = await runModule<CaughtUp>('./catch-up-client.ts', [mode, file], ['--expose-gc']);
      // An archive that can't tell at once that a page was the last is asked for an empty one.
      const missing =
        result.pages.length < Math.ceil(messages / pageSize) || (result.messages ?? messages) !== messages;
      if (missing)
        throw new Error(`catch-up on ${kind}: ${mode} did not get ${messages} messages: ${JSON.stringify(result)}`);
      return result;
    };
    // First, because the server is slower until it has read the archive once.
    const { heap } = await run('memory');
    const runs: Record<'xeps' | 'im' | 'im-sqlite' | 'bytes', CaughtUp[]> = {
      'xeps': [],
      'im': [],
      'im-sqlite': [],
      'bytes': [],
    };
    for (let round = 0; round < rounds; round++) {
      // In turn first, because servers and machines change while they run.
      const modes = ['bytes', 'xeps', 'im', 'im-sqlite'] as const;
      for (const mode of round % 2 === 0 ? modes : modes.toReversed()) runs[mode].push(await run(mode));
    }
    return {
      messages,
      xeps: took(runs.xeps),
      im: took(runs.im),
      sqlite: took(runs['im-sqlite']),
      bytes: took(runs.bytes),
      heap,
    };
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

function took(runs: readonly CaughtUp[]): Took {
  const sum = (pages: readonly number[]): number => pages.reduce((total, page) => total + page, 0);
  // Not each page: one that was handed out late, the next already on its way, makes that one look fast.
  const size = Math.ceil(runs[0]!.pages.length / 4);
  const quarter = (which: number): number =>
    Math.min(...runs.map(({ pages }) => sum(pages.slice(which * size, (which + 1) * size))));
  return {
    wall: sum([0, 1, 2, 3].map(quarter)),
    whole: median(runs.map(({ pages }) => sum(pages))),
    cpu: median(runs.map(({ cpu }) => cpu)),
  };
}

/** Sends so many numbered messages; resolves when the server has taken all. */
async function fill(server: RunningServer, from: Account, to: Account, messages: number): Promise<void> {
  const connect = async (account: Account): Promise<Client> => {
    const service = `xmpps://${server.host}:${server.ports.c2sTls}`;
    const client = createClient({ jid: account.jid, password: account.password, tls: { ca: server.caPem }, service });
    await client.start();
    return client;
  };
  const [sender, receiver] = await Promise.all([connect(from), connect(to)]);
  try {
    let came = 0;
    const all = Promise.withResolvers<void>();
    receiver.on('message', () => {
      if (++came === messages) all.resolve();
    });
    // Somebody has to be there, or each message is stored a second time for later.
    await receiver.send(new Element('presence'));
    for (let index = 0; index < messages; index++) {
      await sendMessage(sender, {
        to: to.jid,
        body: `${index} ${'Wherefore art thou, Romeo? '.repeat(1 + (index % 5))}`,
      });
    }
    await all.promise;
  } finally {
    await Promise.all([sender.stop(), receiver.stop()]);
  }
}
