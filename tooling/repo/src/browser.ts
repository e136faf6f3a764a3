// Which packages are for browsers, and whether they bundle for one without a Node built-in.
import { join } from 'node:path';

import { build } from 'esbuild';

import type { Package } from './workspace.ts';

/** Packages for Node alone. */
export const nodeOnly: ReadonlySet<string> = new Set(['@xeps/component', '@xeps/store-sqlite']);

/**
 * Bundles every entry of a package for a browser, from its sources.
 *
 * @returns what could not be resolved there: Node built-ins, or dependencies that are not declared
 */
export async function browserFaults({ manifest, path }: Package): Promise<string[]> {
  // An entry that browsers do not have says so with the condition `browser: null`.
  const entries = Object.entries(manifest.exports ?? {})
    .filter(([subpath, target]) => subpath !== './package.json' && (target as { browser?: unknown }).browser !== null)
    .map(([subpath]) => subpath);
  const lines = entries.map((subpath, index) => `export * as e${index} from '${manifest.name}${subpath.slice(1)}';`);
  try {
    await build({
      stdin: { contents: lines.join('\n'), resolveDir: join(path, 'src'), loader: 'ts' },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      conditions: ['@xeps/source'],
      logLevel: 'silent',
    });
    return [];
  } catch (error) {
    const { errors } = error as { errors?: { text: string; location: { file: string; line: number } | null }[] };
    if (errors === undefined) throw error;
    return errors.map(({ text, location }) => `${location?.file ?? '?'}:${location?.line ?? 0}: ${text}`);
  }
}
