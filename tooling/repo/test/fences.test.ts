import { expect, it } from 'vitest';

import { examplesWithoutFence, fencesOf } from '../src/fences.ts';

it('finds the TypeScript fences of a Markdown file with the line of their code', () => {
  const text = [
    '# Title',
    '```sh',
    'npm test',
    '```',
    '- item',
    '  ```ts',
    '  const a = 1;',
    '  ```',
    '```ts',
    '```',
  ].join('\n');
  expect(fencesOf('README.md', text)).toEqual([
    { file: 'README.md', line: 7, info: 'ts', code: 'const a = 1;' },
    { file: 'README.md', line: 10, info: 'ts', code: '' },
  ]);
});

it('keeps what stands after the language, for it to be refused', () => {
  expect(fencesOf('a.md', '```ts ignore\nx\n```').map(({ info }) => info)).toEqual(['ts ignore']);
});

it('reads doc comments without their margin, and nothing else of a source file', () => {
  const text = [
    'const fence = "```ts";',
    '/**',
    ' * @example',
    ' * ```ts',
    ' * if (a) {',
    ' *   b();',
    ' * }',
    ' * ```',
    ' */',
  ];
  expect(fencesOf('src/a.ts', text.join('\n'))).toEqual([
    { file: 'src/a.ts', line: 5, info: 'ts', code: 'if (a) {\n  b();\n}' },
  ]);
});

it('says where a fence is not closed', () => {
  expect(() => fencesOf('a.md', 'x\n```ts\ncode')).toThrow('a.md:2: the fence is not closed');
});

it('finds @example tags that no fence follows', () => {
  const text = [
    '/**',
    ' * @example',
    ' * call()',
    ' */',
    '/**',
    ' * @example one',
    ' * ```ts',
    ' * ```',
    ' * @returns x',
    ' */',
  ];
  expect(examplesWithoutFence(text.join('\n'))).toEqual([2]);
});
