// A vitest reporter for the closing line of a run, and for whoever adds up several runs.
import { writeFileSync } from 'node:fs';

import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** How many tests passed and failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** Counts the tests of finished modules; a module that broke before its tests, or an error outside of any, is a failure. */
function tally(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): Tally {
  let passed = 0;
  let failed = unhandledErrors.length;
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed++;
      else if (state === 'failed') failed++;
    }
    for (const suite of module.children.allSuites()) failed += suite.errors().length;
    failed += module.errors().length;
  }
  return { passed, failed };
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
