import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { JidError } from '@xeps/core/jid';
import { SaslError } from '@xeps/stream';
import { CommanderError } from 'commander';
import { readArguments, UsageError, usualPorts } from './cli-arguments.ts';
import type { Arguments, PortName } from './cli-arguments.ts';
import { AccountError } from './host/accounts.ts';
import { admin } from './modules/admin.ts';
import { websocketPath } from './net/http.ts';
import type { KeyPair } from './net/tls.ts';
import { createServer } from './server.ts';
import type { Server } from './server.ts';

/** What the command has of the process. */
export interface MainOptions {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** What the exit code says, as that of `xeps`. */
const exitCodes = { done: 0, internal: 1, usage: 64, data: 65 } as const;
type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

type Ports = Readonly<Record<PortName, number>>;
const portNames = Object.keys(usualPorts) as PortName[];

/** Runs the command until it is ended; gives the exit code. */
export async function main(argv: readonly string[], { stdout, stderr, signal }: MainOptions): Promise<number> {
  let given: Arguments | undefined;
  let server: Server | undefined;
  try {
    given = readArguments(argv, { stdout, stderr });
    server = await start(given);
    if (given.caFile !== undefined) await writeFile(given.caFile, server.ca);
    stdout.write(given.json ? `${JSON.stringify(description(server, given))}\n` : greeting(server, given));
    await untilAborted(signal);
    return exitCodes.done;
  } catch (error) {
    // Told by commander itself.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    const { exitCode, message } = failureOf(error as NodeJS.ErrnoException, given);
    stderr.write(`xeps-server: ${message}\n`);
    return exitCode;
  } finally {
    await server?.stop();
  }
}

/** Starts it on the ports that were asked for, and on the usual ones or any others for the rest. */
async function start(given: Arguments): Promise<Server> {
  const { domain, host, file, componentSecret, publicUrl, without, mechanisms, registration, maxStanza } = given;
  const tls = await readKeyPair(given);
  const modules = given.admin === undefined ? [] : [adminModule(given.admin)];
  const limits = maxStanza === undefined ? {} : { stanza: maxStanza };
  const make = (ports: Ports): Promise<Server> =>
    createServer({
      ...{ domain, file, tls, componentSecret, publicUrl, without, mechanisms, registration, limits, modules },
      accounts: given.accounts,
      listen: { host, ...ports },
    });

  const asked = Object.values(given.ports);
  const portOf = (name: PortName, taken: ReadonlySet<number>): number => {
    const usual = usualPorts[name];
    return given.ports[name] ?? (taken.has(usual) || asked.includes(usual) ? 0 : usual);
  };
  const taken = new Set<number>();
  for (;;) {
    const ports = Object.fromEntries(portNames.map((name) => [name, portOf(name, taken)])) as Ports;
    try {
      return await make(ports);
    } catch (error) {
      const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number };
      const another = port !== undefined && !asked.includes(port) && !taken.has(port);
      if (code !== 'EADDRINUSE' || !another) throw error;
      taken.add(port);
    }
  }
}

function adminModule(secret: string): ReturnType<typeof admin> {
  try {
    return admin(secret);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

async function readKeyPair({ tlsCert, tlsKey }: Arguments): Promise<KeyPair | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const [certificate, key] = await Promise.all([readFile(tlsCert, 'utf8'), readFile(tlsKey, 'utf8')]);
  const check = (path: string, parse: () => unknown): void => {
    try {
      parse();
    } catch (error) {
      throw new DataError(`${path} is not what it should be: ${(error as Error).message}`, { cause: error });
    }
  };
  check(tlsCert, () => new X509Certificate(certificate));
  check(tlsKey, () => {
    if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key)))
      throw new Error(`it is not the key of ${tlsCert}`);
  });
  return { certificate, key };
}

/** What was read is wrong. */
class DataError extends Error {}

interface Failure {
  readonly exitCode: ExitCode;
  readonly message: string;
}

/** How an error ends the command, and what to do about it. */
function failureOf(
  error: NodeJS.ErrnoException & { readonly address?: string; readonly port?: number },
  given: Arguments | undefined,
): Failure {
  const { code, message, port, address = given?.host } = error;
  const usage = (text: string): Failure => ({ exitCode: exitCodes.usage, message: text });
  if (error instanceof UsageError) return usage(message);
  if (error instanceof DataError) return { exitCode: exitCodes.data, message };
  if (error instanceof JidError || error instanceof AccountError || error instanceof SaslError) return usage(message);
  if (code === 'ERR_SQLITE_ERROR')
    return { exitCode: exitCodes.data, message: `${given?.file} can't be used: ${message}` };
  if (error.syscall === 'listen' || error.syscall === 'getaddrinfo') {
    if (code === 'EADDRINUSE')
      return usage(`port ${port} is taken: end what listens there, or choose another (0: any that is free)`);
    if (code === 'EACCES') return usage(`port ${port} is not for you: choose one above 1023`);
    return usage(`nothing can listen on ${address}: it is no address of this machine (${code})`);
  }
  // Files that are not there, or not for us.
  if (error.syscall !== undefined) return usage(message);
  return { exitCode: exitCodes.internal, message: `a fault in the server itself: ${message}` };
}

/** Addresses that lead there from this machine, whether or not the domain has an entry in DNS. */
function websockets({ domain, ports }: Server, { host }: Arguments): { readonly ws: string; readonly wss: string } {
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = domain === 'localhost' || everywhere ? domain : isIPv6(host) ? `[${host}]` : host;
  return {
    ws: `ws://${name}:${ports.http}${websocketPath}`,
    wss: `wss://${name}:${ports.https}${websocketPath}`,
  };
}

function description(server: Server, given: Arguments): object {
  const { domain, ports } = server;
  const { host, accounts, caFile } = given;
  return {
    domain,
    host,
    ports,
    websocket: websockets(server, given).ws,
    ca: caFile,
    accounts: accounts.map(({ user }) => `${user}@${domain}`),
    pid: process.pid,
  };
}

function greeting(server: Server, given: Arguments): string {
  const { domain, ports } = server;
  const { host, accounts, caFile, componentSecret, registration } = given;
  const { ws, wss } = websockets(server, given);
  const [first] = accounts;
  const moved = portNames.filter((name) => given.ports[name] === undefined && ports[name] !== usualPorts[name]);
  const none = registration ? 'none yet: --account USER:PASSWORD, or by registration' : 'none: --account USER:PASSWORD';
  return [
    `XMPP for ${domain} on ${host}, for tests and demos: not for production.`,
    `  TCP with STARTTLS   ${ports.tcp}`,
    `  TCP with TLS        ${ports.tls}`,
    `  WebSocket           ${ws}`,
    `  WebSocket with TLS  ${wss}`,
    `  components          ${ports.component}${componentSecret === undefined ? ', with --component-secret SECRET' : ''}`,
    `  accounts            ${accounts.map(({ user }) => `${user}@${domain}`).join(', ') || none}`,
    ...moved.map((name) => `Port ${usualPorts[name]} was taken, so that it is ${ports[name]}.`),
    ...(first === undefined
      ? []
      : [
          'On the command line:',
          `  XEPS_PASSWORD=${quoted(first.password)} xeps listen --jid ${quoted(`${first.user}@${domain}`)} --service ${ws}`,
        ]),
    'In a browser: a client that is told the address of the WebSocket.',
    caFile === undefined
      ? 'With --ca-file FILE the certificate is written there, for clients that use TLS.'
      : `Clients that use TLS are to trust the certificate in ${caFile}.`,
    'Ctrl-C ends it.',
    '',
  ].join('\n');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
