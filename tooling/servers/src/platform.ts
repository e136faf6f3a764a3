/** What this machine is: its Debian release, its architecture and the mirror it already uses. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A Debian release and the mirror that the machine's own apt configuration names for it. */
export interface DebianPlatform {
  readonly codename: string;
  /** Debian's major version: 12, 13 …; Infinity for testing and sid, which have none. */
  readonly version: number;
  /** As dpkg names it: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly mirror: string;
}

/** Debian's own mirror redirector: used only where /etc/apt names no mirror for the release. */
const DEFAULT_MIRROR = 'http://deb.debian.org/debian';

/** The file of archive keys that every Debian has; the private apt trusts these keys and no others. */
export const ARCHIVE_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The first program of this name on the PATH, or undefined. */
export function findOnPath(program: string): string | undefined {
  // Debian keeps server programs in sbin, which is not on everybody's PATH.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file));
}

/** Variables of an os-release file (os-release(5)): `NAME="value"` lines. */
export function parseOsRelease(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = /^([A-Z_]+)=(["']?)(.*)\2$/.exec(line.trim());
    if (match?.[1] !== undefined) variables[match[1]] = match[3] ?? '';
  }
  return variables;
}

interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
}

/** The enabled binary sources in a one-line `.list` file (sources.list(5)). */
function parseListFile(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line);
    return match?.[1] !== undefined && match[2] !== undefined ? [{ uris: [match[1]], suites: [match[2]] }] : [];
  });
}

/** The enabled binary sources in a deb822 `.sources` file (sources.list(5)). */
function parseSourcesFile(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>();
    let last = '';
    for (const line of stanza.split('\n')) {
      if (line.startsWith('#')) continue;
      const match = /^([A-Za-z-]+):(.*)$/.exec(line);
      if (match?.[1] !== undefined) {
        last = match[1].toLowerCase();
        fields.set(last, (match[2] ?? '').trim());
      } else if (/^\s+\S/.test(line)) {
        fields.set(last, `${fields.get(last) ?? ''} ${line.trim()}`);
      }
    }
    const words = (name: string): string[] => (fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
    if (!words('types').includes('deb') || fields.get('enabled') === 'no') return [];
    return [{ uris: words('uris'), suites: words('suites') }];
  });
}

/**
 * The mirror that apt sources name for a release, or undefined.
 * @param files the sources by file name; `.sources` files are deb822, all others one-line
 */
export function findMirror(files: Readonly<Record<string, string>>, codename: string): string | undefined {
  for (const [name, text] of Object.entries(files)) {
    const sources = name.endsWith('.sources') ? parseSourcesFile(text) : parseListFile(text);
    for (const source of sources) {
      const uri = source.uris[0];
      if (source.suites.includes(codename) && uri !== undefined && /^(https?|file):/.test(uri)) return uri;
    }
  }
  return undefined;
}

function readAptSources(): Record<string, string> {
  const files: Record<string, string> = {};
  const folder = '/etc/apt/sources.list.d';
  const names = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  for (const name of ['/etc/apt/sources.list', ...names]) {
    if (/\.(list|sources)$/.test(name) && existsSync(name)) files[name] = readFileSync(name, 'utf8');
  }
  return files;
}

/** The Debian this process runs on; undefined on any other system, or where apt or dpkg is missing. */
export function detectDebian(): DebianPlatform | undefined {
  if (!existsSync('/etc/os-release')) return undefined;
  const release = parseOsRelease(readFileSync('/etc/os-release', 'utf8'));
  const codename = release['VERSION_CODENAME'];
  if (release['ID'] !== 'debian' || codename === undefined) return undefined;
  if (findOnPath('apt-get') === undefined || findOnPath('dpkg') === undefined || !existsSync(ARCHIVE_KEYRING)) {
    return undefined;
  }
  return {
    codename,
    version: release['VERSION_ID'] === undefined ? Infinity : Number(release['VERSION_ID']),
    architecture: execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim(),
    mirror: findMirror(readAptSources(), codename) ?? DEFAULT_MIRROR,
  };
}
