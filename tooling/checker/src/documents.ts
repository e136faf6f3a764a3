// Rules on the README, and on tsconfig.json.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { fencesOf } from '@xeps/repo/fences';
import { markers, packageDocumentation } from '@xeps/repo/readme';
import { ownOptions } from '@xeps/repo/tsconfigs';
import { implementsOf } from '@xeps/repo/workspace';
import ts from 'typescript';

import { exportedNames } from './exports.ts';
import type { Fault, Rule } from './faults.ts';

/** A row of a Markdown table whose header has a cell `export`: its line, and the code spans of that cell. */
function* exportCells(content: string): Generator<[line: number, names: string[]]> {
  let column = -1;
  for (const [index, line] of content.split('\n').entries()) {
    if (!line.trimStart().startsWith('|')) {
      column = -1;
      continue;
    }
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    if (column < 0) {
      column = cells.findIndex((cell) => /^exports?$/i.test(cell));
      continue;
    }
    const spans = [...(cells[column] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    if (spans.length > 0) yield [index + 1, spans];
  }
}

/** The README has the package's name, the generated head, an example, and says which export is of which section. */
export const readme: Rule = (item, workspace) => {
  const { folder, path, manifest } = item;
  // Nobody installs it.
  if (manifest.private === true) return [];
  const where = `${folder}/README.md`;
  const file = join(path, 'README.md');
  if (!existsSync(file)) return [{ rule: 'readme', where, message: 'is missing' }];
  const faults: Fault[] = [];
  const report = (message: string, line?: number): void =>
    void faults.push({ rule: 'readme', where: line === undefined ? where : `${where}:${line}`, message });
  const content = readFileSync(file, 'utf8');
  if (!content.startsWith(`# ${manifest.name}\n`)) report(`should begin with \`# ${manifest.name}\``);
  if (!markers('head').every((marker) => content.includes(marker))) report(`lacks ${markers('head').join(' and ')}`);
  if (fencesOf(where, content).length === 0) report('lacks an example in a ```ts fence');
  const index = join(path, 'src', 'index.ts');
  if (!existsSync(index) || (packageDocumentation(readFileSync(index, 'utf8')) ?? '') === '') {
    report('src/index.ts should begin with a comment /** … @packageDocumentation */, from which the head is made');
  }
  const names = exportedNames(item, workspace);
  const rows = [...exportCells(content)];
  if (rows.length === 0 && implementsOf(manifest).length > 0) report('lacks the table | section | export |');
  for (const [line, spans] of rows) {
    for (const span of spans) {
      // A package, when the section is another one's.
      if (span.startsWith('@')) continue;
      const [name = ''] = /^[\w$]+/.exec(span) ?? [];
      if (!names.has(name)) report(`\`${span}\` is not an export of ${manifest.name}`, line);
    }
  }
  return faults;
};

/** The tsconfig.json sets nothing but what a package may: references, and a few options of its own. */
export const tsconfig: Rule = ({ folder, path }) => {
  const where = `${folder}/tsconfig.json`;
  const file = join(path, 'tsconfig.json');
  if (!existsSync(join(path, 'src'))) return [];
  if (!existsSync(file)) return [{ rule: 'tsconfig', where, message: 'is missing: run `pnpm generate`' }];
  const { config } = ts.parseConfigFileTextToJson(file, readFileSync(file, 'utf8')) as {
    config?: Record<string, unknown>;
  };
  if (config === undefined) return [{ rule: 'tsconfig', where, message: 'is not JSON' }];
  const options = Object.keys((config['compilerOptions'] ?? {}) as object);
  const allowed = new Set(['rootDir', 'outDir', ...ownOptions]);
  const faults = options
    .filter((name) => !allowed.has(name))
    .map((name) => ({ rule: 'tsconfig', where, message: `"${name}" belongs in tsconfig.base.json` }));
  if (config['extends'] === '../../tsconfig.base.json') return faults;
  return [...faults, { rule: 'tsconfig', where, message: '"extends" should be ../../tsconfig.base.json' }];
};
