// `pnpm new-xep 0199 --from path/to/xep-0199.xml` makes packages/xep-0199.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { repositoryRoot } from '@xeps/repo/workspace';

import { readHeader } from './header.ts';
import { writePackage } from './new-xep.ts';

const usage = `usage: pnpm new-xep NUMBER --from PATH
  NUMBER  four digits
  PATH    the specification's source, xep-NNNN.xml of https://github.com/xsf/xeps`;

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { from: { type: 'string' } } });
  const [number] = positionals;
  if (number === undefined || !/^\d{4}$/.test(number) || values.from === undefined) {
    console.error(usage);
    process.exitCode = 64;
  } else {
    // pnpm runs scripts in the root, wherever it was called.
    const header = readHeader(readFileSync(resolve(process.env['INIT_CWD'] ?? '.', values.from), 'utf8'));
    if (header.number !== number) throw new Error(`${values.from} is XEP-${header.number}, not XEP-${number}`);
    const folder = writePackage(header, repositoryRoot);
    for (const args of [
      ['oxfmt', folder],
      ['node', join('tooling', 'repo', 'src', 'generate.ts')],
    ] as const) {
      spawnSync('pnpm', ['exec', ...args], { cwd: repositoryRoot, stdio: 'inherit' });
    }
    console.log(`${folder}: XEP-${number} ${header.version}, ${header.title} (${header.status})`);
    console.log(
      'Next: pnpm install; write src/schema.ts by the specification; README table; pnpm generate; pnpm check',
    );
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
