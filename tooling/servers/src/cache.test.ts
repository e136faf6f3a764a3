import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { buildOnce } from './cache.ts';

let cache: string;
let folder: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'xeps-cache-'));
  folder = join(cache, 'key');
});
afterEach(() => rm(cache, { recursive: true }));

const write = (text: string) => (unfinished: string) => writeFile(join(unfinished, 'file'), text);

test('builds once', async () => {
  await buildOnce(folder, write('first'), () => {});
  await buildOnce(folder, write('second'), () => {});
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('first');
  expect(await readdir(cache)).toEqual(['key']);
});

test('a build that fails leaves nothing, and the next one works', async () => {
  const failing = async (unfinished: string): Promise<void> => {
    await writeFile(join(unfinished, 'file'), 'half');
    throw new Error('no network');
  };
  await expect(buildOnce(folder, failing, () => {})).rejects.toThrow('no network');
  expect(await readdir(cache)).toEqual([]);
  await buildOnce(folder, write('whole'), () => {});
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('whole');
});

test('what a killed process left is cleaned away, and its lock taken over', async () => {
  const dead = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => dead.once('exit', resolve));
  await writeFile(`${folder}.lock`, String(dead.pid));
  await mkdir(`${folder}.unfinished-${dead.pid}`);
  await buildOnce(folder, write('whole'), () => {});
  expect(await readdir(cache)).toEqual(['key']);
});

test('processes that build the same folder at once build it once', async () => {
  const counter = join(cache, 'counter');
  const script = `
    import { appendFileSync, writeFileSync } from 'node:fs';
    import { buildOnce } from ${JSON.stringify(join(import.meta.dirname, 'cache.ts'))};
    await buildOnce(${JSON.stringify(folder)}, async (unfinished) => {
      appendFileSync(${JSON.stringify(counter)}, 'x');
      await new Promise((resolve) => setTimeout(resolve, 300));
      writeFileSync(unfinished + '/file', 'whole');
    }, () => {});`;
  const codes = await Promise.all(
    [1, 2, 3].map(
      () =>
        new Promise((resolve) => {
          spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' }).once('exit', resolve);
        }),
    ),
  );
  expect(codes).toEqual([0, 0, 0]);
  expect(await readFile(counter, 'utf8')).toBe('x');
  expect((await readdir(cache)).toSorted()).toEqual(['counter', 'key']);
});
