// Packs each public package as npm would get it, and lets publint and attw look at it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

import { packagesIn, type Package } from './workspace.ts';

// The packages are ECMAScript modules: what only concerns `require` and resolvers that can't read `exports` is no fault.
const notForModules = new Set(['node10', 'node16-cjs']);

/** What publint and attw say about one package, and what should not be in its archive; nothing when it is clean. */
async function faultsOf({ path, folder, manifest }: Package, scratch: string): Promise<string[]> {
  const target = join(scratch, folder.replaceAll('/', '-'));
  const packed = spawnSync('pnpm', ['pack', '--pack-destination', target], { cwd: path, encoding: 'utf8' });
  if (packed.status !== 0) return [`pnpm pack failed: ${packed.stderr}${packed.stdout}`];
  const [name] = readdirSync(target);
  if (name === undefined) return ['pnpm pack wrote no archive'];
  const archive = readFileSync(join(target, name));
  const tarball = new Uint8Array(archive).buffer;
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  const faults = messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`);
  const analysed = createPackageFromTarballData(new Uint8Array(archive));
  const tests = analysed.listFiles().filter((file) => /\.test(-d)?\./.test(file));
  if (tests[0] !== undefined) {
    faults.push(
      `${tests.length} files of tests are published, ${tests[0]} for one: see "files", and what is left in dist/`,
    );
  }
  const analysis = await checkPackage(analysed);
  if (!analysis.types) return [...faults, 'attw: no types'];
  for (const problem of analysis.problems) {
    if ('resolutionKind' in problem && notForModules.has(problem.resolutionKind)) continue;
    if (problem.kind === 'CJSResolvesToESM') continue;
    faults.push(`attw: ${JSON.stringify(problem)}`);
  }
  if (manifest.exports?.['.'] === undefined) faults.push('exports lacks "."');
  return faults;
}

const scratch = mkdtempSync(join(tmpdir(), 'xeps-published-'));
const published = [...packagesIn('packages'), ...packagesIn('apps')].filter(
  ({ manifest }) => manifest.private !== true,
);
let faulty = 0;
for (const item of published) {
  const faults = await faultsOf(item, scratch).catch((error: unknown) => [String(error)]);
  for (const fault of faults) console.error(`${item.folder}: ${fault}`);
  if (faults.length > 0) faulty++;
}
rmSync(scratch, { recursive: true, force: true });
console.log(`${published.length} packages packed, ${faulty} with faults`);
process.exitCode = faulty > 0 || published.length === 0 ? 1 : 0;
