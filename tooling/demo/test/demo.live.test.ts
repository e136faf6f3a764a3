import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { makePicture } from '../src/picture.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test.each([
  [[], 'They have written 453 messages in three months.'],
  [['--server', 'prosody'], 'It has no past: it begins now.'],
] as const)(
  'the demo %j tells its story, without colours where nobody looks, and ends',
  { timeout: 120_000 },
  async (options, past) => {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@xeps/source', main, ...options],
      {
        timeout: 110_000,
      },
    );
    expect(stderr).toBe('');
    expect(stdout).not.toContain('\u001b');
    const parts = [
      past,
      'as Juliet   http://localhost:',
      'as Romeo    http://localhost:',
      'pnpm --silent xeps unread',
      'Juliet has unread messages',
      'She writes; he sees it.',
      'He reads it; she sees that he has.',
      'He answers; she has it.',
      'All of it happened',
    ];
    const places = parts.map((part) => stdout.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  },
);

test('the picture is a PNG', () => {
  const picture = Buffer.from(makePicture(8));
  expect(picture.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n');
  expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([8, 8]);
  const at = picture.indexOf('IDAT');
  const pixels = inflateSync(picture.subarray(at + 4, at + 4 + picture.readUInt32BE(at - 4)));
  expect(pixels.length).toBe(8 * (1 + 8 * 3));
});
