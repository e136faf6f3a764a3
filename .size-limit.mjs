// What a browser pays, minified and compressed, from the built packages (`pnpm build` first).
import { existsSync } from 'node:fs';

/** For a browser: Node built-ins are not left out but an error. */
const modifyEsbuildConfig = (config) => ({ ...config, platform: 'browser', conditions: [] });

const entries = [
  { name: 'core and one codec-only package', path: 'packages/xep-0203/dist/index.js', import: '*', limit: '8 kB' },
  {
    name: '@xeps/client over WebSocket',
    path: 'packages/client/dist/index.js',
    import: '{ createClient }',
    // The aim is 22 kB; docs/decisions/0003-size-and-speed.md says what stands in the way. It must not grow.
    limit: '27.5 kB',
  },
];

// An entry counts from the day on which its package is there; a package that was not built fails.
export default entries
  .filter(({ path }) => existsSync(path.replace(/dist\/.*/, 'package.json')))
  .map((entry) => ({ ...entry, gzip: true, modifyEsbuildConfig }));
