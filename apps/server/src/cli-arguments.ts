import { isIPv4, isIPv6 } from 'node:net';
import { Command, InvalidArgumentError } from 'commander';
import type { Credentials } from './host/accounts.ts';
import { defaultModules } from './modules/index.ts';
import { version } from './version.ts';

/** The ports that XMPP has; any other one where they are taken. */
export const usualPorts = { tcp: 5222, tls: 5223, http: 5280, https: 5281, component: 5347 } as const;
/** What a port is for. */
export type PortName = keyof typeof usualPorts;

/** What was asked for can't be; the message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What the command line says. */
export interface Arguments {
  readonly domain: string;
  readonly host: string;
  readonly accounts: readonly Credentials[];
  /** The ports that were asked for; 0 is any that is free. */
  readonly ports: Readonly<Partial<Record<PortName, number>>>;
  readonly file?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly caFile?: string | undefined;
  readonly componentSecret?: string | undefined;
  readonly without: readonly string[];
  readonly mechanisms?: readonly string[] | undefined;
  readonly registration: boolean;
  readonly admin?: string | undefined;
  readonly publicUrl?: string | undefined;
  readonly maxStanza?: number | undefined;
  readonly json: boolean;
}

/** What commander makes of it. */
interface Options extends Omit<Arguments, 'accounts' | 'json' | 'ports'> {
  readonly account: readonly string[];
  readonly portTcp?: number;
  readonly portTls?: number;
  readonly portHttp?: number;
  readonly portHttps?: number;
  readonly portComponent?: number;
  readonly expose?: boolean;
  readonly json?: boolean;
}

/** Where the command writes to. */
export interface ArgumentOutput {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/**
 * Reads the command line. Help, the version, and what commander finds wrong are written here.
 *
 * @throws CommanderError when that was all; UsageError for what can't be
 */
export function readArguments(argv: readonly string[], { stdout, stderr }: ArgumentOutput): Arguments {
  const command = commandLine();
  command.configureOutput({ writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) });
  command.parse(argv, { from: 'user' });
  const { account, portTcp, portTls, portHttp, portHttps, portComponent, expose, json, ...rest } =
    command.opts<Options>();
  if (expose !== true && !isLoopback(rest.host))
    throw new UsageError(
      `others could reach ${rest.host}, and this server is not made for that: add --expose if you mean it`,
    );
  if ((rest.tlsCert === undefined) !== (rest.tlsKey === undefined))
    throw new UsageError('--tls-cert and --tls-key belong together');
  refuseUnknown(rest.without);
  return {
    ...rest,
    accounts: account.map(readAccount),
    ports: {
      tcp: portTcp,
      tls: portTls,
      http: portHttp,
      https: portHttps,
      component: portComponent,
    } as Arguments['ports'],
    json: json === true,
  };
}

function commandLine(): Command {
  const several = (text: string, before: readonly string[]): readonly string[] => [...before, text];
  return (
    new Command('xeps-server')
      .description('An XMPP server in one process, for tests and demos. Not for production.')
      .version(version)
      .exitOverride()
      .option('--domain <domain>', 'the XMPP domain', 'localhost')
      // Parsed later: commander would repeat a password in what it says of a broken one.
      .option('--account <user:password>', 'makes an account (repeat for more)', several, [])
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
      .option('--without <modules>', 'features to leave out, with commas between', list, [])
      .option('--mechanisms <names>', 'the only SASL mechanisms to offer, with commas between', mechanisms)
      .option('--registration', 'lets strangers make accounts, as it is unless told otherwise', true)
      .option('--no-registration', 'lets no strangers make accounts')
      .option('--admin <secret>', 'makes and removes accounts over HTTP beneath /SECRET/')
      .option('--public-url <url>', 'where HTTP is reached from outside', publicUrl)
      .option('--max-stanza <bytes>', 'bytes of the biggest stanza', stanzaSize)
      .option('--expose', 'allows an address that others can reach')
      .option('--json', 'says where it listens as one line of JSON')
  );
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError('A port is a number from 0 (any that is free) to 65535.');
}

function list(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim());
}

function mechanisms(text: string): readonly string[] {
  const names = list(text);
  const unknown = names.find((name) => !/^(?:SCRAM-SHA-(?:1|256|512)(?:-PLUS)?|PLAIN|OAUTHBEARER)$/.test(name));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(
    'There are SCRAM-SHA-1, SCRAM-SHA-256, SCRAM-SHA-512, each also with -PLUS, PLAIN and OAUTHBEARER.',
  );
}

function publicUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('Write http:// or https:// with a host.');
}

/** RFC 6120 §13.12: a server takes 10,000 bytes at least. */
function stanzaSize(text: string): number {
  if (/^\d{5,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A number of bytes from 10000 on.');
}

function readAccount(text: string): Credentials {
  const colon = text.indexOf(':');
  const [user, password] = [text.slice(0, Math.max(colon, 0)), text.slice(colon + 1)];
  if (user === '' || password === '') throw new UsageError('an account is --account USER:PASSWORD');
  return { user, password };
}

function refuseUnknown(without: readonly string[]): void {
  const names = defaultModules.map(({ name }) => name);
  const unknown = without.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`there is no feature “${unknown}” to leave out; there are ${names.join(', ')}`);
}

/** Whether an address is one that only this machine reaches. A name may lead anywhere, save for this one. */
function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith('127.');
  return isIPv6(host) ? host === '::1' : host === 'localhost';
}
