import { expect, it } from 'vitest';

import { compileExamples } from '../src/compile-examples.ts';
import { temporaryWorkspace } from '../src/temporary-workspace.ts';
import { packagesIn } from '../src/workspace.ts';

const manifest = {
  name: '@xeps/xep-9999',
  version: '0.0.0',
  exports: { '.': { '@xeps/source': './src/index.ts', 'types': './dist/index.d.ts', 'default': './dist/index.js' } },
};
const files = {
  'package.json': '{ "type": "module" }',
  'packages/xep-9999/package.json': JSON.stringify(manifest),
  'packages/xep-9999/src/index.ts': 'export const twice = async (n: number): Promise<number> => n * 2;',
};
const faultsOf = (code: string, info = 'ts') => {
  using workspace = temporaryWorkspace(files);
  const packages = packagesIn('packages', workspace.root);
  return compileExamples([{ file: 'README.md', line: 10, info, code }], packages, workspace.root);
};

it('compiles an example against the sources, with await at the top level', () => {
  expect(faultsOf("import { twice } from '@xeps/xep-9999';\nconst four: number = await twice(2);\nvoid four;")).toEqual(
    [],
  );
});

it('does not let one example see the names of another', () => {
  using workspace = temporaryWorkspace(files);
  const fence = { file: 'README.md', line: 1, info: 'ts' };
  const fences = [
    { ...fence, code: 'const a = 1;' },
    { ...fence, line: 9, code: 'console.log(a);' },
  ];
  expect(compileExamples(fences, [], workspace.root)).toEqual([
    { file: 'README.md', line: 9, message: "Cannot find name 'a'." },
  ]);
});

it.each([
  ['a wrong type, at its line', "import { twice } from '@xeps/xep-9999';\n\nawait twice('2');", 12, 'not assignable'],
  ['an export that is not there', "import { thrice } from '@xeps/xep-9999';", 10, 'thrice'],
  [
    'a package that is not there',
    "import '@xeps/xep-0000';\nimport { a } from '@xeps/xep-0000';",
    11,
    '@xeps/xep-0000',
  ],
  ['broken syntax', 'const = 1;', 10, 'expected'],
  ['a declared helper', 'declare const session: string;\nvoid session;', 10, 'no `declare`'],
  ['a suppressed error', '// @ts-expect-error\nconst a: string = 1;', 10, 'no `@ts-…`'],
])('refuses %s', (_title, code, line, message) => {
  const faults = faultsOf(code);
  expect(faults.map((fault) => fault.line)).toContain(line);
  expect(faults.map((fault) => fault.message).join('\n')).toContain(message);
});

it('refuses a fence that asks not to be compiled', () => {
  expect(faultsOf('const a: string = 1;', 'ts ignore')).toEqual([
    { file: 'README.md', line: 9, message: 'a fence is opened with `ts` and nothing else, not `ts ignore`' },
  ]);
});
