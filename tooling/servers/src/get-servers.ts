/** Gets Prosody and ejabberd: from Debian's packages into a cache folder, or from the PATH. */
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { unpackPackages } from './apt.ts';
import { buildOnce } from './cache.ts';
import {
  type Installation,
  type Lane,
  type Launcher,
  type ServerProgram,
  ServersUnavailableError,
} from './installation.ts';
import { type DebianPlatform, detectDebian, findOnPath } from './platform.ts';

/** Changes when the way of unpacking changes, so that caches made in another way are not used. */
const RECIPE = 2;

export interface GetServersOptions {
  readonly lane?: Lane | undefined;
  /** Receives a line for each step of what takes long; nothing when the cache is warm. */
  readonly log?: ((line: string) => void) | undefined;
  /** Where unpacked servers are kept. Default: `$XEPS_SERVERS_CACHE` or `.cache/servers` in the repository. */
  readonly cache?: string | undefined;
  /** `path` uses the programs on the PATH even on Debian. Default: Debian's packages wherever that is possible. */
  readonly source?: 'debian' | 'path' | undefined;
}

interface Plan {
  readonly suites: readonly string[];
  readonly target: string;
  /** What the suites carried when this was written; names the cache folder, the manifest has the exact versions. */
  readonly key: string;
}

/** The old lane is always Debian 12's own release; the current lane needs its backports there, and nothing later. */
function planFor(platform: DebianPlatform, lane: Lane): Plan | undefined {
  const { codename, version, architecture } = platform;
  if (version < 12) return undefined;
  if (lane === 'old') {
    const suite = 'bookworm';
    return { suites: [suite], target: suite, key: `prosody-0.12_ejabberd-23.01_${suite}_${architecture}_${RECIPE}` };
  }
  const target = version === 12 ? `${codename}-backports` : codename;
  const suites = version === 12 ? [codename, target] : [codename];
  return { suites, target, key: `prosody-13_ejabberd-24.12_${target}_${architecture}_${RECIPE}` };
}

/**
 * Gets both servers, once for all: about 10 to 80 s the first time, milliseconds afterwards.
 * Safe to call from several processes at once, and to interrupt.
 * @throws ServersUnavailableError when this machine is no Debian 12 or later and has no servers on its PATH
 * @throws Error when apt fails
 */
export async function getServers(options: GetServersOptions = {}): Promise<Installation> {
  const { lane = 'current', log = () => {} } = options;
  const cache = resolve(
    options.cache ?? process.env['XEPS_SERVERS_CACHE'] ?? join(import.meta.dirname, '../../../.cache/servers'),
  );
  const platform = options.source === 'path' ? undefined : detectDebian();
  const plan = platform && planFor(platform, lane);
  if (platform === undefined || plan === undefined) return serversOnPath(lane);

  const folder = join(cache, plan.key);
  await buildOnce(
    folder,
    async (unfinished) => {
      const root = join(unfinished, 'root');
      await mkdir(root);
      log(`getting Prosody and ejabberd (lane ${lane}) into ${folder}`);
      const packages = ['prosody', 'prosody-modules', 'ejabberd', 'erlang-p1-sqlite3', 'openssl'];
      const scratch = join(unfinished, 'scratch');
      const versions = await unpackPackages({ platform, ...plan, packages, root, scratch, log });
      await makeRelocatable(root);
      await writeFile(join(unfinished, 'manifest.json'), `${JSON.stringify({ versions }, null, 2)}\n`);
      log('done');
    },
    log,
  );
  return unpackedServers(folder, lane);
}

/** Prosody's launcher and control program carry four folders in their first lines; ours come from the environment. */
async function makeRelocatable(root: string): Promise<void> {
  for (const name of ['prosody', 'prosodyctl']) {
    const file = join(root, 'usr/bin', name);
    const text = await readFile(file, 'utf8');
    const patched = text.replace(
      /^CFG_(SOURCE|CONFIG|PLUGIN|DATA)DIR=.*$/gm,
      "CFG_$1DIR=os.getenv('XEPS_PROSODY_$1');",
    );
    if (patched.match(/XEPS_PROSODY_/g)?.length !== 4) throw new Error(`${name}: its CFG_ lines are not as expected`);
    await writeFile(file, patched);
    await chmod(file, 0o755);
  }
}

async function subfolder(folder: string, pattern: RegExp): Promise<string> {
  const name = (await readdir(folder)).find((entry) => pattern.test(entry));
  if (name === undefined)
    throw new Error(`${folder} has nothing named like ${pattern.source}; remove it to get it again`);
  return join(folder, name);
}

async function unpackedServers(folder: string, lane: Lane): Promise<Installation> {
  const root = join(folder, 'root');
  const libraries = await subfolder(join(root, 'usr/lib'), /-linux-gnu/);
  const triplet = libraries.slice(join(root, 'usr/lib/').length);
  // Set for the servers alone and not for a shell: another release's libraries would break the system's programs.
  const shared = { LD_LIBRARY_PATH: `${libraries}:${join(root, 'lib', triplet)}` };
  const lua = await subfolder(join(root, 'usr/bin'), /^lua5\.\d$/);
  const luaVersion = lua.slice(-3);
  const erlang = join(root, 'usr/lib/erlang');
  const erts = join(await subfolder(erlang, /^erts-/), 'bin');
  const sources = join(root, 'usr/share/lua', luaVersion);

  return {
    lane,
    source: 'debian',
    prosody: {
      wrapper: false,
      launcher: {
        command: lua,
        args: [join(root, 'usr/bin/prosody')],
        env: {
          ...shared,
          LUA_PATH: `${sources}/?.lua;${sources}/?/init.lua`,
          LUA_CPATH: `${join(libraries, 'lua', luaVersion)}/?.so`,
          XEPS_PROSODY_SOURCE: join(root, 'usr/lib/prosody'),
          XEPS_PROSODY_PLUGIN: join(root, 'usr/lib/prosody/modules/'),
        },
      },
    },
    ejabberd: {
      wrapper: false,
      launcher: {
        command: join(erts, 'erlexec'),
        args: [],
        // What the shell scripts `erl` and `ejabberdctl` set before they call erlexec.
        env: { ...shared, ROOTDIR: erlang, BINDIR: erts, EMU: 'beam', PROGNAME: 'erl', ERL_LIBS: libraries },
      },
    },
    openssl: systemOpenssl() ?? { command: join(root, 'usr/bin/openssl'), args: [], env: shared },
  };
}

function systemOpenssl(): Launcher | undefined {
  const command = findOnPath('openssl');
  return command === undefined ? undefined : { command, args: [], env: {} };
}

/** Servers that the system has: only of the current versions, since nobody installs the old ones for this. */
function serversOnPath(lane: Lane): Installation {
  const [prosody, ejabberd, openssl] = ['prosody', 'ejabberdctl', 'openssl'].map(findOnPath);
  if (lane === 'old' || prosody === undefined || ejabberd === undefined || openssl === undefined) {
    throw new ServersUnavailableError(
      `No servers for the lane "${lane}" on this machine. On Debian 12 and later they are got by themselves. On ` +
        'other systems install Prosody 13 with prosody-modules, ejabberd 24.12 or later and openssl, so that `prosody`, ' +
        '`ejabberdctl` and `openssl` are on the PATH (current lane only), or run in a `node:24-bookworm` container.',
    );
  }
  const program = (command: string): ServerProgram => ({ wrapper: true, launcher: { command, args: [], env: {} } });
  return {
    lane,
    source: 'path',
    prosody: program(prosody),
    ejabberd: program(ejabberd),
    openssl: { command: openssl, args: [], env: {} },
  };
}
