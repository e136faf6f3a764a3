import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { exitCodes, main } from './index.ts';
import { InterruptedError } from './failure.ts';

async function run(
  argv: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const stdin = new PassThrough();
  stdin.end();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await main(argv, { stdin, stdout, stderr, environment: {}, signal });
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

it('every command has --json, and --help with examples', async () => {
  const { stdout: help, code } = await run(['--help']);
  expect(code).toBe(0);
  const namesIn = (text: string): string[] =>
    [...text.matchAll(/^ {2}([a-z-]+) \[options\]/gm)].map(([, name]) => name!);
  const names = namesIn(help);
  expect(names).toEqual(expect.arrayContaining(['decode', 'encode', 'doctor', 'sign-out']));
  const clients = namesIn((await run(['clients', '--help'])).stdout);
  expect(clients).toEqual(['list', 'revoke']);
  for (const name of clients) {
    const own = await run(['clients', name, '--help']);
    expect(own).toMatchObject({ code: 0, stderr: '' });
    expect(own.stdout).toMatch(/--json[^]*\nExamples:\n {2}\S.* # /);
  }
  for (const name of names) {
    const own = await run([name, '--help']);
    expect(own).toMatchObject({ code: 0, stderr: '' });
    expect(own.stdout).toContain('--json');
    expect(own.stdout).toMatch(/\nExamples:\n {2}\S.* # /);
    expect((await run(['help', name])).stdout).toBe(own.stdout);
  }
});

it('tells errors as JSON only where --json is an option', async () => {
  const { stderr, code } = await run(['decode', '--json', '--speed']);
  expect(JSON.parse(stderr)).toEqual({
    error: { code: 'ERR_XEPS_USAGE', message: expect.stringContaining('--speed') },
  });
  expect(code).toBe(64);
  expect((await run(['decode', '--speed', '--', '--json'])).stderr).toMatch(/^xeps: unknown option '--speed'/);
});

it('a command that was interrupted did not succeed, even if it came to its end', async () => {
  const signal = AbortSignal.abort(new InterruptedError(exitCodes.interrupted));
  expect(await run(['decode'], signal)).toEqual({ code: 130, stdout: '', stderr: '' });
});
