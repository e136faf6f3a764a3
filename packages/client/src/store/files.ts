import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Longer names are not allowed everywhere, and something comes behind them. */
const maxName = 180;

/** A text as the name of a file, on every system: never a path, never too long, and no two alike. */
export function fileName(text: string): string {
  const name = encodeURIComponent(text)
    .replaceAll('%40', '@')
    .replaceAll(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return name.length <= maxName ? name : createHash('sha256').update(text).digest('hex');
}

/** What is in a file; undefined when it can't be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Writes all of it, and says how many bytes that were. */
export function writeAll(file: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
  return bytes.length;
}

/**
 * Puts a file in the place of another, so that there is always one of them, whole. `durable`: also after the machine has
 * stopped. Answers the file, open for writing behind that.
 */
export function replaceFile(path: string, text: string, temporary: string, durable: boolean): number {
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeAll(file, text);
    if (durable) fsyncSync(file);
    renameSync(temporary, path);
    if (durable) syncFolder(dirname(path));
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Makes names in a folder durable, where the system can. */
export function syncFolder(path: string): void {
  let folder: number | undefined;
  try {
    folder = openSync(path, 'r');
    fsyncSync(folder);
  } catch {
    // Windows opens no folders, and needs none of this.
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}
