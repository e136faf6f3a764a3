import { applyChange } from '@xeps/xep-0198';
import type { StreamJournal, StreamManagementChange, StreamManagementState } from '@xeps/xep-0198';
import { closeSync, fdatasyncSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { readText, replaceFile, syncFolder, writeAll } from './files.ts';
import { parseJson, readChange, readState } from './read.ts';

/** How a journal is written. */
export interface FileJournalOptions {
  /** Whether every change waits for the disk. */
  readonly durable?: boolean | undefined;
  /** Bytes by which the file grows at least before it is written anew; 256 KiB when left out. */
  readonly compactAfter?: number | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** A journal in a file. */
export interface FileJournal extends StreamJournal {
  /** Writes no more; the file stays. */
  close(): void;
}

/**
 * A session in a file: its state in the first line, what happened since in the next ones, each of them JSON. A process
 * that dies leaves whole lines, and a part of one more at most.
 */
export function openFileJournal(path: string, options: FileJournalOptions = {}): FileJournal {
  const { durable = false, compactAfter = 256 * 1024, onError } = options;
  let file: number | undefined;
  let closed = false;
  /** Bytes of the first line, and of the rest. */
  let base = 0;
  let grown = 0;

  const release = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  const save = (state: StreamManagementState | undefined): void => {
    release();
    if (state === undefined) {
      rmSync(path, { force: true });
      if (durable) syncFolder(dirname(path));
      return;
    }
    const line = `${JSON.stringify(state)}\n`;
    file = replaceFile(path, line, `${path}.new`, durable);
    base = Buffer.byteLength(line);
    grown = 0;
  };
  const attempt = (write: () => void): void => {
    if (closed) return;
    try {
      write();
    } catch (error) {
      // A session with a gap is none.
      release();
      rmSync(path, { force: true });
      onError?.(error);
    }
  };

  // What an earlier process left is written anew, so that nothing is put behind half a line.
  attempt(() => save(readJournal(path)));

  return {
    get state() {
      return readJournal(path);
    },
    save: (state) => attempt(() => save(state)),
    append: (change) =>
      attempt(() => {
        if (file === undefined) return;
        grown += writeAll(file, `${JSON.stringify(change)}\n`);
        if (durable) fdatasyncSync(file);
        if (grown > Math.max(compactAfter, 4 * base)) save(readJournal(path));
      }),
    close() {
      closed = true;
      release();
    },
  };
}

/** Reads what a journal's file says, as far as it can be understood. */
export function readJournal(path: string): StreamManagementState | undefined {
  const [first, ...lines] = readText(path)?.split('\n') ?? [];
  const state = readState(parseJson(first));
  const changes: StreamManagementChange[] = [];
  for (const line of lines) {
    const change = readChange(parseJson(line));
    if (change === undefined) break;
    changes.push(change);
  }
  return state && applyChange(state, changes);
}
