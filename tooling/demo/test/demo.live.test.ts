import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { makePicture } from '../src/picture.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test.each([
  [[], ['453 messages of three months', '3 unread', 'looking at the moon']],
  [['--server', 'prosody'], ['It can be given no past']],
] as const)('the demo %j tells its story, without colours where nobody looks, and ends', async (options, past) => {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@xeps/source', main, ...options],
    {
      timeout: 60_000,
    },
  );
  expect(stderr).toBe('');
  expect(stdout).not.toContain('\u001b');
  const parts = [
    ...past,
    'knows that juliet/balcony has it',
    'sees a copy of what juliet said',
    'the same',
    'xeps history',
    'All of it happened',
  ];
  const places = parts.map((part) => stdout.indexOf(part));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test('the picture is a PNG', () => {
  const picture = Buffer.from(makePicture(8));
  expect(picture.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n');
  expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([8, 8]);
  const at = picture.indexOf('IDAT');
  const pixels = inflateSync(picture.subarray(at + 4, at + 4 + picture.readUInt32BE(at - 4)));
  expect(pixels.length).toBe(8 * (1 + 8 * 3));
});
