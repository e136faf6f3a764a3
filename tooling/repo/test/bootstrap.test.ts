import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { temporaryWorkspace } from '../src/temporary-workspace.ts';
import { repositoryRoot } from '../src/workspace.ts';

/** Runs the bootstrap of a repository in which only a given pnpm is on PATH, and no npm. */
function bootstrap(command: string, pnpm: string, packageManager = 'pnpm@1.2.3') {
  using workspace = temporaryWorkspace({
    'package.json': JSON.stringify({ packageManager }),
    'bin/pnpm': `#!/bin/sh\n${pnpm}\n`,
    'tooling/demo/src/main.ts': "console.log('the demo ran');\nprocess.exitCode = 7;",
  });
  const script = join(workspace.root, 'tooling/bootstrap.mjs');
  copyFileSync(join(repositoryRoot, 'tooling/bootstrap.mjs'), script);
  mkdirSync(join(workspace.root, 'bin'), { recursive: true });
  chmodSync(join(workspace.root, 'bin/pnpm'), 0o755);
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, command], {
    encoding: 'utf8',
    env: { PATH: `${join(workspace.root, 'bin')}:${dirname('/bin/sh')}` },
  });
  return { stdout, stderr, status };
}

it('installs with the pnpm on PATH when it is the wanted one, then hands over, exit code and all', () => {
  const { stdout, status } = bootstrap('demo', 'if [ "$1" = --version ]; then echo 1.2.3; else echo "pnpm $*"; fi');
  expect(stdout).toContain('pnpm install --frozen-lockfile');
  expect(stdout).toContain('the demo ran');
  expect(status).toBe(7);
});

it('says what to do when the installation fails, and closes a test run with its line', () => {
  const { stdout, stderr, status } = bootstrap('test', 'if [ "$1" = --version ]; then echo 1.2.3; else exit 3; fi');
  expect(stderr).toContain('run `pnpm install` and commit it');
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('0 passed, 1 failed');
  expect(status).toBe(1);
});

it('refuses a package.json that names another package manager, and a command that it does not know', () => {
  expect(bootstrap('demo', 'echo 1.2.3', 'yarn@4.0.0').stderr).toContain('not a version of pnpm');
  expect(bootstrap('fly', 'echo 1.2.3').stderr).toContain('usage: node tooling/bootstrap.mjs install|test|demo');
});
