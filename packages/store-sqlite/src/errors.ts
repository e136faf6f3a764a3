import { StoreError } from '@xeps/im/store';
import type { StoreErrorReason } from '@xeps/im/store';

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html). */
const codes: Readonly<Record<number, StoreErrorReason>> = {
  5: 'busy',
  6: 'busy',
  10: 'broken',
  11: 'broken',
  13: 'full',
  26: 'broken',
};

const advice: Readonly<Record<StoreErrorReason, string>> = {
  version: 'use a newer version of this program',
  closed: 'open it again to use it',
  full: 'make room on the disk',
  broken: 'put back a copy, or remove it to begin anew from the archive',
  busy: 'another process holds it: end that, or try again',
};

/** An error of a store in a file, with what to do. */
export function storeError(reason: StoreErrorReason, path: string, what: string, cause?: unknown): StoreError {
  return new StoreError(reason, `the store ${path} ${what}: ${advice[reason]}`, { cause });
}

/** What an error of SQLite means to those who use a store; other errors as they are. */
export function translate(error: unknown, path: string): unknown {
  const code = resultCode(error);
  if (code === 1 && (error as Error).message === 'no such module: fts5') {
    return new Error(`the SQLite of Node ${process.version} can't search texts: use Node 22.16 or later`, {
      cause: error,
    });
  }
  const reason = code === undefined ? undefined : codes[code];
  return reason === undefined ? error : storeError(reason, path, `failed (${(error as Error).message})`, error);
}

export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code !== undefined && codes[code] === 'busy';
}

/** The primary result code, if it is an error of SQLite. */
export function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}
