// `pnpm generate` writes what follows from the packages; `--check` says what is out of date, and changes nothing.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { outOfDate } from './generated.ts';
import { repositoryRoot } from './workspace.ts';

const check = process.argv.includes('--check');
const { files, faults } = await outOfDate();
for (const [path, content] of files) {
  if (!check) writeFileSync(join(repositoryRoot, path), content);
  console.log(check ? `${path}: out of date` : `${path}: written`);
}
for (const fault of faults) console.error(fault);
if (check && files.length > 0) console.error('Run `pnpm generate` and commit what it writes.');
process.exitCode = faults.length > 0 || (check && files.length > 0) ? 1 : 0;
