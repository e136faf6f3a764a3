// A vitest reporter for the closing line of a run, and for whoever adds up several runs.
import { writeFileSync } from 'node:fs';

import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** How many tests passed and failed, and which failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Each with its module and the first line of what went wrong. */
  readonly failures: readonly string[];
}

/** Counts the tests of finished modules; a module that broke before its tests, or an error outside of any, is a failure. */
function tally(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): Tally {
  let passed = 0;
  let failed = unhandledErrors.length;
  const failures = unhandledErrors.map((error) => `outside of any test: ${firstLine(error.message)}`);
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed++;
      else if (state === 'failed') {
        failed++;
        failures.push(
          `${module.relativeModuleId} > ${test.fullName}: ${firstLine(test.result().errors?.[0]?.message)}`,
        );
      }
    }
    const broken = [...module.children.allSuites()].flatMap((suite) => suite.errors()).concat(module.errors());
    failed += broken.length;
    failures.push(...broken.map((error) => `${module.relativeModuleId}: ${firstLine(error.message)}`));
  }
  return { passed, failed, failures };
}

function firstLine(message = ''): string {
  return message.split('\n', 1)[0]!.slice(0, 300);
}

/** Prints `N passed, N failed`, or writes it as JSON to the file that `XEPS_TALLY` names. */
export const closingLine: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = tally(modules, unhandledErrors);
    const file = process.env['XEPS_TALLY'];
    if (file === undefined) console.log(`${counts.passed} passed, ${counts.failed} failed`);
    else writeFileSync(file, JSON.stringify(counts));
  },
};
