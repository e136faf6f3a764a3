import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { readText } from './files.ts';

/** Milliseconds that a process may take to write its name into a lock that it has just made. */
const grace = 5_000;

/** What this process holds: its own name in any other lock is that of an earlier process. */
const held = new Set<string>();
let watching = false;

/** When a process began, where the system says so: tells it from a later one with the same number. */
function startOf(pid: number | 'self'): string {
  const status = readText(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything; `starttime` is the 22nd field.
  return status?.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function isAlive(owner: string): boolean {
  const [pid, start] = owner.split(' ');
  const number = Number(pid);
  if (!Number.isSafeInteger(number) || number <= 0 || number === process.pid) return false;
  try {
    process.kill(number, 0);
  } catch (error) {
    // Whoever may not be asked is there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return !start || startOf(number) === start;
}

/** Whether nobody has the lock any more whose file says this. */
function isStale(path: string, owner: string): boolean {
  if (owner !== '') return !isAlive(owner);
  try {
    return Date.now() - statSync(path).mtimeMs > grace;
  } catch {
    return false;
  }
}

function make(path: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, `${process.pid} ${startOf('self')}`);
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a lock that nobody has. Of several processes that see it, one gets the file. */
function removeStale(path: string, owner: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    // Another was quicker and has made its own since: it gets it back.
    if (readFileSync(aside, 'utf8') === owner) rmSync(aside);
    else renameSync(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Takes a lock until it is given back or the process exits; undefined when another process, or part of this, has it. */
export function lockFile(path: string): (() => void) | undefined {
  if (held.has(path)) return undefined;
  if (!make(path)) {
    const owner = readText(path);
    if (owner !== undefined) {
      if (!isStale(path, owner)) return undefined;
      removeStale(path, owner);
    }
    if (!make(path)) return undefined;
  }
  held.add(path);
  if (!watching) {
    watching = true;
    process.on('exit', () => {
      for (const other of held) rmSync(other, { force: true });
    });
  }
  return () => {
    if (held.delete(path)) rmSync(path, { force: true });
  };
}
