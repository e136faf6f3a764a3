/** A server's process: started in its own group, ended by its id, and never left behind. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { findOnPath } from './platform.ts';

/** How long a server may take to end after SIGTERM before it gets SIGKILL (milliseconds). */
const GRACE = 10_000;

export interface Child {
  readonly pid: number;
  /** Whether the process still runs. */
  running(): boolean;
  /** All that it printed until now. */
  output(): string;
  /** SIGTERM, and SIGKILL when that has no effect; resolves when the process has ended. */
  stop(): Promise<void>;
  /** SIGKILL: what a crash looks like to clients. */
  kill(): Promise<void>;
}

/** Process groups that end with this process, by the id of their leader. */
const groups = new Set<number>();

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function endAll(): void {
  for (const pid of groups) signalGroup(pid, 'SIGKILL');
}

/**
 * Starts a program with its output in a file. It ends with this process: by an exit handler, and on Linux by
 * `setpriv --pdeathsig`, which also holds when this process is killed.
 */
export function startChild(
  command: string,
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly cwd: string; readonly outputFile: string },
): Child {
  const setpriv = process.platform === 'linux' ? findOnPath('setpriv') : undefined;
  const line = setpriv === undefined ? [command, ...args] : [setpriv, '--pdeathsig', 'KILL', '--', command, ...args];
  const output = openSync(options.outputFile, 'a');
  const child = spawn(line[0] ?? command, line.slice(1), {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    // A group of its own: Ctrl-C on the terminal reaches only the parent, which then ends the server in order.
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const { pid } = child;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  if (pid === undefined) throw new Error(`${command} could not be started`);
  if (groups.size === 0) process.once('exit', endAll);
  groups.add(pid);
  void exited.then(() => {
    // What the leader started (Erlang's port helper) must not outlive it.
    signalGroup(pid, 'SIGKILL');
    groups.delete(pid);
    if (groups.size === 0) process.off('exit', endAll);
  });
  // The event loop must be able to end while a server runs: exit handlers end the server then.
  child.unref();

  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const waitForExit = async (limit: number): Promise<void> => {
    const timer = new AbortController();
    await Promise.race([exited, sleep(limit, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
  };
  const kill = async (): Promise<void> => {
    if (running()) signalGroup(pid, 'SIGKILL');
    await waitForExit(GRACE);
  };
  return {
    pid,
    running,
    output: () => readFileSync(options.outputFile, 'utf8'),
    kill,
    stop: async () => {
      if (running()) signalGroup(pid, 'SIGTERM');
      await waitForExit(GRACE);
      if (running()) await kill();
    },
  };
}
