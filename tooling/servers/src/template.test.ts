import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { renderTemplate } from './template.ts';

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xeps-template-'));
  file = join(folder, 'a.cfg');
  await writeFile(file, 'port: @port@\nnew: 1 # [current]\nold: 1 # why [old]\nadmin@@domain@\n');
});
afterAll(() => rm(folder, { recursive: true }));

test('fills places and keeps the lines of the lane', async () => {
  expect(await renderTemplate(file, 'current', { port: 1, domain: 'localhost' })).toBe(
    'port: 1\nnew: 1 # [current]\nadmin@localhost\n',
  );
  expect(await renderTemplate(file, 'old', { port: 1, domain: 'localhost' })).toBe(
    'port: 1\nold: 1 # why [old]\nadmin@localhost\n',
  );
});

test('a place without a value is an error', async () => {
  await expect(renderTemplate(file, 'old', { port: 1 })).rejects.toThrow('no value for @domain@');
});
