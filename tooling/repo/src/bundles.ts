// Bundles each package that is for browsers, and fails where one needs a Node built-in.
import { browserFaults, nodeOnly } from './browser.ts';
import { packagesIn } from './workspace.ts';

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
process.exitCode = faulty > 0 || packages.length === 0 ? 1 : 0;
