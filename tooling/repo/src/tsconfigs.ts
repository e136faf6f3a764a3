// The tsconfig.json of a package: alike everywhere but for the references to the packages that it depends on.
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

import ts from 'typescript';

import type { Package } from './workspace.ts';

/** Compiler options that a package may set for itself; everything else stands in tsconfig.base.json. */
export const ownOptions: readonly string[] = ['types', 'lib', 'jsx', 'jsxImportSource'];

/** What is built is what is published: tests are type-checked with the root's tsconfig.json instead. */
const tests = ['src/**/*.test.ts', 'src/**/*.test-d.ts'];

/**
 * The contents that a package's tsconfig.json has to have, from its dependencies; its own options are kept.
 *
 * @param all every package of the workspace
 */
export function tsconfigOf({ folder, path, manifest }: Package, all: readonly Package[]): object {
  const file = join(path, 'tsconfig.json');
  const present = existsSync(file) ? ts.parseConfigFileTextToJson(file, readFileSync(file, 'utf8')).config : {};
  const options = (present as { compilerOptions?: Record<string, unknown> }).compilerOptions ?? {};
  const kept = Object.fromEntries(ownOptions.filter((name) => name in options).map((name) => [name, options[name]]));
  const needed = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  const references = all
    .filter((other) => needed[other.manifest.name] !== undefined && existsSync(join(other.path, 'src')))
    .map((other) => ({ path: posix.relative(folder, other.folder) }));
  return {
    extends: '../../tsconfig.base.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist', ...kept },
    include: ['src'],
    exclude: tests,
    ...(references.length > 0 ? { references } : {}),
  };
}
