/** What the built web client loads before anything shows: what its page names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Bytes that it may have, compressed. */
export const firstLoadLimit = 200_000;

/** Bytes, compressed, of a page's folder: the page, its scripts, those that they need at once, its style sheets. */
export function firstLoad(folder: string): number {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const named = Array.from(page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g), ([, name]) => name!);
  if (named.length === 0) throw new Error(`${folder}/index.html names no scripts`);
  return ['index.html', ...named].reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
}
