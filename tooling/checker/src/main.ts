// `node tooling/checker/src/main.ts [packages/xep-0203 …]` checks all packages, or the ones named.
import { checkPackages } from './check.ts';

const named = process.argv.slice(2).map((folder) => folder.replace(/\/$/, ''));
const faults = checkPackages(undefined, named.length > 0 ? named : undefined);
for (const { where, rule, message, warning } of faults) {
  console.error(`${where}: ${warning === true ? 'warning: ' : ''}${message} (${rule})`);
}
const errors = faults.filter(({ warning }) => warning !== true).length;
console.log(`${errors} faults, ${faults.length - errors} warnings`);
process.exitCode = errors > 0 ? 1 : 0;
