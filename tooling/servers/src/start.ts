/** Starting a server: folder, ports, certificates, configuration, process, readiness. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { makeCertificates } from './certificates.ts';
import { type Child, startChild } from './child.ts';
import { getServers } from './get-servers.ts';
import type { Installation, Lane, ServerKind } from './installation.ts';
import { accepts, freePorts, LOOPBACK } from './ports.ts';
import { quirksOf } from './quirks.ts';
import {
  type Account,
  createAccount,
  deleteAccount,
  type RunningServer,
  type ServerPorts,
  ServerStartError,
  type ServerInfo,
} from './server.ts';
import { renderTemplate } from './template.ts';

/** The one XMPP domain of a test server: it resolves to loopback everywhere. */
const DOMAIN = 'localhost';

const SERVICES = {
  upload: `upload.${DOMAIN}`,
  muc: `conference.${DOMAIN}`,
  pubsub: `pubsub.${DOMAIN}`,
  proxy65: `proxy.${DOMAIN}`,
  component: `component.${DOMAIN}`,
};

const PORT_NAMES = ['c2s', 'c2sTls', 'http', 'https', 'component', 'proxy65'] as const;

/** How long a server may take to answer (milliseconds); generous, for machines that are busy with other tests. */
const START_LIMIT = 60_000;

/** What the servers log when another process has one of their ports; Prosody then goes on without it. */
const PORT_TAKEN = /eaddrinuse|address already in use|port is in use by/i;

export interface StartOptions {
  /** Default: `current`. */
  readonly lane?: Lane | undefined;
  /** Folder for configuration, data and log, kept at the end. Default: a new one, removed by `stop()`. */
  readonly dir?: string | undefined;
  /** Ports to use, for a server that must come back where it was. Default: free ones. */
  readonly ports?: Partial<ServerPorts> | undefined;
  /** Accounts to make. One that `dir` has from an earlier start must not be named again. */
  readonly accounts?: readonly { readonly user: string; readonly password: string }[] | undefined;
  /** Hash of the stored passwords, and so the SCRAM mechanism offered. Default: SHA-256; SHA-1 on the old lane. */
  readonly scram?: 'SHA-1' | 'SHA-256' | undefined;
  /**
   * Scheme of upload and download URLs. Default: `http`, so that pages and `fetch` reach them without trusting the
   * test authority.
   */
  readonly uploadScheme?: 'http' | 'https' | undefined;
  readonly logLevel?: 'info' | 'debug' | undefined;
  /** Progress of getting the servers, see `getServers`. */
  readonly log?: ((line: string) => void) | undefined;
  /** Default: what `getServers({ lane })` gives. */
  readonly installation?: Installation | undefined;
}

/** How the servers differ. */
export interface ServerRecipe {
  readonly kind: ServerKind;
  /** The template in the folder `config`; its rendering has the same name. */
  readonly template: string;
  /** What its places are filled with, besides what every server has. */
  readonly values: Readonly<Record<string, string>>;
  /** Whatever must be in the folder before the first start. */
  prepare?(installation: Installation, dir: string, lane: Lane): Promise<void>;
  /** The command line that runs the server in the foreground. */
  command(
    installation: Installation,
    dir: string,
    configuration: string,
    sparePort: number,
  ): { command: string; args: string[]; env: Record<string, string> };
  /** It has no file transfer proxy (XEP-0065). */
  readonly withoutProxy?: boolean;
  /** The version when the server answers, undefined before. */
  version(adminApi: string): Promise<string | undefined>;
}

/**
 * Starts a server and waits until it takes connections.
 * @throws ServersUnavailableError, ServerStartError, AccountError
 */
export async function startServer(recipe: ServerRecipe, options: StartOptions = {}): Promise<RunningServer> {
  const lane = options.lane ?? 'current';
  const installation = options.installation ?? (await getServers({ lane, log: options.log }));
  const dir =
    options.dir === undefined
      ? await mkdtemp(join(await realpath(tmpdir()), `xeps-${recipe.kind}-`))
      : resolve(options.dir);
  await mkdir(join(dir, 'data'), { recursive: true });
  const hosts = Object.values(SERVICES);
  const certificates = await makeCertificates(join(dir, 'certs'), DOMAIN, hosts, installation.openssl);

  // The path of the administration API is a secret, because any page in a browser on this machine can reach the port.
  const secret = randomBytes(16).toString('hex');
  const componentSecret = randomBytes(16).toString('hex');
  const outputFile = join(dir, 'server.log');
  const [sparePort = 0, ...free] = await freePorts(PORT_NAMES.length + 1);
  const ports = Object.fromEntries(PORT_NAMES.map((name, i) => [name, options.ports?.[name] ?? free[i]])) as Record<
    (typeof PORT_NAMES)[number],
    number
  >;

  const scram = options.scram ?? (lane === 'old' ? 'SHA-1' : 'SHA-256');
  const uploadScheme = options.uploadScheme ?? 'http';
  const configFolder = join(import.meta.dirname, '../config');
  const configuration = join(dir, recipe.template);
  const text = await renderTemplate(join(configFolder, recipe.template), lane, {
    ...recipe.values,
    ...ports,
    ...Object.fromEntries(Object.entries(SERVICES).map(([name, address]) => [`${name}Host`, address])),
    dir,
    domain: DOMAIN,
    host: LOOPBACK,
    modules: join(configFolder, 'modules'),
    certificate: certificates.certificate,
    key: certificates.key,
    bundle: certificates.bundle,
    ca: certificates.ca,
    secret,
    componentSecret,
    uploadBase: `${uploadScheme}://${DOMAIN}:${uploadScheme === 'http' ? ports.http : ports.https}`,
    logLevel: options.logLevel ?? 'info',
    scram,
    // ejabberd's names: sha, sha256
    scramHash: scram === 'SHA-1' ? 'sha' : 'sha256',
  });
  await writeFile(configuration, text, { mode: 0o600 });
  await recipe.prepare?.(installation, dir, lane);

  const adminApi = `http://${LOOPBACK}:${ports.http}/${secret}`;
  const { command, args, env } = recipe.command(installation, dir, configuration, sparePort);
  const child = startChild(command, args, { env: { HOME: dir, ...env }, cwd: dir, outputFile });
  const removeFolder = async (): Promise<void> => {
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  };
  let version: string;
  try {
    const { proxy65, ...others } = ports;
    const listening = recipe.withoutProxy === true ? others : { ...others, proxy65 };
    version = await waitUntilReady(recipe, child, adminApi, Object.values(listening));
  } catch (error) {
    await child.kill();
    await removeFolder();
    // Another process took a port between the look for free ones and the server's start: rare, so simply once more.
    const taken = error instanceof ServerStartError && PORT_TAKEN.test(error.message);
    if (taken && options.ports === undefined) return startServer(recipe, { ...options, installation });
    throw error;
  }

  const info: ServerInfo = {
    kind: recipe.kind,
    lane,
    quirks: quirksOf(recipe.kind, lane),
    version,
    domain: DOMAIN,
    host: LOOPBACK,
    ports,
    ws: `ws://${DOMAIN}:${ports.http}/xmpp-websocket`,
    wss: `wss://${DOMAIN}:${ports.https}/xmpp-websocket`,
    ca: certificates.ca,
    caPem: certificates.caPem,
    services: SERVICES,
    componentSecret,
    adminApi,
    pid: child.pid,
    dir,
  };
  const server: RunningServer = {
    ...info,
    createAccount: (user: string, password: string): Promise<Account> => createAccount(info, user, password),
    deleteAccount: (user: string) => deleteAccount(info, user),
    log: child.output,
    kill: child.kill,
    stop: async () => {
      await child.stop();
      await removeFolder();
    },
  };
  try {
    for (const { user, password } of options.accounts ?? []) await server.createAccount(user, password);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

async function waitUntilReady(
  recipe: ServerRecipe,
  child: Child,
  adminApi: string,
  ports: readonly number[],
): Promise<string> {
  const fail = (what: string): ServerStartError =>
    new ServerStartError(`${recipe.kind} ${what}. Its log ends:\n${child.output().slice(-4000)}`);
  for (const start = Date.now(); Date.now() - start < START_LIMIT; await sleep(25)) {
    if (!child.running()) throw fail('ended while it started');
    // Only this server answers under the secret path, so another process that took the port is not mistaken for it.
    const version = await recipe.version(adminApi).catch(() => undefined);
    if (version === undefined) continue;
    if (PORT_TAKEN.test(child.output())) throw fail('found a port taken');
    if ((await Promise.all(ports.map(accepts))).every(Boolean)) return version;
  }
  throw fail(`did not answer within ${START_LIMIT / 1000} s`);
}
