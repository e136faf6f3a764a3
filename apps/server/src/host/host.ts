/**
 * What the modules of the server stand on: who is there, where stanzas go, who answers what, and where a module may take
 * part. The host itself knows the routing rules of RFC 6120 §10 and RFC 6121 §8, and nothing else.
 */
import { createSession } from '@xeps/core';
import type { Element, Session, StanzaError } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { Clock } from '../clock.ts';
import type { StanzaFilter } from '../faults.ts';
import { createHttpRoutes } from '../net/http-routes.ts';
import type { HttpRoutes } from '../net/http-routes.ts';
import type { ExternalService } from '../modules/external-services.ts';
import type { Store } from '../store/store.ts';
import type { ServerStream, StreamLimits, StreamPart } from '../stream/server-stream.ts';
import { createAccounts } from './accounts.ts';
import type { Accounts } from './accounts.ts';
import { createDiscoSet } from './disco.ts';
import type { DiscoSet } from './disco.ts';
import { createHooks } from './hooks.ts';
import type { Hooks } from './hooks.ts';
import { createIqTable } from './iq-table.ts';
import type { IqContext, IqTable } from './iq-table.ts';
import { createRouter } from './router.ts';
import type { Route } from './router.ts';
import { createClientSession, createSessions } from './sessions.ts';
import type { ClientSession, Sessions } from './sessions.ts';

/** Where a module may take part. Listeners are asked in the order in which the modules are installed. */
export interface HostEvents {
  /** A client's message, stamped with its full address, before it goes anywhere. True: dealt with. */
  outgoing: { readonly session: ClientSession; readonly stanza: Element; readonly to: Jid };
  /** A client's IQ to somebody else's address, or its directed presence. True: dealt with. */
  outgoingOther: { readonly session: ClientSession; readonly stanza: Element; readonly to: Jid };
  /** Any stanza for an account's bare or full address, from anybody, before it is delivered. True: it goes no further. */
  arriving: { readonly account: Jid; readonly stanza: Element; readonly from: Jid; readonly to: Jid };
  /** A message for an account that will be delivered, or kept for it. What is added to it, its receivers get. */
  incoming: { readonly account: Jid; readonly stanza: Element; readonly from: Jid; readonly to: Jid };
  /** Those sessions got a message; for copies to others. Also with none, when it was kept. */
  delivered: {
    readonly account: Jid;
    readonly stanza: Element;
    readonly sessions: readonly ClientSession[];
    readonly to: Jid;
  };
  /** No session may get a message. True: somebody keeps it; otherwise its sender is told, as RFC 6121 §8.5.2.2 says. */
  undelivered: { readonly account: Jid; readonly stanza: Element; readonly from: Jid };
  /** A presence of a client without an addressee: what it says to all (RFC 6121 §4). */
  broadcast: { readonly session: ClientSession; readonly stanza: Element };
  /** A presence of a client with an addressee, and not about a subscription (RFC 6121 §4.6). */
  directed: { readonly session: ClientSession; readonly stanza: Element; readonly to: Jid };
  /** A presence for an account's bare address: subscriptions, probes, availability. True: dealt with. */
  presence: { readonly account: Jid; readonly stanza: Element; readonly from: Jid };
  /** A client's presence about a subscription (RFC 6121 §3). */
  subscription: { readonly session: ClientSession; readonly stanza: Element; readonly to: Jid };
  /** An address is bound. */
  bound: { readonly session: ClientSession };
  /** A session became available for the first time, after that was broadcast. */
  available: { readonly session: ClientSession };
  /** It is not available any more, and nothing was told to others yet. `stanza` is what it said, if anything. */
  unavailable: { readonly session: ClientSession; readonly stanza: Element | undefined };
  /** A session is over. `undelivered`: what it was sent and is not known to have got, oldest first. */
  ended: { readonly session: ClientSession; readonly undelivered: readonly Element[] };
  /** An account has another password: what was signed in with the old one counts no more. `session` has changed it. */
  passwordChanged: { readonly account: Jid; readonly session?: ClientSession | undefined };
  /** An account is to be forgotten with everything that belongs to it. */
  removed: { readonly account: Jid };
}

/** A service with an address of its own, such as `conference.example.org`. */
export interface Service {
  /** Takes what is sent to any address of its domain. */
  receive(stanza: Element): void;
}

/** See the file's head. */
export interface Host {
  readonly domain: string;
  /** The server's own address. */
  readonly jid: Jid;
  readonly clock: Clock;
  readonly store: Store;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly hooks: Hooks<HostEvents>;
  /** What the server says of itself, and what each account's bare address says. */
  readonly disco: { readonly server: DiscoSet; readonly account: DiscoSet };
  /** Requests to the domain. */
  readonly serverIq: IqTable;
  /** Requests to accounts' bare addresses, and those of clients without an addressee. */
  readonly accountIq: IqTable;
  /** The parts that streams are made of, in the order in which they are asked. */
  readonly streamParts: StreamPart[];
  /** For the server's own questions to clients, in the name of the domain or (`from`) of an account. */
  readonly session: Session;

  /** Sends a stanza with `from` and `to` wherever it belongs. */
  route(stanza: Element): void;
  /** Takes a stanza of a client, whatever it says: it is checked and stamped here. */
  receive(session: ClientSession, stanza: Element): void;
  /** Refuses a stanza, in the name of whom it was sent to; errors and results are never answered (RFC 6120 §8.3.1). */
  refuse(stanza: Element, error: StanzaError): void;
  /** The bare address of an account; undefined when there is no such account. */
  account(jid: Jid): Jid | undefined;
  /** Gives a service its address. */
  addService(address: Jid | string, service: Service): void;
  removeService(address: Jid | string): void;
  service(domain: string): Service | undefined;
  /** Answers an IQ with a table, in the name of a service. */
  answer(table: IqTable, context: IqContext): void;

  /** Binds an address on a stream. */
  bind(stream: ServerStream, jid: Jid): ClientSession;
  /** Ends a session, with what it is not known to have got. */
  end(session: ClientSession, undelivered?: readonly Element[]): void;
  /** Forgets an account and ends its sessions; whether there was one. */
  removeAccount(user: string): boolean;
  /** What the server was made with. */
  readonly options: HostSettings;
  /** What is served over HTTP, beside WebSocket. */
  readonly http: HttpRoutes;
  /** Makes known what went wrong inside the server. */
  report(error: unknown): void;
}

/** What modules may know of the options. */
export interface HostSettings {
  /** Whether strangers may make accounts. */
  readonly registration: boolean;
  /** Whether anybody may sign in without an account. */
  readonly anonymous: boolean;
  /** The only SASL mechanisms to offer; all when undefined. */
  readonly mechanisms: readonly string[] | undefined;
  /** How much clients may send. */
  readonly limits: StreamLimits;
  /** What clients are told of outside of XMPP. */
  readonly externalServices: readonly ExternalService[];
  /** Shared with components (XEP-0114). */
  readonly componentSecret: string;
}

/** What a host is made of. */
export interface HostOptions {
  readonly settings: HostSettings;
  readonly domain: string;
  readonly clock: Clock;
  readonly store: Store;
  /** What becomes of stanzas on their way in and out: nothing, one, or more. */
  readonly filter: StanzaFilter;
  readonly report: (error: unknown) => void;
}

/** Makes a host without modules. */
export function createHost({ domain, settings, clock, store, filter, report }: HostOptions): Host {
  const jid = parseJid(domain);
  const sessions = createSessions();
  const accounts = createAccounts(store, domain);
  const services = new Map<string, Service>();
  const own = createSession({
    jid,
    role: 'component',
    write(stanza) {
      host.route(stanza);
      return Promise.resolve({ acked: Promise.resolve() });
    },
  });
  own.session.on('fault', ({ error }) => report(error));
  own.online(jid);

  const host: Host = {
    domain,
    jid,
    clock,
    store,
    accounts,
    sessions,
    hooks: createHooks(),
    disco: { server: createDiscoSet(), account: createDiscoSet() },
    serverIq: createIqTable(),
    accountIq: createIqTable(),
    streamParts: [],
    options: settings,
    http: createHttpRoutes(),
    session: own.session,
    route: (stanza) => router.route(stanza),
    receive(session, stanza) {
      for (const passed of filter('in', session, stanza)) router.fromClient(session, passed);
    },
    refuse: (stanza, error) => router.refuse(stanza, error),
    account: (address) =>
      address.local !== undefined && address.domain === domain && accounts.has(address.local)
        ? address.bare()
        : undefined,
    addService: (address, service) => void services.set(String(address), service),
    removeService: (address) => void services.delete(String(address)),
    service: (address) => services.get(address),
    answer: (table, context) => table.answer(context, (reply) => host.route(reply), report),
    bind(stream, address) {
      const session = createClientSession(address, stream, (to, stanza) => filter('out', to, stanza));
      sessions.add(session);
      host.hooks.run('bound', { session });
      return session;
    },
    end(session, undelivered = []) {
      if (!session.alive) return;
      if (session.presence !== undefined) host.hooks.run('unavailable', { session, stanza: undefined });
      session.presence = undefined;
      sessions.remove(session);
      session.close();
      host.hooks.run('ended', { session, undelivered });
      // Of who was signed in without an account nothing is left.
      const account = session.jid.bare();
      if (!accounts.has(account.local!) && sessions.of(account).length === 0) host.hooks.run('removed', { account });
    },
    removeAccount(user) {
      const account = host.account(parseJid(`${user}@${domain}`));
      if (account === undefined) return false;
      for (const session of sessions.of(account)) {
        session.stream?.fail('not-authorized', 'the account was removed');
        host.end(session);
      }
      host.hooks.run('removed', { account });
      return accounts.remove(user);
    },
    report,
  };
  const router: Route = createRouter(host, (stanza) => own.receive(stanza));
  return host;
}
