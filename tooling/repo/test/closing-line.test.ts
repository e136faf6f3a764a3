import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { temporaryWorkspace } from '../src/temporary-workspace.ts';
import { repositoryRoot } from '../src/workspace.ts';

const good = "import { it } from 'vitest';\nit('a', () => {});\nit('b', () => {});\n";

/** Runs vitest on test files with the reporter; `tally` names the file that it writes instead of the closing line. */
function run(files: Record<string, string>, tally?: string) {
  const reporter = join(repositoryRoot, 'tooling/repo/src/closing-line.ts');
  const config = `import { closingLine } from '${reporter}';\nexport default { test: { reporters: [closingLine] } };\n`;
  using workspace = temporaryWorkspace({
    'package.json': '{ "type": "module" }',
    'vitest.config.ts': config,
    ...files,
  });
  symlinkSync(join(repositoryRoot, 'node_modules'), join(workspace.root, 'node_modules'));
  const vitest = join(repositoryRoot, 'node_modules/vitest/vitest.mjs');
  const { XEPS_TALLY: _outer, ...environment } = process.env;
  const written = tally === undefined ? undefined : join(workspace.root, tally);
  const { stdout, status } = spawnSync(process.execPath, [vitest, 'run'], {
    cwd: workspace.root,
    encoding: 'utf8',
    env: written === undefined ? environment : { ...environment, XEPS_TALLY: written },
  });
  const counts: unknown = written === undefined ? undefined : JSON.parse(readFileSync(written, 'utf8'));
  return { last: stdout.trimEnd().split('\n').at(-1), status, counts };
}

it('closes with the numbers of tests that passed and failed', () => {
  expect(run({ 'good.test.ts': good })).toMatchObject({ last: '2 passed, 0 failed', status: 0 });
  const bad = `${good}it('c', () => { throw new Error('no'); });\n`;
  expect(run({ 'good.test.ts': good, 'bad.test.ts': bad })).toMatchObject({ last: '4 passed, 1 failed', status: 1 });
});

it('counts a file that breaks before its tests, and an error outside of any, as failures', () => {
  const broken = "import './not-there.ts';\n";
  const stray = `${good}queueMicrotask(() => { throw new Error('stray'); });\n`;
  expect(run({ 'broken.test.ts': broken, 'good.test.ts': good })).toMatchObject({
    last: '2 passed, 1 failed',
    status: 1,
  });
  expect(run({ 'stray.test.ts': stray })).toMatchObject({ last: '2 passed, 1 failed', status: 1 });
});

it('hands the numbers to whoever adds up several runs', () => {
  expect(run({ 'good.test.ts': good }, 'tally.json').counts).toEqual({ passed: 2, failed: 0, failures: [] });
  const bad =
    "import { describe, it } from 'vitest';\ndescribe('d', () => it('c', () => { throw new Error('no\\nmore'); }));\n";
  expect(run({ 'bad.test.ts': bad }, 'tally.json').counts).toEqual({
    passed: 0,
    failed: 1,
    failures: ['bad.test.ts > d > c: no'],
  });
});
