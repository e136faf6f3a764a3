// Bundles each package that is for browsers, and fails where one needs a Node built-in, or where the web client has become
// too big (`pnpm build` first).
import { join } from 'node:path';
import { browserFaults, nodeOnly } from './browser.ts';
import { firstLoad, firstLoadLimit } from './first-load.ts';
import { packagesIn, repositoryRoot } from './workspace.ts';

const packages = packagesIn('packages').filter(
  ({ manifest }) => manifest.private !== true && !nodeOnly.has(manifest.name),
);
let faulty = 0;
for (const item of packages) {
  const faults = await browserFaults(item);
  for (const fault of faults) console.error(`${item.folder}: ${fault}`);
  if (faults.length > 0) faulty++;
}
console.log(`${packages.length} packages bundled for browsers, ${faulty} with faults`);

const bytes = firstLoad(join(repositoryRoot, 'apps/web/dist'));
const isTooBig = bytes > firstLoadLimit;
const kilobytes = (count: number): string => (count / 1000).toFixed(1);
console.log(
  `the web client loads ${kilobytes(bytes)} kB at first, compressed; at most ${kilobytes(firstLoadLimit)}${isTooBig ? ': too much' : ''}`,
);
process.exitCode = faulty > 0 || packages.length === 0 || isTooBig ? 1 : 0;
