import { defineConfig } from 'vitest/config';

import { closingLine } from './tooling/repo/src/closing-line.ts';

// Tests run on the sources: the condition below is first in every package's exports.
const conditions = ['@xeps/source', 'node', 'import', 'module', 'default'];
const source = { resolve: { conditions }, ssr: { resolve: { conditions } } };
const folders = '{packages,apps,tooling}/*/{src,test}/**';

export default defineConfig({
  test: {
    allowOnly: false,
    reporters: ['default', closingLine],
    projects: [
      {
        ...source,
        test: { name: 'unit', include: [`${folders}/*.test.ts`], exclude: ['**/node_modules/**', '**/*.live.test.ts'] },
      },
      {
        // On real servers, which the set-up starts once: a lane that can't run fails.
        ...source,
        test: {
          name: 'live',
          include: [`${folders}/*.live.test.ts`],
          globalSetup: ['tooling/servers/src/vitest-setup.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 300_000,
          // Servers and browsers are on a machine that has other things to do.
          expect: { poll: { timeout: 15_000 } },
        },
      },
    ],
  },
});
