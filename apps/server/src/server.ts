import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import type { Element } from '@xeps/core';
import { newId } from '@xeps/core';
import { createJid, parseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { CustomEndpoint } from '@xeps/client';
import { systemClock } from './clock.ts';
import { createFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import type { Credentials } from './host/accounts.ts';
import { createHost } from './host/host.ts';
import type { Host } from './host/host.ts';
import { installModules } from './host/module.ts';
import { archive, importHistory } from './modules/archive/index.ts';
import { defaultModules } from './modules/index.ts';
import { listenHttp, websocketPath } from './net/http.ts';
import { createPair } from './net/pair.ts';
import { listenTcp } from './net/tcp.ts';
import { tlsIdentity } from './net/tls.ts';
import type { Wire } from './net/wire.ts';
import { roster } from './modules/roster.ts';
import type { Contact } from './modules/roster.ts';
import type { ObservedElement, ServerOptions } from './options.ts';
import { memoryStore } from './store/store.ts';
import type { Store } from './store/store.ts';
import { serveComponent } from './stream/component-stream.ts';
import type { ComponentStream } from './stream/component-stream.ts';
import { serveStream } from './stream/server-stream.ts';
import type { ServerStream } from './stream/server-stream.ts';

/** The ports that a server listens on. */
export interface ServerPorts {
  readonly tcp?: number;
  readonly tls?: number;
  readonly http?: number;
  readonly https?: number;
  readonly component?: number;
}

/** A server that runs. */
export interface Server extends AsyncDisposable {
  readonly domain: string;
  readonly ports: ServerPorts;
  /** Its certificate in PEM, for the option `tls.ca` of clients. */
  readonly ca: string;
  /** The WebSocket's address; undefined when it does not listen for HTTP. */
  readonly websocket: string | undefined;
  readonly componentSecret: string;
  /** The way to it within the process: the option `service` of `createClient`. */
  readonly service: CustomEndpoint;
  /** What is to go wrong. */
  readonly faults: Faults;
  /** What modules stand on: everything that the server knows. */
  readonly host: Host;
  /** Makes an account. @throws AccountError, JidError */
  createAccount(account: Credentials): Jid;
  /** Removes one, with everything that belongs to it; whether there was one. */
  removeAccount(user: string): boolean;
  /** Sees every element that passes between clients and the server, from now on. */
  observe(listener: (observed: ObservedElement) => void): Disposable;
  /** The streams that are open. */
  streams(): readonly ServerStream[];
  /** Sends a stanza into the server as if `from`, which may be anybody, had sent it. */
  inject(stanza: Element): void;
  /** Closes all streams and ends; once, however often it is called. */
  stop(): Promise<void>;
}

/**
 * Starts a server in this process.
 *
 * @throws Error when a port is taken, or a module is named in `without` that there is not
 * @throws AccountError, JidError for accounts that can't be made
 */
export async function createServer(options: ServerOptions = {}): Promise<Server> {
  const domain = String(parseJid(options.domain ?? 'localhost'));
  const store = await openStore(options.file);
  const componentSecret = options.componentSecret ?? newId();
  const observers = new Set<(observed: ObservedElement) => void>();
  const open = new Set<ServerStream>();
  const components = new Set<ComponentStream>();
  const report = options.report ?? ((error) => console.error('xeps server:', error));
  const limits = { stanza: 512 * 1024, unauthenticated: 256 * 1024, ...options.limits };

  const clock = options.clock ?? systemClock;
  const control = createFaults(clock, () => open);

  const host = createHost({
    domain,
    settings: {
      registration: options.registration ?? true,
      anonymous: options.anonymous ?? false,
      mechanisms: options.mechanisms,
      externalServices: options.externalServices ?? [],
      limits,
      componentSecret,
    },
    clock,
    store,
    filter: control.filter,
    report,
  });
  const use = installModules(host, [...defaultModules, ...(options.modules ?? [])], options.without ?? []);
  for (const account of options.accounts ?? []) {
    const credentials = typeof account === 'string' ? { user: account, password: account } : account;
    // One that the file has stays as it is, however its name is written here.
    if (!host.accounts.has(createJid({ local: credentials.user, domain }).local!)) host.accounts.create(credentials);
  }

  const lists = use(roster);
  for (const { between, names = [] } of options.contacts ?? []) {
    const [first, second] = between.map((local) => createJid({ local, domain })) as [Jid, Jid];
    const contact = (name: string | undefined): Contact => ({ groups: [], subscription: 'both', name });
    lists?.change(first, second, contact(names[0]));
    lists?.change(second, first, contact(names[1]));
  }
  const kept = use(archive);
  if (kept !== undefined) importHistory(host, kept.log, options.history ?? []);

  const accept = (wire: Wire): void => {
    const faulty = control.wrap(wire);
    const served = serveStream(host, {
      wire: faulty.wire,
      limits,
      observe(direction, stream, element) {
        if (observers.size === 0) return;
        const jid = (stream.session?.jid ?? stream.account)?.toString();
        for (const observer of observers) observer({ direction, jid, element });
      },
      closed: (stream) => void open.delete(stream),
    });
    faulty.serve(served);
    if (!served.closed) open.add(served);
  };

  const identity = tlsIdentity([domain], options.tls);
  const { host: address = '127.0.0.1', ...wanted } = options.listen === false ? none : (options.listen ?? {});
  const http = { host: address, routes: host.http, maxFrameBytes: limits.stanza + 1024, report };
  const attempts = await Promise.allSettled([
    listen('tcp', wanted.tcp, (port) => listenTcp({ host: address, port, directTls: false, identity }, accept)),
    listen('tls', wanted.tls, (port) => listenTcp({ host: address, port, directTls: true, identity }, accept)),
    listen('http', wanted.http, (port) => listenHttp({ ...http, port, identity: undefined }, accept)),
    listen('https', wanted.https, (port) => listenHttp({ ...http, port, identity }, accept)),
    listen('component', wanted.component, (port) =>
      listenTcp({ host: address, port, directTls: false, identity: undefined, trusted: true }, (wire) => {
        const closed = (stream: ComponentStream): void => void components.delete(stream);
        const component = serveComponent(host, { wire, limits, closed });
        if (!component.closed) components.add(component);
      }),
    ),
  ]);
  const servers = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? (attempt.value ?? []) : []));
  const failed = attempts.find((attempt) => attempt.status === 'rejected');
  if (failed !== undefined) {
    // All or none: what listens already would go on for ever.
    await Promise.all(servers.map(({ close }) => close()));
    await store.close();
    throw failed.reason;
  }
  const ports: ServerPorts = Object.fromEntries(servers.map(({ name, port }) => [name, port]));
  host.http.base = options.publicUrl ?? (ports.http === undefined ? undefined : `http://${domain}:${ports.http}`);
  host.http.websockets = [
    ...(ports.https === undefined ? [] : [`wss://${domain}:${ports.https}${websocketPath}`]),
    ...(ports.http === undefined ? [] : [`ws://${domain}:${ports.http}${websocketPath}`]),
  ];

  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    for (const stream of [...open, ...components]) stream.fail('system-shutdown', 'the server is shutting down');
    await Promise.all(servers.map(({ close }) => close()));
    await store.close();
  }

  const server: Server = {
    domain,
    ports,
    ca: options.listen === false ? '' : await identity.certificate(),
    websocket: ports.http === undefined ? undefined : `ws://${domain}:${ports.http}${websocketPath}`,
    componentSecret,
    service: {
      kind: 'custom',
      name: `${domain} in this process`,
      connect() {
        const { transport, wire } = createPair();
        accept(wire);
        return Promise.resolve(transport);
      },
    },
    faults: control.faults,
    host,
    createAccount: (account) => host.accounts.create(account),
    removeAccount: (user) => host.removeAccount(user),
    observe(listener) {
      observers.add(listener);
      return { [Symbol.dispose]: () => void observers.delete(listener) };
    },
    streams: () => Array.from(open),
    inject: (stanza) => host.route(stanza),
    stop: () => (stopping ??= stop()),
    [Symbol.asyncDispose]: () => server.stop(),
  };
  return server;
}

const none = { tcp: false, tls: false, http: false, https: false, component: false, host: undefined } as const;

async function openStore(file: string | undefined): Promise<Store> {
  if (file === undefined) return memoryStore();
  // Only who wants a file pays for SQLite.
  const { sqliteStore } = await import('./store/sqlite.ts');
  return sqliteStore(file);
}

/** Milliseconds that clients have to close their side when the server ends. */
const closingTime = 2000;

interface Listening {
  readonly name: keyof ServerPorts;
  readonly port: number;
  close(): Promise<void>;
}

async function listen(
  name: keyof ServerPorts,
  port: number | false | undefined,
  start: (port: number) => Promise<NetServer>,
): Promise<Listening | undefined> {
  if (port === false) return undefined;
  const server = await start(port ?? 0);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    name,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) (server as { closeAllConnections(): void }).closeAllConnections();
        // Who does not close its side in return, or has not said a word yet, holds up nobody.
        setTimeout(() => sockets.forEach((socket) => socket.destroy()), closingTime).unref();
      }),
  };
}
