// Compiles every example: the TypeScript fences of READMEs and of docs/, and those of the packages' doc comments.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { compileExamples, type ExampleFault } from './compile-examples.ts';
import { examplesWithoutFence, fencesOf } from './fences.ts';
import { filesBelow, packagesIn, repositoryRoot } from './workspace.ts';

const packages = packagesIn('packages');
const tools = [...packagesIn('apps'), ...packagesIn('tooling')];
const readmes = [repositoryRoot, ...[...packages, ...tools].map(({ path }) => path)].map((path) =>
  join(path, 'README.md'),
);
const guides = filesBelow(join(repositoryRoot, 'docs'), '.md').filter((path) => !path.includes('/docs/reference/'));
const sources = packages.flatMap(({ path }) => filesBelow(join(path, 'src'), '.ts', '.tsx'));

const faults: ExampleFault[] = [];
const fences = [...readmes.filter((path) => existsSync(path)), ...guides, ...sources].flatMap((path) => {
  const file = relative(repositoryRoot, path);
  const content = readFileSync(path, 'utf8');
  if (!path.endsWith('.md')) {
    for (const line of examplesWithoutFence(content)) {
      faults.push({ file, line, message: '@example is followed by a ```ts fence' });
    }
  }
  return fencesOf(file, content);
});
faults.push(...compileExamples(fences, [...packages, ...tools], repositoryRoot));
for (const { file, line, message } of faults) console.error(`${file}:${line}: ${message}`);
console.log(`${fences.length} examples, ${faults.length} faults`);
process.exitCode = faults.length > 0 || fences.length === 0 ? 1 : 0;
