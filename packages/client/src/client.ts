import { createSession, DisconnectedError, Element, newId, NS_CLIENT } from '@xeps/core';
import type { Session, XmppError } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { createClientStream } from '@xeps/stream';
import type { Receipt } from '@xeps/stream';
import { createStreamManagement, redelivery } from '@xeps/xep-0198';
import type { StreamManagement, UnackedStanza } from '@xeps/xep-0198';
import { createClientState } from '@xeps/xep-0352';
import { createStreamLimits } from '@xeps/xep-0478';
import { createAccountMemory } from './account.ts';
import { systemClock } from './clock.ts';
import { createConnection } from './connection.ts';
import type { ConnectionStatus, StartOptions } from './connection.ts';
import { isLoopback } from './loopback.ts';
import type { HostMetaCache } from './discovery/discover.ts';
import type { Endpoint } from './discovery/endpoint.ts';
import type { ClientOptions } from './options.ts';
import type { Platform } from './platform.ts';
import type { Outgoing } from './send-queue.ts';
import { signInModules } from './sign-in.ts';
import type { SignIn } from './sign-in.ts';
import { memoryCredentials } from './store/memory.ts';
import type { CredentialStore } from './store/types.ts';

/** An account's connection: a session that signs in, and comes back when the connection is lost. */
export interface Client extends Session, AsyncDisposable {
  /** What the connection is doing. */
  readonly connection: ConnectionStatus;
  /** How the last sign-in went; undefined before the first. */
  readonly signIn: SignIn | undefined;
  /** Listens for changes of `connection`. */
  onConnection(listener: (status: ConnectionStatus) => void): Disposable;
  /**
   * Connects and signs in; resolves with the address that the server bound. Rejects with `ConnectionError`,
   * `SaslError`, `StreamError`, `NegotiationError`, `TimeoutError` or `DisconnectedError`, and may then be called again.
   * Once online, a connection that is lost is made anew until `stop` or an error that trying again can't mend.
   */
  start(options?: StartOptions): Promise<Jid>;
  /** Writes what was sent, closes the stream, ends the session. What is stored to sign in again stays. */
  stop(): Promise<void>;
  /**
   * Writes what was sent and breaks the connection off, so that the server keeps the session for a while: the next
   * client with the same store resumes it. For a program that is about to be started again.
   */
  suspend(): Promise<void>;
  /**
   * As `stop`, and then nothing of the account is stored here any more, and the server takes the token back (XEP-0484
   * §3.7). Rejects when the server could not be told.
   */
  signOut(): Promise<void>;
  /** Says whether a person is using this client; servers send less to one that is not in use (XEP-0352). True at first. */
  setActive(active: boolean): void;
}

/** Makes a client on a platform. `toForget`: it takes the token there back by using it for the last time (XEP-0484 §3.7). */
export function createClientOn<Tls, Discovery extends object>(
  platform: Platform<Tls, Discovery>,
  options: ClientOptions & { readonly tls?: Tls | undefined; readonly discovery?: Discovery | undefined },
  toForget?: CredentialStore,
): Client {
  const jid = toJid(options.jid);
  const { domain } = jid;
  const address = String(jid.bare());
  const service = typeof options.service === 'string' ? platform.parseService(options.service) : options.service;
  const { streamManagement = true, store } = options;
  // Without a store, what is known lasts as long as this client: the session is in its memory anyway.
  const credentials = toForget ?? store?.credentials ?? memoryCredentials();
  const account = createAccountMemory(credentials, address);
  const limits = createStreamLimits();
  const clientState = createClientState();
  let management: StreamManagement | undefined;
  let preparing: Promise<void> | undefined;
  let signIn: SignIn | undefined;
  let lastEndpoint: Endpoint | undefined;
  let resumedLast = false;
  const cache: HostMetaCache = new Map();

  const control = createSession({
    jid,
    write: (stanza, how) => connection.write(stanza, how),
    waitUntil: (work) => management?.hold(work),
  });
  const { session } = control;
  const isTrusted = (endpoint: Endpoint): boolean => options.allowInsecure === true && isLoopback(endpoint);

  /** Reads what is stored, once. */
  async function prepare(): Promise<void> {
    await account.load();
    // It loads while the connection is being made; whether it did is seen when it is needed.
    if (account.known.token === undefined) platform.passwordSignIn().catch(() => {});
    if (streamManagement === false) return;
    management = createStreamManagement({
      clock: systemClock,
      journal: await store?.streams.open(address),
      ...(typeof streamManagement === 'object' && streamManagement),
    });
    // A session under another resource than the one that is asked for is not the one to go on with.
    const wanted = jid.resource ?? options.resource;
    const bound = management.snapshot()?.jid;
    if (wanted !== undefined && bound !== undefined && toJid(bound).resource !== wanted) management.forget();
  }

  const connection = createConnection({
    settings: options,
    clock: systemClock,
    name: domain,
    async *endpoints(signal) {
      await (preparing ??= prepare());
      // XEP-0198 §3: first where the session is kept, if the server said so.
      const location = management?.resumable === true && management.location;
      const preferred = location && lastEndpoint && platform.otherHost(location, lastEndpoint);
      if (preferred) yield [preferred];
      if (service !== undefined) yield [service];
      else yield* platform.discover(domain, { cache, ...(options.discovery as Discovery), signal });
    },
    resolve:
      platform.resolve &&
      ((group, signal) => platform.resolve!(group, { ...(options.discovery as Discovery), signal })),
    connect: (endpoint, how) =>
      endpoint.kind === 'custom'
        ? endpoint.connect(how)
        : platform.connect(endpoint, { ...how, domain, tls: options.tls }),
    createStream(transport, endpoint, port) {
      lastEndpoint = endpoint;
      const trusted = isTrusted(endpoint);
      const { bindFeatures } = control;
      const invalidate = toForget !== undefined;
      const parts = { jid, options, platform, account, management, clientState, bindFeatures, invalidate };
      return createClientStream(
        {
          framing: platform.framing(transport),
          domain,
          modules: [
            ...(options.modules ?? []),
            limits.module,
            ...signInModules({ ...parts, signedIn: (how) => void (signIn = how) }, trusted),
          ],
          secure: transport.secure,
          tls: () => transport.tls,
          allowInsecure: trusted,
          from: jid.local && address,
          lang: options.lang,
          limits: options.limits,
        },
        port,
      );
    },
    otherHost: platform.otherHost,
    limits: () => limits.current,
    probe() {
      // Whatever the server answers shows that it is there; that it knows XEP-0199 is not needed.
      if (management?.requestAck() !== true) {
        const ping = new Element('iq', { xmlns: NS_CLIENT, type: 'get', id: newId() });
        ping.c('ping', { xmlns: 'urn:xmpp:ping' });
        connection.write(ping, {}).catch(() => {});
      }
      return true;
    },
    onWake: platform.onWake,
    online(bound, resumed) {
      resumedLast = resumed;
      if (resumed) control.resumed(bound);
      else control.online(bound);
    },
    stanza: (stanza) => control.receive(stanza),
    disconnected: (error) => control.disconnected(error),
    redeliver: () => redeliver(management?.takeLost() ?? []),
    poisoned(error) {
      management?.forget();
      // What this side refused to read says nothing about what it sent. Nor does what a server can't read of a session that
      // it has just resumed: the half of a stanza was left over from the connection before.
      const leftOver = resumedLast && error.condition === 'not-well-formed';
      if (error.by === 'peer' && !leftOver) failLost(management, error);
    },
    ended(error, kept) {
      if (!kept) management?.forget();
      failLost(management, error);
      control.end(error);
    },
  });

  async function signOut(): Promise<void> {
    await stop();
    await account.load();
    try {
      if (account.known.token === undefined) return;
      const how = { ...options, store: undefined, streamManagement: false, reconnect: false };
      const last = createClientOn(platform, how, credentials);
      await last.start();
      await last.stop();
    } finally {
      await account.forget();
    }
  }

  const { start, stop, suspend } = connection;
  const own: Omit<Client, keyof Session> = {
    start,
    stop,
    suspend,
    signOut,
    setActive: (active) => clientState.set(active),
    onConnection: (listener) => connection.onStatus(listener),
    [Symbol.asyncDispose]: stop,
    get connection() {
      return connection.status;
    },
    get signIn() {
      return signIn;
    },
  };
  return Object.defineProperties(own, Object.getOwnPropertyDescriptors(session)) as Client;
}

/** What to send again on a new session; who sent the rest is told. */
function redeliver(lost: readonly UnackedStanza[]): Outgoing[] {
  const again: Outgoing[] = [];
  for (const entry of lost) {
    const stanza = redelivery(entry);
    const { receipt = nobody } = entry;
    if (stanza !== undefined) again.push({ stanza, receipt, written() {}, failed: (error) => receipt.failed(error) });
    else
      receipt.failed(new DisconnectedError(`the session ended before the server took this ${entry.stanza.kind} over`));
  }
  return again;
}

/** Whom a stanza of an earlier process, or of this side's own, tells how it went. */
const nobody: Receipt = { acked() {}, failed() {} };

function failLost(management: StreamManagement | undefined, error: XmppError): void {
  for (const { receipt } of management?.takeLost() ?? []) receipt?.failed(error);
}
