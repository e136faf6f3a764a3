/** A connection for as long as a command runs. */
import { TimeoutError } from '@xeps/core';
import { createClient } from '@xeps/client';
import type { Client, NodeClientOptions } from '@xeps/client';
import type { StreamModule } from '@xeps/stream';
import { version } from '@xeps/xep-0092';
import { ping } from '@xeps/xep-0199';
import { readAccount } from './account.ts';
import type { Account, AccountOptions } from './account.ts';
import type { CommandContext } from './command.ts';
import { oneLine } from './text.ts';
import { programVersion } from './version.ts';

/** What every command that connects can be told. */
export interface ConnectOptions extends AccountOptions {
  /** Seconds that the way to the server may take, and an answer. */
  readonly timeout?: number | undefined;
}

/** What a command gets to work with. */
export interface Online {
  readonly client: Client;
  /** Aborts when the person stops the command, and when the connection is lost for good. */
  readonly signal: AbortSignal;
  /** Milliseconds that an answer may take. */
  readonly timeout: number;
  /** The authorities to trust, PEM, where they are not the usual ones. */
  readonly ca: string | undefined;
}

/** Changes to the usual connection. */
export interface OnlineSettings {
  /** More steps of signing in. */
  readonly modules?: (account: Account) => readonly StreamModule[];
  /** Installs listeners, before anything can come in. */
  readonly prepare?: (client: Client) => void;
  /** Milliseconds that an answer may take, where `--timeout` means something else. */
  readonly timeout?: number;
}

/** Milliseconds that an answer may take, where nothing else is said. */
export const usualTimeout = 30_000;
/** Milliseconds until the next address of a server is tried. */
const endpointTimeout = 20_000;

/**
 * Seconds for which the server keeps the session of a lost connection. Programs come and go: what one leaves behind when it
 * is killed should not keep messages from the next for long. After that they wait as those for nobody do.
 */
const resumptionTime = 120;

/** Milliseconds that a server has to answer whether it keeps the session: what it does not bring is read elsewhere. */
const resumeTimeout = 5_000;

/** Signs in, runs `work`, and closes the stream in order whatever became of it. */
export async function online<T>(
  { options, output, environment, signal }: CommandContext<ConnectOptions>,
  work: (online: Online) => Promise<T>,
  settings: OnlineSettings = {},
): Promise<T> {
  const timeout = settings.timeout ?? (options.timeout === undefined ? usualTimeout : options.timeout * 1_000);
  const account = await readAccount(options, environment);
  // Before there is a connection that would wait for a person at a password manager.
  await account.password?.();
  const client = createClient({
    ...connectionOptions(account, timeout),
    password: account.password,
    modules: settings.modules?.(account),
  });
  client.on('fault', ({ error }) =>
    output.note(`passed over: ${oneLine(error instanceof Error ? error.message : String(error))}`),
  );
  client.onConnection((status) => {
    if (status.status === 'waiting')
      output.note(`the connection was lost (${oneLine(status.error.message)}); trying again`);
  });
  // Who asks whether this is alive, or what it is, gets an answer.
  client.use(ping);
  client.use(version).tell({ name: 'xeps', version: programVersion() });
  settings.prepare?.(client);
  try {
    await client.start({ signal });
    const either = AbortSignal.any([signal, client.signal]);
    return await raceSignal(work({ client, signal: either, timeout, ca: account.ca }), either);
  } finally {
    await client.stop();
  }
}

/** What every connection to an account's server is made with. */
function connectionOptions({ jid, service, ca }: Account, timeout: number): Omit<NodeClientOptions, 'password'> {
  return {
    jid,
    service,
    ...(ca !== undefined && { tls: { ca } }),
    // A server on this machine may go without TLS: nothing leaves it.
    allowInsecure: true,
    timeout: Math.min(timeout, endpointTimeout),
    streamManagement: { max: resumptionTime, resumeTimeout },
  };
}

/** The promise, unless the signal aborts first: then it rejects with its reason. */
export function raceSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** The promise, unless it takes longer than so many milliseconds: then it rejects with `TimeoutError`. */
export async function within<T>(promise: Promise<T>, timeout: number, what: string): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new TimeoutError(`${what} did not come within ${timeout / 1_000} s`)),
    timeout,
  );
  try {
    return await raceSignal(promise, late.signal);
  } finally {
    clearTimeout(timer);
  }
}
