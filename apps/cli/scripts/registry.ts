// Writes src/registry.generated.ts from the dependencies in package.json; `--check` says whether it is out of date.
// A package that implements a specification and is no dependency of the CLI yet is a fault: decode would not know it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly xmpp?: { readonly xep?: string; readonly rfc?: string };
}

const own = new URL('../', import.meta.url);
const packages = new URL('../../packages/', own);
const target = new URL('src/registry.generated.ts', own);
const read = (file: URL): Manifest => JSON.parse(readFileSync(file, 'utf8')) as Manifest;

const { dependencies = {} } = read(new URL('package.json', own));
const specifications = readdirSync(packages)
  .filter((folder) => /^(rfc|xep)-\d{4}$/.test(folder) && existsSync(new URL(`${folder}/src/index.ts`, packages)))
  .sort()
  .map((folder) => ({ folder, manifest: read(new URL(`${folder}/package.json`, packages)) }));
const missing = specifications.filter(({ manifest }) => dependencies[manifest.name] === undefined);
const present = specifications.filter(({ manifest }) => dependencies[manifest.name] !== undefined);

const identifier = (folder: string): string => folder.replace('-', '');
const spec = ({ xmpp }: Manifest): string => (xmpp?.xep === undefined ? `RFC ${xmpp?.rfc}` : `XEP-${xmpp.xep}`);
const content = [
  '// Written by `pnpm registry` from the dependencies in package.json.',
  ...present.map(({ folder, manifest }) => `import * as ${identifier(folder)} from '${manifest.name}';`),
  '',
  '/** The packages of the specifications, with what each exports. */',
  'export const specifications: ReadonlyArray<readonly [spec: string, exported: object]> = [',
  ...present.map(({ folder, manifest }) => `  ['${spec(manifest)}', ${identifier(folder)}],`),
  '];',
  '',
].join('\n');

for (const { manifest } of missing)
  console.error(`${manifest.name} is not among the dependencies in apps/cli/package.json`);
const stale = !existsSync(target) || readFileSync(target, 'utf8') !== content;
if (process.argv.includes('--check')) {
  if (stale) console.error('src/registry.generated.ts is out of date: pnpm --filter @xeps/cli registry');
  process.exitCode = stale || missing.length > 0 ? 1 : 0;
} else {
  if (stale) writeFileSync(target, content);
  process.exitCode = missing.length > 0 ? 1 : 0;
}
