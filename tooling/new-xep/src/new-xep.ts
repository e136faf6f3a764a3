// Makes the files of a new package for a XEP.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { readJson, type Manifest } from '@xeps/repo/workspace';

import type { Header } from './header.ts';

/** The words of a short name or a title: `disco`, `message-retract`, `Message Archive Management`. */
function words(text: string): string[] {
  return text.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
}

/** Files of a new package, below its folder. */
export function filesOf(header: Header, repository: string): ReadonlyMap<string, string> {
  const { number, title, version, status, abstract, shortName } = header;
  const folder = `packages/xep-${number}`;
  const name = `@xeps/xep-${number}`;
  const [first = 'payload', ...rest] = words(shortName ?? title).map((word) => word.toLowerCase());
  const lead = /^\d/.test(first) ? `x${first}` : first;
  const value = lead + rest.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
  const type = value.slice(0, 1).toUpperCase() + value.slice(1);
  const constant = `NS_${[lead, ...rest].join('_').toUpperCase()}`;
  const manifest = {
    name,
    version: '0.0.0',
    description: `XEP-${number}: ${title}`,
    license: 'MIT',
    repository: { type: 'git', url: repository, directory: folder },
    files: ['dist', 'src', '!src/**/*.test.ts', '!src/**/*.test-d.ts'],
    type: 'module',
    sideEffects: false,
    exports: {
      '.': { '@xeps/source': './src/index.ts', 'types': './dist/index.d.ts', 'default': './dist/index.js' },
      './package.json': './package.json',
    },
    scripts: { build: 'tsc -b' },
    dependencies: { '@xeps/core': 'workspace:^' },
    engines: { node: '>=22.12' },
    xmpp: { xep: number, version, status: 'partial', note: 'just begun' },
  };
  const tsconfig = {
    extends: '../../tsconfig.base.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist' },
    include: ['src'],
    exclude: ['src/**/*.test.ts', 'src/**/*.test-d.ts'],
    references: [{ path: '../core' }],
  };
  const index = `/**
 * XEP-${number}: ${title}. ${abstract.replaceAll('*/', '')}
 *
 * @packageDocumentation
 */
export { ${constant}, ${value} } from './schema.ts';
export type { ${type} } from './schema.ts';
`;
  const schema = `// XEP-${number} ${version} (${status}): the payloads, in the specification's order.
import { element, optional, text, type Infer } from '@xeps/core/schema';

/** Namespace of XEP-${number}. */
export const ${constant} = 'urn:xmpp:${shortName ?? value}:0';

/** §…: what it is for. */
export const ${value} = /* @__PURE__ */ element(${constant}, '${shortName ?? value}', { text: optional(text()) });
/** What {@link ${value}} decodes to. */
export interface ${type} extends Infer<typeof ${value}> {}
`;
  const test = `import { expect, it } from 'vitest';

import { ${constant}, ${value} } from './schema.ts';

it('§… round trip', () => {
  const element = ${value}.encode({ text: 'example' });
  expect(element.getNS()).toBe(${constant});
  expect(${value}.decode(element)).toEqual({ text: 'example' });
});
`;
  const readme = `# ${name}

<!-- head:start -->
<!-- head:end -->

\`\`\`sh
npm install ${name}
\`\`\`

\`\`\`ts
import { ${value} } from '${name}';

console.log(${value}.encode({ text: 'example' }).toString());
\`\`\`

| section | export |
| ------- | ------ |
| §…      | \`${constant}\`, \`${value}\` |
`;
  return new Map([
    ['package.json', `${JSON.stringify(manifest, undefined, 2)}\n`],
    ['tsconfig.json', `${JSON.stringify(tsconfig, undefined, 2)}\n`],
    ['README.md', readme],
    ['src/index.ts', index],
    ['src/schema.ts', schema],
    ['src/schema.test.ts', test],
  ]);
}

/**
 * Writes the package of a XEP below packages/ and returns its folder.
 *
 * @throws Error when the package is there already: nothing of it is touched
 */
export function writePackage(header: Header, root: string): string {
  const folder = `packages/xep-${header.number}`;
  if (existsSync(join(root, folder))) throw new Error(`${folder} is there already`);
  const url = readJson<Manifest>(join(root, 'package.json')).repository?.url;
  if (url === undefined) throw new Error('package.json of the repository lacks "repository": { "url" }');
  for (const [name, content] of filesOf(header, url)) {
    const file = join(root, folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folder;
}
