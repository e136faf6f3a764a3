import { readFile, writeFile } from 'node:fs/promises';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { Credentials } from './host/accounts.ts';
import { admin } from './modules/admin.ts';
import { createServer } from './server.ts';
import type { Server } from './server.ts';
import { version } from './version.ts';

/** What the command has of the process. */
export interface MainOptions {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** What the exit code says, as that of `xeps`. */
const exitCodes = { done: 0, internal: 1, usage: 64 } as const;

/** The ports that XMPP has; any other one where they are taken. */
const usualPorts = { tcp: 5222, tls: 5223, http: 5280, https: 5281, component: 5347 } as const;
type PortName = keyof typeof usualPorts;

interface Arguments {
  readonly domain: string;
  readonly host: string;
  readonly account: readonly Credentials[];
  readonly portTcp?: number;
  readonly portTls?: number;
  readonly portHttp?: number;
  readonly portHttps?: number;
  readonly portComponent?: number;
  readonly file?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly caFile?: string;
  readonly componentSecret?: string;
  readonly without: readonly string[];
  readonly mechanisms?: readonly string[];
  readonly admin?: string;
  readonly publicUrl?: string;
  readonly maxStanza?: number;
  readonly expose?: boolean;
  readonly json?: boolean;
}

/** Runs the command until it is ended; gives the exit code. */
export async function main(argv: readonly string[], { stdout, stderr, signal }: MainOptions): Promise<number> {
  const command = commandLine();
  command.configureOutput({ writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) });
  let server: Server;
  let given: Arguments;
  try {
    command.parse(argv, { from: 'user' });
    given = command.opts<Arguments>();
    refuseExposure(given);
    server = await start(given);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    stderr.write(`xeps-server: ${adviceFor(error as NodeJS.ErrnoException)}\n`);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.internal;
  }
  if (given.caFile !== undefined) await writeFile(given.caFile, server.ca);
  stdout.write(given.json === true ? `${JSON.stringify(description(server, given))}\n` : greeting(server, given));
  await untilAborted(signal);
  await server.stop();
  return exitCodes.done;
}

/** What was asked for can't be. */
class UsageError extends Error {}

function commandLine(): Command {
  const port = (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number < 65_536) return number;
    throw new InvalidArgumentError('a port is a number from 0 (any that is free) to 65535');
  };
  const account = (text: string, before: readonly Credentials[]): readonly Credentials[] => {
    const [user = '', ...rest] = text.split(':');
    const password = rest.join(':');
    if (user === '' || password === '') throw new InvalidArgumentError('write USER:PASSWORD');
    return [...before, { user, password }];
  };
  return new Command('xeps-server')
    .description('An XMPP server in one process, for tests and demos. Not for production.')
    .version(version)
    .exitOverride()
    .option('--domain <domain>', 'the XMPP domain', 'localhost')
    .option('--account <user:password>', 'makes an account (repeat for more)', account, [] as readonly Credentials[])
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--port-tcp <port>', 'clients, with STARTTLS; 5222, or any that is free', port)
    .option('--port-tls <port>', 'clients, with direct TLS; 5223, or any', port)
    .option('--port-http <port>', 'WebSocket, host-meta and uploads; 5280, or any', port)
    .option('--port-https <port>', 'the same with TLS; 5281, or any', port)
    .option('--port-component <port>', 'external components; 5347, or any', port)
    .option('--file <path>', 'keeps everything in this file; in memory without it')
    .option('--tls-cert <file>', 'certificate in PEM; one is made without it')
    .option('--tls-key <file>', 'its key in PEM')
    .option('--ca-file <file>', 'writes the certificate there, for clients to trust')
    .option('--component-secret <secret>', 'what components prove themselves with')
    .option('--without <modules>', 'features to leave out, with commas between', (text) => text.split(','), [])
    .option('--mechanisms <names>', 'the only SASL mechanisms to offer', (text) => text.split(','))
    .option('--admin <secret>', 'makes and removes accounts over HTTP beneath /SECRET/')
    .option('--public-url <url>', 'where HTTP is reached from outside')
    .option('--max-stanza <bytes>', 'bytes of the biggest stanza', Number)
    .option('--expose', 'allows an address that others can reach')
    .option('--json', 'says where it listens as one line of JSON');
}

function refuseExposure({ host, expose }: Arguments): void {
  if (expose === true || /^(?:127\.|::1$|localhost$)/.test(host)) return;
  throw new UsageError(`others could reach ${host}, and this server is not made for that: add --expose if you mean it`);
}

async function start(given: Arguments): Promise<Server> {
  const asked: Readonly<Record<PortName, number | undefined>> = {
    tcp: given.portTcp,
    tls: given.portTls,
    http: given.portHttp,
    https: given.portHttps,
    component: given.portComponent,
  };
  const { tlsCert, tlsKey } = given;
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new UsageError('--tls-cert and --tls-key belong together');
  const tls =
    tlsCert === undefined
      ? undefined
      : { certificate: await readFile(tlsCert, 'utf8'), key: await readFile(tlsKey!, 'utf8') };
  const make = (ports: Readonly<Record<PortName, number>>): Promise<Server> =>
    createServer({
      domain: given.domain,
      accounts: given.account,
      listen: { host: given.host, ...ports },
      file: given.file,
      tls,
      componentSecret: given.componentSecret,
      publicUrl: given.publicUrl,
      without: given.without,
      mechanisms: given.mechanisms,
      limits: given.maxStanza === undefined ? {} : { stanza: given.maxStanza },
      modules: given.admin === undefined ? [] : [admin(given.admin)],
    });
  const usual = Object.fromEntries(
    Object.entries(usualPorts).map(([name, port]) => [name, asked[name as PortName] ?? port]),
  ) as Record<PortName, number>;
  try {
    return await make(usual);
  } catch (error) {
    const { code, port } = error as NodeJS.ErrnoException & { port?: number };
    const chosen = Object.values(asked).includes(port);
    if (code !== 'EADDRINUSE' || chosen) throw error;
    return make(
      Object.fromEntries(Object.keys(usualPorts).map((name) => [name, asked[name as PortName] ?? 0])) as Record<
        PortName,
        number
      >,
    );
  }
}

function adviceFor(error: NodeJS.ErrnoException & { readonly port?: number }): string {
  if (error.code === 'EADDRINUSE')
    return `port ${error.port} is taken: end what listens there, or choose another (0: any that is free)`;
  if (error.code === 'EACCES') return `port ${error.port} is not for you: choose one above 1023`;
  return error.message;
}

function description({ domain, ports, websocket }: Server, { host, account }: Arguments): object {
  return { domain, host, ports, websocket, accounts: account.map(({ user }) => `${user}@${domain}`), pid: process.pid };
}

function greeting({ domain, ports, websocket }: Server, { host, account, caFile }: Arguments): string {
  const [first] = account;
  const lines = [
    `XMPP for ${domain} on ${host}, for tests and demos: not for production.`,
    `  TCP with STARTTLS   ${ports.tcp}`,
    `  TCP with TLS        ${ports.tls}`,
    `  WebSocket           ${websocket}`,
    `  components          ${ports.component}`,
    `  accounts            ${account.map(({ user }) => `${user}@${domain}`).join(', ') || 'none yet: --account USER:PASSWORD, or by registration'}`,
  ];
  if (first !== undefined) {
    lines.push(
      'Try it:',
      `  XEPS_PASSWORD=${first.password} xeps listen --jid ${first.user}@${domain} --service ${websocket}`,
    );
  }
  if (caFile === undefined)
    lines.push('With --ca-file FILE the certificate is written there, for clients that use TLS.');
  return `${lines.join('\n')}\nCtrl-C ends it.\n`;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
