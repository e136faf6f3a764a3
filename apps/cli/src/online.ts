/** A connection for as long as a command runs. */
import { TimeoutError } from '@xeps/core';
import { createClient } from '@xeps/client';
import type { Client, CredentialStore, NodeClientOptions } from '@xeps/client';
import { SaslError } from '@xeps/stream';
import type { StreamModule } from '@xeps/stream';
import { version } from '@xeps/xep-0092';
import { ping } from '@xeps/xep-0199';
import { readAccount } from './account.ts';
import type { Account, AccountOptions } from './account.ts';
import type { CommandContext } from './command.ts';
import { holdsSecrets, openStore } from './store.ts';
import type { StoreUse } from './store.ts';
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

/** What there is before there is a connection. */
export interface Prepared {
  readonly client: Client;
  readonly account: Account;
  /** What is kept of the account, and in which folder; in none with `--no-store`. */
  readonly credentials: CredentialStore;
  readonly folder: string | undefined;
}

/** Changes to the usual connection. */
export interface OnlineSettings {
  /** More steps of signing in. */
  readonly modules?: (account: Account) => readonly StreamModule[];
  /** Installs listeners, before anything can come in. */
  readonly prepare?: (prepared: Prepared) => void | Promise<void>;
  /** Milliseconds that an answer may take, where `--timeout` means something else. */
  readonly timeout?: number;
  /** Binds with signing in (XEP-0386): for commands that read the archive. */
  readonly bind2?: boolean;
  /** What of this machine's memory is used; `credentials` when left out. `--no-store` counts more. */
  readonly store?: StoreUse;
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
  const timeout = settings.timeout ?? timeoutOf(options);
  const account = await readAccount(options, environment);
  const use = options.store === false ? 'none' : (settings.store ?? 'credentials');
  const store = openStore(account, use, environment, (error) =>
    output.note(`nothing is stored: ${oneLine(error instanceof Error ? error.message : String(error))}`),
  );
  try {
    const stored = await store.credentials.load(String(account.jid.bare()));
    const password = await createPassword(account, holdsSecrets(stored));
    const client = createClient({
      ...connectionOptions(account, timeout, settings.bind2),
      password: password.given,
      store,
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
    await settings.prepare?.({ client, account, credentials: store.credentials, folder: store.folder });
    try {
      await client.start({ signal }).catch(async (error: unknown) => {
        if (password.waiting === undefined || signal.aborted) throw error;
        await raceSignal(password.waiting, signal);
        await client.start({ signal });
      });
      const either = AbortSignal.any([signal, client.signal]);
      return await raceSignal(work({ client, signal: either, timeout, ca: account.ca }), either);
    } finally {
      await client.stop();
    }
  } finally {
    store.close();
  }
}

/** A password, and how far the way to it is. */
interface Password {
  readonly given: string | (() => Promise<string>) | undefined;
  /** Somebody is being asked for it: a person at a password manager may take longer than the server waits. */
  readonly waiting: Promise<string> | undefined;
}

/** Gets the password at once where it is certain to be needed, else when it is. */
async function createPassword({ jid, password }: Account, mayDoWithout: boolean): Promise<Password> {
  if (password === undefined || !mayDoWithout) return { given: await password?.(), waiting: undefined };
  let waiting: Promise<string> | undefined;
  return {
    async given() {
      waiting = password().catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        throw new SaslError(
          'credentials-expired',
          `what is stored of ${String(jid.bare())} is not enough to sign in any more; ${why}`,
          { cause: error },
        );
      });
      return waiting.finally(() => (waiting = undefined));
    },
    get waiting() {
      return waiting;
    },
  };
}

/** Milliseconds that an answer may take. */
export function timeoutOf({ timeout }: ConnectOptions): number {
  return timeout === undefined ? usualTimeout : timeout * 1_000;
}

/** What every connection to an account's server is made with. */
export function connectionOptions(
  { jid, service, ca }: Account,
  timeout: number,
  bind2 = false,
): Omit<NodeClientOptions, 'password'> {
  return {
    jid,
    software: 'xeps',
    // ejabberd drops the messages that waited then, and the next `listen` would not get them.
    bind2,
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
