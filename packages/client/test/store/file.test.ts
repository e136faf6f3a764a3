import { applyChange } from '@xeps/xep-0198';
import type { StreamManagementState } from '@xeps/xep-0198';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { fileStore } from '../../src/store/file.ts';
import type { FileStore } from '../../src/store/file.ts';
import { openFileJournal, readJournal } from '../../src/store/file-journal.ts';
import { lockFile } from '../../src/store/file-lock.ts';
import { full, juliet, sent, state, storeContract } from './contract.ts';
import { nextChange, seeded } from './random-changes.ts';

const top = mkdtempSync(join(tmpdir(), 'xeps-store-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));
let count = 0;
const newFolder = (): string => join(top, `${(count += 1)}`);

storeContract('file', () => {
  const folder = newFolder();
  let store: FileStore = fileStore(folder);
  return {
    store,
    reopen() {
      store.close();
      return (store = fileStore(folder));
    },
  };
});

/** All files below a folder. */
const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
const journalOf = (folder: string): string => join(folder, 'main-0', `${juliet}.stream`);

describe('a folder', () => {
  test('can be read by nobody else, and holds no leftovers', async () => {
    const folder = newFolder();
    const store = fileStore(folder);
    await store.credentials.save(juliet, full);
    (await store.streams.open(juliet)).save(state);
    for (const path of [folder, join(folder, 'shared'), join(folder, 'main-0')]) {
      expect(statSync(path).mode & 0o777).toBe(0o700);
    }
    for (const path of files(folder)) expect(statSync(path).mode & 0o777, path).toBe(0o600);
    expect(files(folder).map((path) => path.slice(folder.length + 1))).toEqual([
      'main-0.lock',
      `main-0/${juliet}.json`,
      `main-0/${juliet}.stream`,
      `shared/${juliet}.json`,
    ]);
    store.close();
    expect(existsSync(join(folder, 'main-0.lock'))).toBe(false);
  });

  test('has one user: another slot is another installation that needs no password', async () => {
    const folder = newFolder();
    using first = fileStore(folder);
    expect(() => fileStore(folder)).toThrow(expect.objectContaining({ code: 'ERR_XMPP_STORE_IN_USE' }) as Error);
    await first.credentials.save(juliet, full);
    (await first.streams.open(juliet)).save(state);
    using second = fileStore(folder, { slot: 'auto' });
    using third = fileStore(folder, { slot: 'auto' });
    using other = fileStore(folder, { slot: 'auto', pool: 'listen' });
    expect([first, second, third, other].map(({ slot }) => slot)).toEqual([0, 1, 2, 0]);
    for (const store of [second, other]) {
      const found = (await store.credentials.load(juliet))!;
      const { userAgentId, resource, ...rest } = found;
      const { scramKeys, mechanism, password } = full;
      expect(rest).toEqual({ scramKeys, mechanism, password });
      expect(userAgentId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
      expect([userAgentId, resource]).not.toContain(full.userAgentId);
      expect((await store.streams.open(juliet)).state).toBeUndefined();
      expect(await store.credentials.load(juliet)).toEqual(found);
      await store.credentials.save(juliet, found);
      expect(await store.credentials.load(juliet)).toEqual(found);
    }
    expect(await first.credentials.load(juliet)).toEqual(full);
    second.close();
    using again = fileStore(folder, { slot: 'auto' });
    expect(again.slot).toBe(1);
  });

  test('who changes nothing that is shared undoes nothing of it', async () => {
    const folder = newFolder();
    using first = fileStore(folder);
    await first.credentials.save(juliet, full);
    using second = fileStore(folder, { slot: 1 });
    const found = (await second.credentials.load(juliet))!;
    await second.credentials.save(juliet, { ...found, mechanism: 'SCRAM-SHA-512-PLUS' });
    const { token: _, ...rest } = full;
    await first.credentials.save(juliet, rest);
    expect(await first.credentials.load(juliet)).toEqual({ ...rest, mechanism: 'SCRAM-SHA-512-PLUS' });
  });

  test.each([
    ['its own file', 'main-0', undefined],
    ['the shared file', 'shared', { ...full, scramKeys: undefined, mechanism: undefined, password: undefined }],
  ])('%s is broken: what it held is not there, the rest is', async (_, part, expected) => {
    const folder = newFolder();
    using store = fileStore(folder);
    await store.credentials.save(juliet, full);
    writeFileSync(join(folder, part, `${juliet}.json`), '{"userAgentId":7,"mechanism":{}}');
    const found = await store.credentials.load(juliet);
    if (expected !== undefined) expect(found).toEqual(expected);
    else {
      expect(found).toMatchObject({ mechanism: full.mechanism, password: full.password });
      expect(found).not.toHaveProperty('token');
    }
  });

  test('a store that was closed writes no more', async () => {
    const folder = newFolder();
    const store = fileStore(folder);
    const journal = await store.streams.open(juliet);
    journal.save(state);
    store.close();
    store.close();
    journal.append(sent('1'));
    journal.save(undefined);
    expect(readJournal(journalOf(folder))).toEqual(state);
    expect(() => store.streams.open(juliet)).toThrow(/was closed/);
  });
});

describe('a lock', () => {
  const lockIn = (content: string): string => {
    const path = `${newFolder()}.lock`;
    writeFileSync(path, content);
    return path;
  };

  test.each([
    ['a process that is gone', '4194305 1'],
    ['an earlier process with the number of this one', `${process.pid} 1`],
    ['a process whose number another one has now', '1 1'],
    ['nobody that could be', 'hello'],
  ])('of %s is taken over', (_, content) => {
    const path = lockIn(content);
    const unlock = lockFile(path);
    expect(unlock).toBeDefined();
    expect(lockFile(path)).toBeUndefined();
    expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^${process.pid} `));
    unlock?.();
    unlock?.();
    expect(existsSync(path)).toBe(false);
  });

  test('of a process that lives, or was made just now, is not', () => {
    expect(lockFile(lockIn(`${process.ppid} `))).toBeUndefined();
    const path = lockIn('');
    expect(lockFile(path)).toBeUndefined();
    utimesSync(path, 0, 0);
    lockFile(path)!();
  });

  test('of a process that was killed is taken over by the next, and that of one that exits is gone', async () => {
    for (const [end, left] of [
      ["process.kill(process.pid, 'SIGKILL')", true],
      ['process.exit()', false],
    ] as const) {
      const folder = newFolder();
      const source = fileURLToPath(new URL('../../src/store/file.ts', import.meta.url));
      const script = `const { fileStore } = await import(${JSON.stringify(source)}); fileStore(${JSON.stringify(folder)}); ${end}`;
      const child = spawn(process.execPath, ['--conditions=@xeps/source', '--input-type=module', '-e', script], {
        stdio: 'inherit',
      });
      await once(child, 'exit');
      expect(existsSync(join(folder, 'main-0'))).toBe(true);
      expect(existsSync(join(folder, 'main-0.lock'))).toBe(left);
      fileStore(folder).close();
    }
  });
});

describe('a journal', () => {
  test('cut off at any byte is the state after the changes that are whole', () => {
    const path = newFolder();
    const journal = openFileJournal(path);
    journal.save(state);
    const states: StreamManagementState[] = [state];
    const ends = [statSync(path).size];
    for (const change of [sent('1'), { type: 'acked', h: 1 } as const, { type: 'handled', h: 8 } as const, sent('2')]) {
      journal.append(change);
      states.push(applyChange(states.at(-1)!, change));
      ends.push(statSync(path).size);
    }
    journal.close();
    const whole = readFileSync(path);
    for (let size = 0; size <= whole.length; size += 1) {
      writeFileSync(path, whole);
      truncateSync(path, size);
      // A line is whole without its end, too.
      const index = ends.findLastIndex((end) => size >= end - 1);
      expect(readJournal(path), `${size} bytes`).toEqual(states[index]);
      const next = openFileJournal(path);
      next.append({ type: 'handled', h: 99 });
      next.close();
      expect(readJournal(path)?.inbound, `${size} bytes`).toBe(index < 0 ? undefined : 99);
    }
  });

  test('is written anew when it has grown, and never holds much more than its state', () => {
    const path = newFolder();
    const journal = openFileJournal(path, { compactAfter: 1_000 });
    journal.save({ ...state, outbound: 0, unacked: [] });
    let largest = 0;
    for (let index = 1; index <= 500; index += 1) {
      journal.append(sent(`${index}`));
      journal.append({ type: 'acked', h: index });
      largest = Math.max(largest, statSync(path).size);
    }
    expect(largest).toBeLessThan(2_500);
    expect(journal.state).toEqual({ ...state, outbound: 500, unacked: [] });
  });

  test('lasts with every change when it is to be durable', () => {
    const path = newFolder();
    const journal = openFileJournal(path, { durable: true, compactAfter: 300 });
    journal.save(state);
    for (let index = 0; index < 10; index += 1) journal.append(sent(`${index}`));
    expect(readJournal(path)?.unacked).toHaveLength(11);
    journal.save(undefined);
    expect(existsSync(path)).toBe(false);
  });

  test('that can’t be written says so, is gone, and may work for the next session', () => {
    const folder = newFolder();
    mkdirSync(folder);
    const path = join(folder, 'x.stream');
    const errors: unknown[] = [];
    const journal = openFileJournal(path, { onError: (error) => errors.push(error), compactAfter: 100 });
    journal.save(state);
    mkdirSync(`${path}.new`);
    journal.append(sent('1'.repeat(2_000)));
    expect(errors).toMatchObject([{ code: 'EISDIR' }]);
    expect(journal.state).toBeUndefined();
    journal.append(sent('2'));
    expect(errors).toHaveLength(1);
    rmSync(`${path}.new`, { recursive: true });
    journal.save(state);
    expect(journal.state).toEqual(state);
  });

  test('of processes that are killed holds every change that they had made, and nothing else', async () => {
    const script = fileURLToPath(new URL('killed-writer.ts', import.meta.url));
    const random = seeded(1);
    const delays = Array.from({ length: 30 }, () => random() * 40);
    let total = 0;
    const round = async (seed: number): Promise<void> => {
      const path = newFolder();
      const child = spawn(process.execPath, ['--conditions=@xeps/source', script, path, `${seed}`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (said === '') setTimeout(() => child.kill('SIGKILL'), delays[seed]);
        said += text;
      });
      await once(child, 'close');
      const reported = said.split('\n').length - 1;
      expect(reported).toBeGreaterThan(0);
      const found = readJournal(path);
      const changes = seeded(seed);
      let expected: StreamManagementState = {
        id: 'session',
        jid: 'juliet@example.org/x',
        inbound: 0,
        outbound: 0,
        unacked: [],
      };
      for (let done = 0; done < reported; done += 1) expected = applyChange(expected, nextChange(changes, expected));
      // It may have died between a change and the word about it.
      const after = applyChange(expected, nextChange(changes, expected));
      expect([expected, after]).toContainEqual(found);
      total += reported;
    };
    for (let seed = 0; seed < 30; seed += 6) {
      await Promise.all(Array.from({ length: 6 }, (_, index) => round(seed + index)));
    }
    expect(total).toBeGreaterThan(1_000);
  }, 60_000);
});
