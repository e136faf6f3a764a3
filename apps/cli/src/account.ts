/** Whose account a command signs in to, and how: options, environment, configuration file. */
import { execFile } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { XmppError } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';

/** What the command line says of the account. There is no option for the password: everybody may see arguments. */
export interface AccountOptions {
  readonly jid?: string | undefined;
  /** A command whose first line of output is the password. */
  readonly passwordCommand?: string | undefined;
  /** A configuration file instead of the usual one. */
  readonly config?: string | undefined;
  /** `xmpp://`, `xmpps://`, `ws://` or `wss://` with host and port: where to connect instead of asking DNS. */
  readonly service?: string | undefined;
  /** A PEM file with the authorities to trust. */
  readonly ca?: string | undefined;
  readonly resource?: string | undefined;
  /** `false` with `--no-store`: nothing is kept on this machine, and nothing used that is. */
  readonly store?: boolean | undefined;
}

/** The variables that a process was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An account that can be signed in to. */
export interface Account {
  /** With the resource to ask for, if one is wanted. */
  readonly jid: Jid;
  /** Gets the password; rejects with `AccountError` when there is none. Undefined for a server's anonymous access. */
  readonly password: (() => Promise<string>) | undefined;
  readonly service: string | undefined;
  /** The authorities to trust, PEM. */
  readonly ca: string | undefined;
}

/** The account can't be used as it is given. Code `ERR_XEPS_ACCOUNT`; the message says what to write. */
export class AccountError extends XmppError {
  static override readonly brand: string = 'AccountError';
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_XEPS_ACCOUNT', message, options);
  }
}

/**
 * Finds out which account is meant. An option counts before the environment (`XEPS_PASSWORD`), and both before the
 * configuration file. What the file says of its account is not used for another one.
 *
 * @throws AccountError
 */
export async function readAccount(options: AccountOptions, environment: Environment = process.env): Promise<Account> {
  const file = await readConfig(options.config, environment);
  const address = options.jid ?? file.settings.jid;
  if (address === undefined) {
    throw new AccountError(
      `which account? Give --jid user@example.org, or write {"jid": "user@example.org"} to ${file.path} (mode 0600)`,
    );
  }
  const account = readJid(address);
  // Another account's password is nobody else's business, and its server is not the one to ask.
  const settings =
    file.settings.jid !== undefined && readJid(file.settings.jid).bare().equals(account.bare()) ? file.settings : {};
  const resource = options.resource ?? account.resource ?? settings.resource;
  const jid = resource === undefined ? account : readJid(`${account.bare().toString()}/${resource}`);
  const ca = options.ca ?? (settings.ca === undefined ? undefined : resolve(dirname(file.path), settings.ca));
  return {
    jid,
    password: jid.local === undefined ? undefined : passwordOf(options, settings, environment, file.path),
    service: options.service ?? settings.service,
    ca: ca === undefined ? undefined : await readCa(ca),
  };
}

/** Where the configuration file is when `--config` names none. */
export function defaultConfigPath(environment: Environment = process.env): string {
  // XDG Base Directory Specification: an empty value is none.
  return join(
    environment['XDG_CONFIG_HOME'] || join(environment['HOME'] || homedir(), '.config'),
    'xeps',
    'config.json',
  );
}

interface Settings {
  readonly jid?: string;
  readonly password?: string;
  readonly passwordCommand?: string;
  readonly service?: string;
  readonly ca?: string;
  readonly resource?: string;
}
const settingNames: readonly string[] = [
  'jid',
  'password',
  'passwordCommand',
  'service',
  'ca',
  'resource',
] satisfies (keyof Settings)[];

async function readConfig(
  path: string | undefined,
  environment: Environment,
): Promise<{ readonly path: string; readonly settings: Settings }> {
  const file = path ?? defaultConfigPath(environment);
  let handle: FileHandle | undefined;
  let text: string;
  try {
    // Checked and read through one handle: what is read is what was checked.
    handle = await open(file);
    const { mode } = await handle.stat();
    // Windows has no such bits and reports them as set.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const bits = (mode & 0o777).toString(8).padStart(4, '0');
      throw new AccountError(`${file} may hold a password and others can read it (mode ${bits}): chmod 600 ${file}`);
    }
    text = await handle.readFile('utf8');
  } catch (error) {
    if (error instanceof AccountError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && path === undefined) return { path: file, settings: {} };
    throw new AccountError(`${file} can't be read: ${message}`, { cause: error });
  } finally {
    await handle?.close();
  }
  return { path: file, settings: parseSettings(file, text) };
}

function parseSettings(file: string, text: string): Settings {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    // The engine's message may repeat the text around the fault, and that may be the password.
    const [, place = ''] = /( at position \d+.*| \(line \d+.*)$/.exec((error as Error).message) ?? [];
    throw new AccountError(`${file} is not JSON${place}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new AccountError(`${file}: expected a JSON object`);
  for (const [name, value] of Object.entries(parsed)) {
    if (!settingNames.includes(name))
      throw new AccountError(
        `${file}: there is no setting ${JSON.stringify(name)}; there are ${settingNames.join(', ')}`,
      );
    if (typeof value !== 'string') throw new AccountError(`${file}: ${name} must be a string`);
  }
  return parsed as Settings;
}

function passwordOf(
  options: AccountOptions,
  settings: Settings,
  environment: Environment,
  file: string,
): () => Promise<string> {
  const command = options.passwordCommand;
  const given = environment['XEPS_PASSWORD'] || settings.password;
  if (command === undefined && given !== undefined) return () => Promise.resolve(given);
  const run = command ?? settings.passwordCommand;
  if (run === undefined) {
    const message = `no password: set XEPS_PASSWORD, give --password-command COMMAND, or write "password" to ${file} (mode 0600)`;
    return () => Promise.reject(new AccountError(message));
  }
  // A new connection must not ask a person again.
  let password: Promise<string> | undefined;
  return () => (password ??= runPasswordCommand(run));
}

async function runPasswordCommand(command: string): Promise<string> {
  const [shell, flags] = process.platform === 'win32' ? ['cmd.exe', ['/d', '/s', '/c']] : ['/bin/sh', ['-c']];
  const { stdout } = await promisify(execFile)(shell, [...flags, command]).catch((error: unknown) => {
    const { code, stderr = '' } = error as { readonly code?: number | string; readonly stderr?: string };
    throw new AccountError(
      `the password command failed (${String(code)})${stderr.trim() === '' ? '' : `: ${stderr.trim()}`}`,
    );
  });
  const [password = ''] = stdout.split(/\r?\n/, 1);
  if (password === '') throw new AccountError('the password command printed nothing');
  return password;
}

function readJid(address: string): Jid {
  try {
    return parseJid(address);
  } catch (error) {
    throw new AccountError((error as Error).message, { cause: error });
  }
}

async function readCa(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new AccountError(`${file} can't be read: ${(error as Error).message}`, { cause: error });
  });
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new AccountError(`${file} holds no certificate in PEM form`);
  return text;
}
