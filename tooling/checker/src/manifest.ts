// Rules on package.json.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { implementsOf, nameOf, titleOf, type ExportTarget, type Package } from '@xeps/repo/workspace';

import type { Fault, Rule } from './faults.ts';

const published = ['dist', 'src', '!src/**/*.test.ts', '!src/**/*.test-d.ts'];

/** Fields of the fixed shape: name, description, license, module type, repository, what is published, how it is built. */
export const manifestFields: Rule = ({ folder, manifest }, { packages }) => {
  const faults: Fault[] = [];
  const expect = (field: string, right: boolean, wanted: string): void => {
    if (!right)
      faults.push({ rule: 'manifest', where: `${folder}/package.json`, message: `"${field}" should be ${wanted}` });
  };
  const name = `@xeps/${folder.split('/').at(-1) ?? ''}`;
  expect('name', manifest.name === name, name);
  expect('version', /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(manifest.version), 'a version, 0.0.0 to begin with');
  expect('description', (manifest.description ?? '').length > 10, 'a sentence that says what the package is');
  expect('license', manifest.license === 'MIT', 'MIT');
  expect('type', manifest.type === 'module', 'module');
  expect('sideEffects', manifest.sideEffects === false, 'false');
  // Higher where the platform lacks something before.
  const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(manifest.engines?.node ?? '') ?? [];
  expect('engines.node', Number(major) > 22 || (major === '22' && Number(minor) >= 12), '>=22.12');
  expect('repository.type', manifest.repository?.type === 'git', 'git');
  expect('repository.directory', manifest.repository?.directory === folder, folder);
  const urls = new Set(packages.map((item) => item.manifest.repository?.url).filter((url) => url !== undefined));
  expect('repository.url', manifest.repository?.url !== undefined && urls.size === 1, 'the same in every package');
  if (manifest.private === true) return faults;
  expect('scripts.build', manifest.scripts?.['build'] === 'tsc -b', 'tsc -b');
  const files = published.every((pattern) => manifest.files?.includes(pattern));
  expect('files', files, `${JSON.stringify(published)}, and more where needed`);
  return faults;
};

/** A package of a specification says which version of it the code was written to, and how much of it is there. */
export const implementedSpecification: Rule = ({ folder, manifest }) => {
  const faults: Fault[] = [];
  const where = `${folder}/package.json`;
  const report = (message: string): void => void faults.push({ rule: 'xmpp', where, message });
  const [, kind, number] = /\/(xep|rfc)-(\d{4})$/.exec(folder) ?? [];
  const entries = implementsOf(manifest);
  if (kind === 'xep' && !entries.some(({ xep }) => xep === number)) report(`"xmpp" should have "xep": "${number}"`);
  if (kind === 'rfc' && !entries.some(({ rfc }) => rfc === number)) report(`"xmpp" should have "rfc": "${number}"`);
  for (const entry of entries) {
    const name = nameOf(entry);
    if (entry.status !== 'complete' && entry.status !== 'partial') report(`${name}: "status" is complete or partial`);
    if (entry.status === 'partial' && entry.note === undefined)
      report(`${name}: partial, so a "note" says what is left out`);
    if (entry.xep !== undefined && !/^\d+(\.\d+)*(rc\d+)?$/.test(entry.version ?? '')) {
      report(`${name}: "version" should be that of the specification`);
    }
    if (titleOf(entry, manifest) === undefined) {
      report(`${name}: "description" should begin \`${name}: Title\`, or the entry have a "title"`);
    }
  }
  return faults;
};

/** The targets of one subpath with the conditions on the way: `browser` before `@xeps/source`, and so on. */
function* targets(target: ExportTarget, conditions: readonly string[] = []): Generator<[string[], string]> {
  if (target === null) return; // not to be had under these conditions
  if (typeof target === 'string') yield [[...conditions], target];
  else for (const [name, inner] of Object.entries(target)) yield* targets(inner, [...conditions, name]);
}

/** Every entry has the source condition first, then types and default in dist/ that are built from that source. */
export const exportConditions: Rule = ({ folder, path, manifest }) => {
  if (manifest.private === true && manifest.exports === undefined) return [];
  const faults: Fault[] = [];
  const where = `${folder}/package.json`;
  const report = (message: string): void => void faults.push({ rule: 'exports', where, message });
  const entries = Object.entries(manifest.exports ?? {});
  if (manifest.exports?.['.'] === undefined) report('"exports" should have "."');
  if (manifest.exports?.['./package.json'] !== './package.json') report('"exports" should have "./package.json"');
  for (const [subpath, target] of entries) {
    if (subpath === './package.json') continue;
    // By platform: a nested object of conditions is an entry of its own.
    const platforms = new Map<string, Map<string, string>>();
    for (const [conditions, file] of targets(target)) {
      const platform = conditions.slice(0, -1).join('.');
      platforms.set(platform, (platforms.get(platform) ?? new Map()).set(conditions.at(-1) ?? '', file));
    }
    for (const [platform, files] of platforms) {
      const name = platform === '' ? `"${subpath}"` : `"${subpath}" (${platform})`;
      const source = files.get('@xeps/source');
      if ([...files.keys()].join() !== '@xeps/source,types,default' || source === undefined) {
        report(`${name}: the conditions are @xeps/source, types, default, in this order`);
        continue;
      }
      const built = source.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '');
      if (!/^\.\/src\/.*\.ts$/.test(source) || !existsSync(join(path, source)))
        report(`${name}: ${source} is not a source file`);
      if (files.get('types') !== `${built}.d.ts`) report(`${name}: "types" should be ${built}.d.ts`);
      if (files.get('default') !== `${built}.js`) report(`${name}: "default" should be ${built}.js`);
    }
  }
  return faults;
};

/** Packages of the workspace are depended on as `workspace:^`; core is a dependency of every package that uses it. */
export const workspaceDependencies: Rule = ({ folder, manifest }) => {
  const groups = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'] as const;
  return groups.flatMap((group) =>
    Object.entries(manifest[group] ?? {})
      .filter(([name, range]) => name.startsWith('@xeps/') && range !== 'workspace:^')
      .map(([name, range]) => ({
        rule: 'dependencies',
        where: `${folder}/package.json`,
        message: `${group}: ${name} should be workspace:^, not ${range}`,
      })),
  );
};

/** True for packages whose entries differ by platform: only there a source file may be for Node alone. */
export function hasPlatformEntries({ manifest }: Package): boolean {
  return Object.values(manifest.exports ?? {}).some((target) =>
    [...targets(target)].some(([conditions]) => conditions.includes('browser') || conditions.includes('node')),
  );
}
