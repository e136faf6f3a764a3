// Rules on the source files: imports, size, names, doc comments.
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative } from 'node:path';

import { nodeOnly } from '@xeps/repo/browser';
import { filesBelow, type Package } from '@xeps/repo/workspace';
import ts from 'typescript';

import type { Fault, Rule } from './faults.ts';
import { hasPlatformEntries } from './manifest.ts';
import { exportsOf } from './exports.ts';

const builtins = new Set(builtinModules);

/** Lines of a source file: the aim, and the most. */
const aim = 300;
const most = 400;

const isTest = (path: string): boolean => /\.test(-d)?\.tsx?$/.test(path) || path.includes('/test/');

/** The name of the package that a specifier is of; undefined for a relative one. */
function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function* importsOf(path: string): Generator<[specifier: string, line: number]> {
  const content = readFileSync(path, 'utf8');
  for (const { fileName, pos } of ts.preProcessFile(content, true, true).importedFiles) {
    yield [fileName, content.slice(0, pos).split('\n').length];
  }
}

/** What is imported is declared; the sources import nothing that only tests may. */
export const declaredImports: Rule = ({ folder, path, manifest }, { shared }) => {
  const own = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  const faults: Fault[] = [];
  for (const file of [
    ...filesBelow(join(path, 'src'), '.ts', '.tsx'),
    ...filesBelow(join(path, 'test'), '.ts', '.tsx'),
  ]) {
    for (const [specifier, line] of importsOf(file)) {
      const name = packageOf(specifier);
      if (name === undefined || builtins.has(specifier) || name === manifest.name || name in own) continue;
      // Helpers for tests, under src/testing, are called by tests: vitest is there without being a dependency.
      if (
        (isTest(file) || file.includes('/testing/')) &&
        (name in (manifest.devDependencies ?? {}) || shared.has(name))
      )
        continue;
      const where = `${folder}/${relative(path, file)}:${line}`;
      faults.push({ rule: 'imports', where, message: `${specifier} is not among the dependencies in package.json` });
    }
  }
  return faults;
};

/** No Node built-in in a package for browsers. Where entries differ by platform, the bundle check sees to it. */
export const browserFirst: Rule = (item: Package) => {
  const { folder, path, manifest } = item;
  if (manifest.private === true || nodeOnly.has(manifest.name) || hasPlatformEntries(item)) return [];
  const faults: Fault[] = [];
  for (const file of filesBelow(join(path, 'src'), '.ts', '.tsx').filter((name) => !isTest(name))) {
    for (const [specifier, line] of importsOf(file)) {
      if (!specifier.startsWith('node:') && !builtins.has(specifier)) continue;
      const where = `${folder}/${relative(path, file)}:${line}`;
      faults.push({ rule: 'browser', where, message: `${specifier} is Node's: this package is for browsers too` });
    }
  }
  return faults;
};

/** A file that is too long to be read at once. */
export const fileLength: Rule = ({ folder, path }) => {
  const faults: Fault[] = [];
  for (const file of filesBelow(join(path, 'src'), '.ts', '.tsx').filter((name) => !isTest(name))) {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').length;
    if (lines <= aim) continue;
    const where = `${folder}/${relative(path, file)}`;
    faults.push({
      rule: 'length',
      where,
      message: `${lines} lines: split it by role (at most ${most})`,
      warning: lines <= most,
    });
  }
  return faults;
};

/** Constants of namespaces, and no others, are named `NS_…`. */
export const namespaceNames: Rule = (item, workspace) =>
  exportsOf(item, workspace).flatMap(({ name, where, value }) => {
    const named = name.startsWith('NS_');
    const namespace = value !== undefined && /^(urn:xmpp:|urn:ietf:params:xml:ns:|jabber:|https?:\/\/)/.test(value);
    if (named && !/^NS_[A-Z][A-Z0-9_]*$/.test(name))
      return [{ rule: 'names', where, message: `${name}: NS_ and capitals` }];
    if (named && value === undefined) return [{ rule: 'names', where, message: `${name} is not a constant text` }];
    return namespace && !named
      ? [{ rule: 'names', where, message: `${name} is a namespace: its name begins with NS_` }]
      : [];
  });

/** Every export says what it is for. */
export const documentedExports: Rule = (item, workspace) =>
  exportsOf(item, workspace)
    .filter(({ documented }) => !documented)
    .map(({ name, where }) => ({ rule: 'comments', where, message: `${name} has no doc comment` }));
