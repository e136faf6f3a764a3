import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { temporaryWorkspace } from '@xeps/repo/temporary-workspace';
import { expect, it } from 'vitest';

import { checkPackages } from '../src/check.ts';

const folder = 'packages/xep-9999';
const manifest = {
  name: '@xeps/xep-9999',
  version: '0.0.0',
  description: 'XEP-9999: Nothing At All',
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  xmpp: { xep: '9999', version: '1.0.2', status: 'complete' },
  repository: { type: 'git', url: 'git+https://example.org/xeps.git', directory: folder },
  exports: {
    '.': { '@xeps/source': './src/index.ts', 'types': './dist/index.d.ts', 'default': './dist/index.js' },
    './package.json': './package.json',
  } as object,
  scripts: { build: 'tsc -b' },
  dependencies: { '@xeps/core': 'workspace:^', 'ltx': '^3.1.2' } as Record<string, string>,
  files: ['dist', 'src', '!src/**/*.test.ts', '!src/**/*.test-d.ts'],
  engines: { node: '>=22.12' },
};

const sources = {
  'README.md': `# @xeps/xep-9999

<!-- head:start -->
<!-- head:end -->

\`\`\`ts
import { nothing } from '@xeps/xep-9999';
\`\`\`

| section | export |
| --- | --- |
| §1 | \`NS_NOTHING\`, \`nothing()\` |
`,
  'tsconfig.json':
    '{ "extends": "../../tsconfig.base.json", "compilerOptions": { "rootDir": "src", "outDir": "dist" } }',
  'src/index.ts': `/**
 * XEP-9999: Nothing At All.
 *
 * @packageDocumentation
 */
export { NS_NOTHING, nothing } from './schema.ts';
`,
  'src/schema.ts': `import type { Element } from 'ltx';
/** The namespace. */
export const NS_NOTHING = 'urn:xmpp:nothing:0';
/** Nothing. */
export const nothing = (element: Element): string => element.name;
`,
  'src/schema.test.ts':
    "import { it } from 'vitest';\nimport { readFileSync } from 'node:fs';\nit('', () => void readFileSync);\n",
};

/** Checks a workspace with one package that differs from a good one as given. */
function faultsOf(changedFiles: Record<string, string | undefined> = {}, changedManifest: object = {}): string[] {
  const files = { ...sources, 'package.json': JSON.stringify({ ...manifest, ...changedManifest }), ...changedFiles };
  const present = Object.entries(files).flatMap(([path, text]) =>
    text === undefined ? [] : [[`${folder}/${path}`, text]],
  );
  using workspace = temporaryWorkspace({
    'package.json': '{ "devDependencies": { "vitest": "1" } }',
    ...(Object.fromEntries(present) as Record<string, string>),
  });
  const link = join(workspace.root, folder, 'node_modules/@xeps/xep-9999');
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(workspace.root, folder), link);
  return checkPackages(workspace.root).map(({ rule, where, message, warning }) => {
    return `${rule}${warning === true ? ' warning' : ''}: ${where.replace(`${folder}/`, '')}: ${message}`;
  });
}

it('finds nothing in a package that is as it should be', () => {
  expect(faultsOf()).toEqual([]);
});

it.each([
  ['name', { name: '@xeps/nothing' }],
  ['version', { version: '1' }],
  ['description', { description: undefined }],
  ['license', { license: 'ISC' }],
  ['type', { type: 'commonjs' }],
  ['sideEffects', { sideEffects: undefined }],
  ['engines.node', { engines: { node: '>=18' } }],
  ['repository.type', { repository: { ...manifest.repository, type: 'svn' } }],
  ['repository.url', { repository: { ...manifest.repository, url: undefined } }],
  ['repository.directory', { repository: { ...manifest.repository, directory: 'packages/other' } }],
  ['scripts.build', { scripts: {} }],
  ['files', { files: ['dist', 'src'] }],
])('manifest: %s', (field, change) => {
  expect(faultsOf({}, change)).toContainEqual(expect.stringContaining(`manifest: package.json: "${field}" should be`));
});

it.each([
  ['no entry for its own number', {}, '"xmpp" should have "xep": "9999"'],
  ['no version', { xep: '9999', status: 'complete' }, '"version" should be that of the specification'],
  ['no such status', { xep: '9999', version: '1.0', status: 'done' }, '"status" is complete or partial'],
  ['partial without a note', { xep: '9999', version: '1.0', status: 'partial' }, 'so a "note" says what is left out'],
  [
    'a second specification without a title',
    [manifest.xmpp, { xep: '9998', version: '1.0', status: 'complete' }],
    'XEP-9998: "description"',
  ],
])('xmpp: %s', (_title, xmpp, message) => {
  expect(faultsOf({}, { xmpp })).toContainEqual(expect.stringMatching(new RegExp(`^xmpp: .*${message}`)));
});

const good = { '@xeps/source': './src/index.ts', 'types': './dist/index.d.ts', 'default': './dist/index.js' };
it.each([
  ['no main entry', { './package.json': './package.json' }, 'should have "."'],
  ['no package.json', { '.': good }, 'should have "./package.json"'],
  ['another order', { '.': Object.fromEntries(Object.entries(good).toReversed()) }, 'in this order'],
  ['no source condition', { '.': './dist/index.js' }, 'in this order'],
  [
    'a source that is not there',
    { '.': { ...good, '@xeps/source': './src/other.ts' } },
    './src/other.ts is not a source file',
  ],
  ['types of another file', { '.': { ...good, types: './dist/other.d.ts' } }, '"types" should be ./dist/index.d.ts'],
  [
    'a default of another file',
    { '.': { ...good, default: './dist/other.js' } },
    '"default" should be ./dist/index.js',
  ],
  [
    'a fault in a nested platform',
    { '.': { browser: { ...good, default: './x.js' }, ...good } },
    '"." (browser): "default"',
  ],
])('exports: %s', (_title, exports, message) => {
  const faults = faultsOf({}, { exports });
  expect(faults.filter((fault) => fault.startsWith('exports: ')).join('\n')).toContain(message);
});

it('dependencies: a package of the workspace with another range', () => {
  const faults = faultsOf({}, { dependencies: { ...manifest.dependencies, '@xeps/core': 'workspace:*' } });
  expect(faults).toEqual([
    'dependencies: package.json: dependencies: @xeps/core should be workspace:^, not workspace:*',
  ]);
});

it.each([
  ['is missing', undefined],
  [
    'belongs in tsconfig.base.json',
    '{ "extends": "../../tsconfig.base.json", "compilerOptions": { "strict": false } }',
  ],
  ['"extends" should be', '{}'],
])('tsconfig: %s', (message, text) => {
  expect(faultsOf({ 'tsconfig.json': text })).toEqual([expect.stringContaining(message)]);
});

it.each([
  ['is missing', undefined],
  ['should begin with', sources['README.md'].replace('# @xeps/xep-9999', '# Nothing')],
  ['lacks <!-- head:start -->', sources['README.md'].replace('<!-- head:start -->', '')],
  ['lacks an example', sources['README.md'].replace('```ts', '```sh')],
  ['lacks the table', sources['README.md'].replace('| section | export |', '| section | name |')],
  ['README.md:12: `everything` is not an export', sources['README.md'].replace('nothing()', 'everything')],
])('readme: %s', (message, text) => {
  expect(faultsOf({ 'README.md': text })).toEqual([expect.stringContaining(message)]);
});

it('readme: no documentation comment to make the head from', () => {
  const index = sources['src/index.ts'].replace('@packageDocumentation', '');
  expect(faultsOf({ 'src/index.ts': index })).toEqual([expect.stringContaining('@packageDocumentation')]);
});

it('imports: a package that is not declared, in a source file and in a test', () => {
  expect(faultsOf({ 'src/schema.test.ts': "import 'vitest';\nimport 'other/deep';" })).toEqual([
    'imports: src/schema.test.ts:2: other/deep is not among the dependencies in package.json',
  ]);
  expect(faultsOf({ 'src/schema.ts': `import 'vitest';\n${sources['src/schema.ts']}` })).toEqual([
    'imports: src/schema.ts:1: vitest is not among the dependencies in package.json',
  ]);
});

it('browser: a Node built-in in a package for browsers', () => {
  expect(faultsOf({ 'src/schema.ts': `import 'node:net';\nimport 'events';\n${sources['src/schema.ts']}` })).toEqual([
    "browser: src/schema.ts:1: node:net is Node's: this package is for browsers too",
    "browser: src/schema.ts:2: events is Node's: this package is for browsers too",
  ]);
});

it('length: a file over 300 lines is warned of, one over 400 refused', () => {
  const lines = (count: number) => faultsOf({ 'src/long.ts': '// line\n'.repeat(count) });
  expect(lines(300)).toEqual([]);
  expect(lines(301)).toEqual(['length warning: src/long.ts: 301 lines: split it by role (at most 400)']);
  expect(lines(401)).toEqual(['length: src/long.ts: 401 lines: split it by role (at most 400)']);
});

it.each([
  ['NS_nothing: NS_ and capitals', 'NS_NOTHING', 'NS_nothing'],
  ['nothingNamespace is a namespace', 'NS_NOTHING', 'nothingNamespace'],
  ['NS_NOTHING is not a constant text', "'urn:xmpp:nothing:0'", '1'],
])('names: %s', (message, from, to) => {
  const renamed = (text: string) => text.replaceAll(from, to);
  const files = Object.fromEntries(Object.entries(sources).map(([path, text]) => [path, renamed(text)]));
  expect(faultsOf(files)).toEqual([expect.stringContaining(`names: src/schema.ts:3: ${message}`)]);
});

it('comments: an export that does not say what it is for', () => {
  expect(faultsOf({ 'src/schema.ts': sources['src/schema.ts'].replace('/** Nothing. */', '') })).toEqual([
    'comments: src/schema.ts:5: nothing has no doc comment',
  ]);
});
