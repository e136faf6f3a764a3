import { memoryStore } from '@xeps/im/memory';
import type { ReadTransaction } from '@xeps/im/store';
import { sqliteStore } from '@xeps/store-sqlite';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { conversations, createRandom, keys, refs, step, words } from './history.ts';

let folder: string;
const children = new Set<ChildProcess>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  rmSync(folder, { recursive: true });
});

interface Child {
  readonly process: ChildProcess;
  /** What it has written, in whole lines. */
  lines(): string[];
}

function start(path: string, mode: string): Child {
  const child = spawn(
    process.execPath,
    ['--conditions=@xeps/source', '--no-warnings', join(import.meta.dirname, 'child.ts'), path, mode],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.add(child);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  return { process: child, lines: () => output.split('\n').slice(0, -1) };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function firstLine(child: Child): Promise<void> {
  for (const end = Date.now() + 20_000; child.lines().length === 0; await pause(2)) {
    if (Date.now() > end || child.process.exitCode !== null) throw new Error('the child process wrote nothing');
  }
}

async function kill({ process }: Child): Promise<void> {
  const closed = once(process, 'close');
  process.kill('SIGKILL');
  await closed;
}

/** All that the history wrote, as the store answers. */
async function state(tx: ReadTransaction): Promise<unknown> {
  const answers: unknown[] = [await tx.getMeta('last'), await tx.revision(), await tx.outbox()];
  const byKey = (records: readonly { readonly key: string }[]): unknown[] =>
    [...records].sort((a, b) => (a.key < b.key ? -1 : 1));
  answers.push(byKey(await tx.getEvents(keys)));
  for (const ref of refs) answers.push(ref, byKey(await tx.findRefs([ref])).length);
  for (const conversation of conversations) {
    answers.push(await tx.getConversations([conversation]), await tx.countUnread(conversation, -Infinity));
    answers.push((await tx.page({ conversation, limit: 1000 })).map(({ key }) => key));
    for (const word of words) {
      answers.push(
        word,
        (await tx.search({ words: [word], conversation, limit: 1000 })).map(({ key }) => key),
      );
    }
  }
  for (const word of [...words, 'word', 'w']) {
    answers.push(
      word,
      (await tx.search({ words: [word], limit: 1000 })).map(({ key }) => key),
    );
  }
  return answers;
}

/** The state after so many transactions, as the store in memory has it. */
function createModel(): (count: number) => Promise<unknown> {
  const model = memoryStore();
  let done = 0;
  return async (count) => {
    while (done < count) {
      done += 1;
      await model.write((tx) => step(tx, done));
    }
    return model.read(state);
  };
}

function checkFile(path: string): void {
  const db = new DatabaseSync(path);
  expect(db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  db.exec(`INSERT INTO words (words) VALUES ('integrity-check')`);
  // Not one row more or less than there are messages with a text.
  const [indexed, found] = [
    db.prepare('SELECT count(*) AS count FROM words_docsize').get(),
    db.prepare(`SELECT count(*) AS count FROM events WHERE message = 1 AND record ->> 'text' IS NOT NULL`).get(),
  ];
  expect(indexed).toEqual(found);
  db.close();
}

it('has every committed transaction, whole, after a process was killed in the midst of writing', async () => {
  const path = join(folder, 'store.db');
  const random = createRandom(20_260_729);
  const model = createModel();
  let before = 0;
  for (let round = 0; round < 20; round++) {
    const child = start(path, 'write');
    await firstLine(child);
    await pause(random() * 120);
    await kill(child);
    const said = Number(child.lines().at(-1));
    const store = await sqliteStore(path);
    const last = Number(await store.read((tx) => tx.getMeta('last')));
    // What was being committed when it was killed may be there or not.
    expect(last === said || last === said + 1, `${said} were said to be durable, ${last} are there`).toBe(true);
    expect(last).toBeGreaterThan(before);
    expect(await store.read(state)).toEqual(await model(last));
    await store.close();
    checkFile(path);
    before = last;
  }
}, 120_000);

it('can be opened after a process was killed while it made the file', async () => {
  const random = createRandom(7);
  for (let round = 0; round < 8; round++) {
    const path = join(folder, `store-${round}.db`);
    const child = start(path, 'write');
    await pause(60 + random() * 200);
    await kill(child);
    const store = await sqliteStore(path);
    const last = Number((await store.read((tx) => tx.getMeta('last'))) ?? 0);
    expect(last).toBeGreaterThanOrEqual(Number(child.lines().at(-1) ?? 0));
    expect(await store.read(state)).toEqual(await createModel()(last));
    await store.close();
    checkFile(path);
  }
}, 120_000);

it('takes turns with another process, and is told of its writes', async () => {
  const path = join(folder, 'store.db');
  const store = await sqliteStore(path);
  let calls = 0;
  store.onChange(() => (calls += 1));
  const both = [start(path, 'count'), start(path, 'count')];
  const codes = await Promise.all(both.map(async ({ process }) => (await once(process, 'close')) as unknown[]));
  expect(codes).toEqual([
    [0, null],
    [0, null],
  ]);
  // Word of a write comes a moment after it.
  await expect.poll(() => calls, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(await store.read((tx) => tx.getMeta('last'))).toBe(300);
  expect(await store.read(state)).toEqual(await createModel()(300));
  await store.close();
  checkFile(path);
}, 120_000);

it('does not keep a process alive that listens for changes', async () => {
  const child = start(join(folder, 'store.db'), 'listen');
  expect(await once(child.process, 'close')).toEqual([0, null]);
  expect(child.lines()).toEqual(['listening']);
}, 20_000);
