// Everything that continuous integration checks, in order: `npm test`, after the installation.
// A step that fails does not hide the ones after it. `node tooling/repo/src/test-all.ts checks` runs that group alone.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import type { Tally } from './closing-line.ts';
import { repositoryRoot } from './workspace.ts';

interface Step {
  readonly group: 'build' | 'checks' | 'tests';
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** The vitest project whose tests are counted one by one; other steps count as one. */
  readonly counted?: boolean;
  /** Which versions of the servers, where not the current ones. */
  readonly lane?: 'old';
}

const steps: readonly Step[] = [
  { group: 'build', name: 'build', command: ['turbo', 'run', 'build', '--continue', '--output-logs=errors-only'] },
  { group: 'build', name: 'types, with tests', command: ['tsc', '-p', 'tsconfig.json', '--noEmit'] },
  { group: 'checks', name: 'lint', command: ['oxlint'] },
  { group: 'checks', name: 'format', command: ['oxfmt', '--check', '.'] },
  { group: 'checks', name: 'uniform packages', command: ['node', 'tooling/checker/src/main.ts'] },
  { group: 'checks', name: 'generated files', command: ['node', 'tooling/repo/src/generate.ts', '--check'] },
  { group: 'checks', name: 'examples compile', command: ['node', 'tooling/repo/src/examples.ts'] },
  { group: 'checks', name: 'knip', command: ['knip', '--no-config-hints'] },
  { group: 'checks', name: 'sherif', command: ['sherif'] },
  { group: 'checks', name: 'publint and attw', command: ['node', 'tooling/repo/src/published.ts'] },
  { group: 'checks', name: 'browser bundles', command: ['node', 'tooling/repo/src/bundles.ts'] },
  { group: 'checks', name: 'size-limit', command: ['size-limit'] },
  { group: 'tests', name: 'unit tests', command: ['vitest', 'run', '--project', 'unit'], counted: true },
  { group: 'tests', name: 'live tests', command: ['vitest', 'run', '--project', 'live'], counted: true },
  {
    group: 'tests',
    name: 'live tests, old servers',
    command: [
      'vitest',
      'run',
      '--project',
      'live',
      'packages/client',
      'packages/component',
      'packages/rfc-',
      'packages/xep-',
      // Who is cut off between binding and `<enabled/>` begins a new session; only Bind 2 leaves no such gap.
      '--exclude',
      '**/chaos.live.test.ts',
      // Starts a cluster of its own, of the current version.
      '--exclude',
      '**/cluster.live.test.ts',
    ],
    counted: true,
    lane: 'old',
  },
];

/** The most that one step may take, in milliseconds: one that hangs fails, and the others still run. */
const stepTime = 60 * 60_000;

/** So many failed tests of a step are named in the summary. */
const mostNamed = 20;

const scratch = mkdtempSync(join(tmpdir(), 'xeps-test-'));
const environment = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  PATH: [join(repositoryRoot, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
};

function run(step: Step): Tally {
  const [program, ...args] = step.command;
  const file = join(scratch, 'tally.json');
  rmSync(file, { force: true });
  const result = spawnSync(program === 'node' ? process.execPath : program, args, {
    cwd: repositoryRoot,
    stdio: 'inherit',
    timeout: stepTime,
    shell: process.platform === 'win32',
    env: {
      ...environment,
      ...(step.counted === true && { XEPS_TALLY: file }),
      ...(step.lane !== undefined && { XEPS_LANE: step.lane }),
    },
  });
  if (result.error !== undefined) console.error(`${program}: ${result.error.message}`);
  const done = result.status === 0;
  const one = (failed: number): Tally => ({ passed: 1 - failed, failed, failures: [] });
  if (step.counted !== true) return one(done ? 0 : 1);
  let counts: Tally = { passed: 0, failed: 0, failures: [] };
  try {
    counts = JSON.parse(readFileSync(file, 'utf8')) as Tally;
  } catch {
    // No run came to its end: the exit code below says so.
  }
  if (!done && counts.failed === 0) return { ...counts, failed: 1 };
  // A project without any test would be a green nothing.
  return counts.passed + counts.failed === 0 ? one(1) : counts;
}

const wanted = process.argv.slice(2);
const total = { passed: 0, failed: 0 };
const summary: string[] = [];
for (const step of steps) {
  if (wanted.length > 0 && !wanted.includes(step.group)) continue;
  console.log(`\n## ${step.name}: ${step.command.join(' ')}`);
  const started = performance.now();
  const { passed, failed, failures } = run(step);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  total.passed += passed;
  total.failed += failed;
  const counted = step.counted === true ? `, ${passed} of ${passed + failed}` : '';
  summary.push(`${failed === 0 ? 'ok    ' : 'FAILED'}  ${step.name}${counted}, ${seconds} s`);
  // Named here, where a log that was cut off still has them.
  summary.push(...failures.slice(0, mostNamed).map((failure) => `          ${failure}`));
  if (failures.length > mostNamed) summary.push(`          … and ${failures.length - mostNamed} more`);
}
rmSync(scratch, { recursive: true, force: true });
console.log(`\n## summary\n${summary.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
