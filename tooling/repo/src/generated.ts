// The files, and parts of files, that follow from the packages.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { format } from 'oxfmt';

import { doap } from './doap.ts';
import { readmeHead, replacePart, xepTable } from './readme.ts';
import { tsconfigOf } from './tsconfigs.ts';
import { packagesIn, readJson, repositoryRoot, type Manifest, type Package } from './workspace.ts';

/** Path below the root, and what has to stand there. */
export type GeneratedFile = readonly [path: string, content: string];

async function formatted(path: string, content: string, root: string): Promise<string> {
  const options = readJson<Record<string, unknown>>(join(repositoryRoot, '.oxfmtrc.json'));
  const { code, errors } = await format(join(root, path), content, options);
  if (errors.length > 0) throw new Error(`${path}: ${errors.map((error) => error.message).join('; ')}`);
  return code;
}

/** What is generated, and what could not be: a fault names the file that something is missing in. */
export interface Generated {
  readonly files: readonly GeneratedFile[];
  readonly faults: readonly string[];
}

/** Everything that is generated from the packages of a workspace; one that is not ready does not hold up the others. */
export async function generatedFiles(root: string = repositoryRoot): Promise<Generated> {
  const packages = packagesIn('packages', root);
  const all = [...packages, ...packagesIn('apps', root)];
  const files: GeneratedFile[] = [];
  const faults: string[] = [];
  const add = async (path: string, make: () => string): Promise<void> => {
    try {
      files.push([path, await formatted(path, make(), root)]);
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
  };
  const manifest = readJson<Manifest>(join(root, 'package.json'));
  const { description = '', homepage = '' } = manifest;
  files.push(['doap.xml', doap({ name: manifest.name, description, homepage }, packages)]);
  await add('README.md', () => withPart('README.md', 'xeps', xepTable(packages), root));
  for (const item of all.filter((one) => isBuilt(one))) {
    await add(`${item.folder}/tsconfig.json`, () => JSON.stringify(tsconfigOf(item, all)));
  }
  for (const item of packages.filter(({ manifest: { private: unpublished } }) => unpublished !== true)) {
    const path = `${item.folder}/README.md`;
    await add(path, () => withPart(path, 'head', readmeHead(item), root));
  }
  return { files, faults };
}

/** A package that the compiler builds, as opposed to an app with a bundler of its own. */
function isBuilt({ manifest, folder, path }: Package): boolean {
  if (!existsSync(join(path, 'src'))) return false;
  return folder.startsWith('packages/') || manifest.scripts?.['build'] === 'tsc -b';
}

function withPart(path: string, name: string, text: string, root: string): string {
  const file = join(root, path);
  if (!existsSync(file)) throw new Error(`${path}: is missing`);
  return replacePart(path, readFileSync(file, 'utf8'), name, text);
}

/** The same, with only those files of which the ones on disk differ. */
export async function outOfDate(root: string = repositoryRoot): Promise<Generated> {
  const { files, faults } = await generatedFiles(root);
  const stale = files.filter(([path, content]) => {
    const file = join(root, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== content;
  });
  return { files: stale, faults };
}
