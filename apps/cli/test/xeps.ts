/** Runs the program as a process, as people and scripts do. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Account, ServerInfo, Transport } from '@xeps/servers/live';
import { afterAll } from 'vitest';

/** How a run of the program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output's lines, as JSON. */
  readonly lines: readonly Line[];
}

export type Line = Readonly<Record<string, unknown>>;

/** A run of the program. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when standard error or output has that text; rejects when the program ends without it. */
  says(text: string): Promise<void>;
}

export interface RunOptions {
  /** Written to standard input, which then ends; without it standard input stays open. */
  readonly input?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));

const folders = mkdtempSync(join(tmpdir(), 'xeps-state-'));
afterAll(() => rmSync(folders, { recursive: true, force: true }));

/** An empty folder for what is stored, removed after the file's tests. */
export function stateFolder(): string {
  return mkdtempSync(join(folders, '-'));
}

/** Node keeps what it has made of the sources: a program that starts a thousand times starts twice as fast. */
const compiled = fileURLToPath(new URL('../../../.cache/compiled', import.meta.url));
const basics = { PATH: process.env['PATH'], HOME: '/nonexistent', NODE_COMPILE_CACHE: compiled };

/**
 * Starts the program. Nothing of the environment that runs the tests is passed on but the PATH, and nothing is stored where
 * another run would find it.
 */
export function start(args: readonly string[], { input, environment = {} }: RunOptions = {}): Running {
  const { XDG_STATE_HOME = stateFolder() } = environment;
  const child = spawn(process.execPath, ['--conditions=@xeps/source', bin, ...args], {
    env: { ...basics, ...environment, XDG_STATE_HOME },
    stdio: 'pipe',
  });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  const heard = (): void => waiting.forEach((check) => check());
  child.stdout.setEncoding('utf8').on('data', (text: string) => ((stdout += text), heard()));
  child.stderr.setEncoding('utf8').on('data', (text: string) => ((stderr += text), heard()));
  child.stdin.on('error', () => undefined);
  if (input !== undefined) child.stdin.end(input);
  const ended = once(child, 'close').then((): Ended => {
    heard();
    return {
      code: child.exitCode,
      stdout,
      stderr,
      get lines() {
        return stdout
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Line);
      },
    };
  });
  return {
    child,
    ended,
    says: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (stdout.includes(text) || stderr.includes(text)) resolve();
          else if (child.exitCode !== null)
            reject(new Error(`ended (${child.exitCode}) without saying “${text}”: ${stdout}${stderr}`));
          else return;
          waiting.delete(check);
        };
        waiting.add(check);
        check();
      }),
  };
}

/** Runs the program to its end. */
export function run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return start(args, { input: '', ...options }).ended;
}

/** The program as one account on one server, with a memory of its own. */
export function as(
  account: Account,
  server: ServerInfo,
  transport: Transport,
  service: string = serviceOf(server, transport),
  state: string = stateFolder(),
): {
  start(args: readonly string[], options?: RunOptions): Running;
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
} {
  const options = ['--jid', account.jid, '--service', service, '--ca', server.ca];
  const withPassword = (more: RunOptions = {}): RunOptions => ({
    ...more,
    environment: { XEPS_PASSWORD: account.password, XDG_STATE_HOME: state, ...more.environment },
  });
  return {
    start: (args, more) => start([...args, ...options], withPassword(more)),
    run: (args, more) => run([...args, ...options], withPassword(more)),
  };
}

/** Where a transport finds the server; `port` is that of a proxy in front of it. */
export function serviceOf(server: ServerInfo, transport: Transport, port?: number): string {
  if (transport === 'tcp') return `xmpp://${server.host}:${port ?? server.ports.c2s}`;
  return port === undefined ? server.ws : server.ws.replace(/:\d+\//, `:${port}/`);
}
