// What the workspace consists of, read from its package.json files.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const repositoryRoot: string = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** One specification that a package implements: an entry of `xmpp` in its package.json. */
export interface Implements {
  /** Four digits, of a XEP. Either this or `rfc`. */
  readonly xep?: string;
  /** Number of an RFC. */
  readonly rfc?: string;
  /** The specification's version that was read for the code; RFCs have none. */
  readonly version?: string;
  readonly status: 'complete' | 'partial';
  /** What is left out, when the status is `partial`. */
  readonly note?: string;
  /** Title of the specification, where it is not the package's own and so not in its description. */
  readonly title?: string;
}

/** Targets of one subpath in `exports`, by condition; `browser` and `node` nest. */
export type ExportTarget = string | null | { readonly [condition: string]: ExportTarget };

/** The part of a package.json that the tools read. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: boolean;
  readonly repository?: { readonly type?: string; readonly url?: string; readonly directory?: string };
  readonly homepage?: string;
  readonly xmpp?: Implements | readonly Implements[];
  readonly exports?: { readonly [subpath: string]: ExportTarget };
  readonly bin?: { readonly [name: string]: string };
  readonly files?: readonly string[];
  readonly scripts?: { readonly [name: string]: string };
  readonly dependencies?: { readonly [name: string]: string };
  readonly devDependencies?: { readonly [name: string]: string };
  readonly peerDependencies?: { readonly [name: string]: string };
  readonly optionalDependencies?: { readonly [name: string]: string };
  readonly engines?: { readonly node?: string };
}

/** A package of the workspace. */
export interface Package {
  /** Folder below the root, with forward slashes: `packages/xep-0203`. */
  readonly folder: string;
  /** The same as an absolute path. */
  readonly path: string;
  readonly manifest: Manifest;
}

/** Reads a JSON file. */
export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

/** The packages in a folder of the workspace (`packages`, `apps`, `tooling`), by name of folder. */
export function packagesIn(folder: string, root: string = repositoryRoot): Package[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder))
    .sort()
    .filter((name) => existsSync(join(root, folder, name, 'package.json')))
    .map((name) => {
      const path = join(root, folder, name);
      return { folder: `${folder}/${name}`, path, manifest: readJson<Manifest>(join(path, 'package.json')) };
    });
}

/** Every file below a folder with one of the endings, without `node_modules`, `dist` and hidden folders. */
export function filesBelow(folder: string, ...endings: string[]): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return entry.name === 'node_modules' || entry.name === 'dist' || entry.name.startsWith('.')
          ? []
          : filesBelow(path, ...endings);
      }
      return endings.some((ending) => entry.name.endsWith(ending)) ? [path] : [];
    });
}

/** The specifications that a package implements. */
export function implementsOf(manifest: Manifest): readonly Implements[] {
  const { xmpp } = manifest;
  if (xmpp === undefined) return [];
  return Array.isArray(xmpp) ? (xmpp as readonly Implements[]) : [xmpp as Implements];
}

/** How a specification is called in text: `XEP-0203` or `RFC 6121`. */
export function nameOf(entry: Implements): string {
  return entry.xep === undefined ? `RFC ${entry.rfc ?? '?'}` : `XEP-${entry.xep}`;
}

/** Where a specification is published. */
export function addressOf(entry: Implements): string {
  return entry.xep === undefined
    ? `https://www.rfc-editor.org/rfc/rfc${entry.rfc ?? ''}.html`
    : `https://xmpp.org/extensions/xep-${entry.xep}.html`;
}

/** A specification's title: the entry's own, or from the package's description `XEP-0203: Delayed Delivery`. */
export function titleOf(entry: Implements, manifest: Manifest): string | undefined {
  if (entry.title !== undefined) return entry.title;
  const [, name, title] = /^((?:XEP-|RFC )\d{4}):? ([^:]+)/.exec(manifest.description ?? '') ?? [];
  return name === nameOf(entry) ? title : undefined;
}
