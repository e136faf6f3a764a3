// Clients are measured each in a process of its own, whose CPU time is theirs alone.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A module of this folder that runs as a process and says one line of JSON. */
export interface Running<T> {
  /** What it said; rejects when it ends without, or says nothing in two minutes. */
  readonly said: Promise<T>;
  /** Resolves when it has ended. */
  stop(): Promise<void>;
}

/** Starts a module. */
export function startModule<T>(file: string, args: readonly string[], nodeOptions: readonly string[] = []): Running<T> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@xeps/source', ...nodeOptions, path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const said = new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => fail('said nothing for two minutes'), 120_000);
    const fail = (what: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`${file} ${args.join(' ')} ${what}`));
    };
    createInterface(child.stdout).once('line', (line) => {
      clearTimeout(timer);
      resolve(JSON.parse(line) as T);
    });
    child.once('error', (error) => fail(error.message));
    void ended.then((code) => fail(`ended with ${String(code)}`));
  });
  return {
    said,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** Runs a module until it has said its line. */
export async function runModule<T>(
  file: string,
  args: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<T> {
  const running = startModule<T>(file, args, nodeOptions);
  try {
    return await running.said;
  } finally {
    await running.stop();
  }
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Milliseconds of CPU, user and system, since `before`. */
export function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
