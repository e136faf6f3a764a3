import { defineConfig } from 'vitest/config';

// The tests of this package alone; servers are started once by the global setup.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['{src,test}/**/*.test.ts'],
    globalSetup: ['./src/vitest-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
