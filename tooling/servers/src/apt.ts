/** Unpacks Debian packages into a folder: with apt and dpkg, but without root and without touching the system. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { ARCHIVE_KEYRING, type DebianPlatform } from './platform.ts';

const run = promisify(execFile);

/** Which suites to read and which packages to unpack, with all that they depend on. */
export interface UnpackRequest {
  readonly platform: DebianPlatform;
  /** The release itself first, then suites that add to it. */
  readonly suites: readonly string[];
  /** The suite whose versions win. */
  readonly target: string;
  readonly packages: readonly string[];
  /** Receives the package tree (`usr/…`); must exist. */
  readonly root: string;
  /** Scratch space for apt's lists and the downloads; removed at the end. */
  readonly scratch: string;
  readonly log: (line: string) => void;
}

/**
 * Packages of the dependency closure that are unpacked: the servers, their languages and shared libraries. Left out
 * are the C library and what belongs to its loader (mixing two of those breaks every program), the base system's own
 * programs, and libraries that only these need.
 */
const WANTED = /^(prosody|ejabberd|erlang-|lua|zlib1g|openssl$|lib)/;
const UNWANTED = /^lib(c6|gcc-s1|crypt1|perl|pam|audit|semanage|sepol|selinux|acl|attr|db5|gdbm|proc|\S*-perl$)/;

/**
 * Downloads and unpacks packages with their dependency closure.
 * @returns the version of each unpacked package, by name
 * @throws Error when apt or dpkg fails; the message carries what they printed
 */
export async function unpackPackages(request: UnpackRequest): Promise<Record<string, string>> {
  const { platform, scratch, log } = request;
  const debs = join(scratch, 'debs');
  for (const folder of ['lists/partial', 'cache/archives/partial', 'sources', 'preferences', 'none', 'debs']) {
    await mkdir(join(scratch, folder), { recursive: true });
  }
  await writeFile(join(scratch, 'status'), '');
  await writeFile(
    join(scratch, 'sources/debian.sources'),
    `Types: deb\nURIs: ${platform.mirror}\nSuites: ${request.suites.join(' ')}\nComponents: main\n` +
      `Signed-By: ${ARCHIVE_KEYRING}\n`,
  );
  const configuration = join(scratch, 'apt.conf');
  await writeFile(configuration, `${aptConfiguration(scratch)}\n${await acquireSettings()}\n`);

  const apt = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, APT_CONFIG: configuration, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
    try {
      return (await run('apt-get', args, { cwd: debs, env, maxBuffer: 64 << 20 })).stdout;
    } catch (error) {
      throw new Error(`apt-get ${args[0] ?? ''} from ${platform.mirror} failed: ${outputOf(error)}`, { cause: error });
    }
  };

  log(`reading the package lists of ${request.suites.join(', ')} from ${platform.mirror}`);
  // Without this, a suite that could not be read is a warning and the closure silently comes from the others.
  await apt('update', '--error-on=any');
  const plan = await apt('install', '--simulate', '--target-release', request.target, ...request.packages);
  const versions: Record<string, string> = {};
  for (const [, name, version] of plan.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+)/gm)) {
    if (name !== undefined && version !== undefined && WANTED.test(name) && !UNWANTED.test(name))
      versions[name] = version;
  }
  const names = Object.keys(versions);
  log(`downloading ${names.length} packages`);
  await apt('download', ...names.map((name) => `${name}=${versions[name]}`));

  log(`unpacking ${names.length} packages`);
  for (const file of (await readdir(debs)).filter((name) => name.endsWith('.deb')).toSorted()) {
    await run('dpkg', ['-x', join(debs, file), request.root]);
  }
  await rm(scratch, { recursive: true, force: true });
  return versions;
}

/**
 * Everything apt would read or write lies under the scratch folder, and its status file says that nothing is
 * installed, so that the closure is the same on every machine. APT_CONFIG is read before /etc/apt/apt.conf.d, so
 * `Dir::Etc::parts` keeps the system's hooks (which write to the system) from being read at all.
 */
function aptConfiguration(scratch: string): string {
  return Object.entries({
    'Dir::State': scratch,
    'Dir::State::lists': join(scratch, 'lists'),
    'Dir::State::status': join(scratch, 'status'),
    'Dir::State::extended_states': join(scratch, 'extended_states'),
    'Dir::Cache': join(scratch, 'cache'),
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': join(scratch, 'none'),
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': join(scratch, 'sources'),
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': join(scratch, 'preferences'),
    'Dir::Log': scratch,
    'Debug::NoLocking': 'true',
    'APT::Install-Recommends': 'false',
    // apt would otherwise drop to a user who can't enter the scratch folder.
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  })
    .map(([key, value]) => `${key} "${value}";`)
    .join('\n');
}

/** How the machine reaches its mirror (proxies, clock leniency) is the one part of its apt configuration that holds. */
async function acquireSettings(): Promise<string> {
  const { stdout } = await run('apt-config', ['dump', '--no-empty']);
  return stdout
    .split('\n')
    .filter((line) => /^Acquire::(https?|ftp|Check-|ForceIPv|Retries|AllowInsecure|AllowWeak)/i.test(line))
    .join('\n');
}

function outputOf(error: unknown): string {
  const { stderr } = error as { stderr?: unknown };
  return typeof stderr === 'string' && stderr.trim() !== '' ? stderr.trim().slice(-2000) : String(error);
}
