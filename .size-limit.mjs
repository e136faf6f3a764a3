// What a browser pays, minified and compressed, from the built packages (`pnpm build` first).
import { existsSync } from 'node:fs';

/**
 * What `import()` names is loaded when it is needed, and left out. That is Rolldown's first chunk (Vite) to within 0.1 kB;
 * esbuild by itself can't split well where both sides import from one index file.
 */
const later = {
  name: 'later',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

const entries = [
  { name: 'core and one codec-only package', path: 'packages/xep-0203/dist/index.js', import: '*', limit: '8 kB' },
  {
    // The aim is 30 kB, docs/decisions/0003-size-and-speed.md. It must not grow.
    name: '@xeps/client over WebSocket, at first',
    path: 'packages/client/dist/index.js',
    import: '{ createClient }',
    limit: '29.9 kB',
    plugins: [later],
  },
  {
    name: '@xeps/client over WebSocket, everything that a browser may load',
    path: 'packages/client/dist/index.js',
    import: '{ createClient }',
    limit: '37.4 kB',
  },
  {
    // The aim with every package of the web client, but encryption and calls.
    name: '@xeps/im with its store in the browser and the client, at first',
    path: 'packages/store-indexeddb/dist/index.js',
    import: {
      'packages/client/dist/index.js': '{ createClient, browserStore }',
      'packages/im/dist/index.js': '{ createIm }',
      'packages/store-indexeddb/dist/index.js': '{ indexedDbStore }',
    },
    limit: '90 kB',
    plugins: [later],
  },
];

// An entry counts from the day on which its package is there; a package that was not built fails.
export default entries
  .filter(({ path }) => existsSync(path.replace(/dist\/.*/, 'package.json')))
  .map(({ plugins, ...entry }) => ({
    ...entry,
    gzip: true,
    // For a browser: Node built-ins are not left out but an error.
    modifyEsbuildConfig: (config) => ({ ...config, platform: 'browser', conditions: [], plugins }),
  }));
