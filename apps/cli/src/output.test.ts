import { PassThrough, Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { OutputClosedError } from './failure.ts';
import { createOutput, jsonLine, progressLine, writeTo } from './output.ts';
import { visible } from './visible.ts';

function streams(terminal: boolean): {
  stdout: PassThrough;
  stderr: PassThrough & { isTTY: boolean };
  said(): string;
  shown(): string;
} {
  const stdout = new PassThrough();
  const stderr = Object.assign(new PassThrough(), { isTTY: terminal });
  return { stdout, stderr, said: () => String(stdout.read() ?? ''), shown: () => String(stderr.read() ?? '') };
}

it('writes a result as text or as a line of JSON', async () => {
  const { stdout, stderr, said } = streams(false);
  await createOutput({ stdout, stderr }, false).result({ type: 'pong' }, 'pong');
  await createOutput({ stdout, stderr }, true).result({ type: 'pong' }, 'pong');
  expect(said()).toBe('pong\n{"type":"pong"}\n');
});

it('lets no text steer a terminal', () => {
  expect(visible('a\x1b]0;title\x07\x9b31m\tb\nc\r')).toBe('a\\x1b]0;title\\x07\\x9b31m\tb\nc\\x0d');
  expect(jsonLine({ a: '\x1b\x9b\x7f é' })).toBe('{"a":"\\u001b\\u009b\\u007f é"}\n');
  expect(JSON.parse(jsonLine({ a: '\x1b\x9b\x7f' }))).toEqual({ a: '\x1b\x9b\x7f' });
});

it('shows progress on a terminal alone, and not with --json', () => {
  for (const [terminal, json, shows] of [
    [true, false, true],
    [true, true, false],
    [false, false, false],
  ] as const) {
    const { stdout, stderr, shown, said } = streams(terminal);
    const bar = createOutput({ stdout, stderr }, json).progress('upload', 4);
    bar.update(2);
    bar.end();
    expect(shown().includes('50 %')).toBe(shows);
    expect(said()).toBe('');
  }
});

it('keeps a progress bar within the terminal', () => {
  expect(progressLine('upload', 1, 4, 30)).toBe('upload [####----------]  25 %');
  for (const columns of [1, 5, 20, 200]) expect(progressLine('upload', 9, 4, columns).length).toBeLessThan(columns);
  expect(progressLine('history', 12, undefined, 80)).toBe('history 12');
});

it('tells a reader that has gone from other faults', async () => {
  const failing = (code: string): Writable => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });
    return stream.on('error', () => undefined);
  };
  await expect(writeTo(failing('EPIPE'), 'x')).rejects.toBeInstanceOf(OutputClosedError);
  await expect(writeTo(failing('ENOSPC'), 'x')).rejects.toThrow('ENOSPC');
});
