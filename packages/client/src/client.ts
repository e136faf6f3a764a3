import { createSession, DisconnectedError, Element, newId, NS_CLIENT } from '@xeps/core';
import type { Session, XmppError } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import {
  anonymous,
  bind,
  createClientStream,
  memoryScramKeyCache,
  plain,
  sasl,
  scramSha1,
  scramSha256,
  scramSha512,
} from '@xeps/stream';
import type { Receipt, SaslCredentials, StreamModule } from '@xeps/stream';
import { createStreamManagement, redelivery } from '@xeps/xep-0198';
import type { StreamManagement, UnackedStanza } from '@xeps/xep-0198';
import { systemClock } from './clock.ts';
import { createConnection } from './connection.ts';
import type { ConnectionStatus, StartOptions } from './connection.ts';
import { isLoopback } from './loopback.ts';
import type { Endpoint } from './discovery/endpoint.ts';
import type { ClientOptions } from './options.ts';
import type { Platform } from './platform.ts';
import type { Outgoing } from './send-queue.ts';

/** An account's connection: a session that signs in, and comes back when the connection is lost. */
export interface Client extends Session, AsyncDisposable {
  /** What the connection is doing. */
  readonly connection: ConnectionStatus;
  /** Listens for changes of `connection`. */
  onConnection(listener: (status: ConnectionStatus) => void): Disposable;
  /**
   * Connects and signs in; resolves with the address that the server bound. Rejects with `ConnectionError`,
   * `SaslError`, `StreamError`, `NegotiationError`, `TimeoutError` or `DisconnectedError`, and may then be called again.
   * Once online, a connection that is lost is made anew until `stop` or an error that trying again can't mend.
   */
  start(options?: StartOptions): Promise<Jid>;
  /** Signs out: writes what was sent, closes the stream, ends the session. */
  stop(): Promise<void>;
}

/** Makes a client on a platform. */
export function createClientOn<Tls, Discovery extends object>(
  platform: Platform<Tls, Discovery>,
  options: ClientOptions & { readonly tls?: Tls | undefined; readonly discovery?: Discovery | undefined },
): Client {
  const account = toJid(options.jid);
  const { domain } = account;
  const service = typeof options.service === 'string' ? platform.parseService(options.service) : options.service;
  const scramKeys = memoryScramKeyCache();
  // One that is in no stream manages nothing.
  const { streamManagement = true } = options;
  const management = createStreamManagement({
    clock: systemClock,
    ...(typeof streamManagement === 'object' && streamManagement),
  });
  let lastEndpoint: Endpoint | undefined;

  const control = createSession({ jid: account, write: (stanza, how) => connection.write(stanza, how) });
  const { session } = control;

  async function credentials(): Promise<SaslCredentials> {
    const password = typeof options.password === 'function' ? await options.password() : options.password;
    return {
      username: account.local ?? '',
      scramKeys,
      ...(password !== undefined && { password }),
      ...options.credentials,
    };
  }
  const mechanisms =
    options.mechanisms ?? (account.local === undefined ? [anonymous] : [scramSha512, scramSha256, scramSha1, plain]);
  const isTrusted = (endpoint: Endpoint): boolean => options.allowInsecure === true && isLoopback(endpoint);

  const connection = createConnection({
    settings: options,
    clock: systemClock,
    name: domain,
    async *endpoints(signal) {
      // XEP-0198 §3: first where the session is kept, if the server said so.
      const location = management.resumable && management.location;
      const preferred = location && lastEndpoint && platform.otherHost(location, lastEndpoint);
      if (preferred) yield preferred;
      if (service !== undefined) yield service;
      else yield* platform.discover(domain, { ...(options.discovery as Discovery), signal });
    },
    connect: (endpoint, how) => platform.connect(endpoint, { ...how, domain, tls: options.tls }),
    createStream(transport, endpoint, port) {
      lastEndpoint = endpoint;
      const trusted = isTrusted(endpoint);
      const modules: StreamModule[] = [
        ...(options.modules ?? []),
        ...platform.modules.map((make) => make()),
        sasl({ mechanisms, credentials, trustConnection: trusted }),
        ...(streamManagement === false ? [] : [management.module]),
        bind({ resource: account.resource ?? options.resource }),
      ];
      return createClientStream(
        {
          framing: platform.framing(transport),
          domain,
          modules,
          secure: transport.secure,
          allowInsecure: trusted,
          from: account.local && String(account.bare()),
          lang: options.lang,
          limits: options.limits,
        },
        port,
      );
    },
    otherHost: platform.otherHost,
    probe() {
      // Whatever the server answers shows that it is there; that it knows XEP-0199 is not needed.
      if (!management.requestAck()) {
        const ping = new Element('iq', { xmlns: NS_CLIENT, type: 'get', id: newId() });
        ping.c('ping', { xmlns: 'urn:xmpp:ping' });
        connection.write(ping, {}).catch(() => {});
      }
      return true;
    },
    onWake: platform.onWake,
    online: (jid, resumed) => (resumed ? control.resumed() : control.online(jid)),
    stanza: (stanza) => control.receive(stanza),
    disconnected: (error) => control.disconnected(error),
    redeliver: () => redeliver(management.takeLost()),
    poisoned(error) {
      management.forget();
      // What this side refused to read says nothing about what it sent.
      if (error.by === 'peer') failLost(management, error);
    },
    ended(error) {
      management.forget();
      failLost(management, error);
      control.end(error);
    },
  });

  const { start, stop } = connection;
  const own: Omit<Client, keyof Session> = {
    start,
    stop,
    onConnection: (listener) => connection.onStatus(listener),
    [Symbol.asyncDispose]: stop,
    get connection() {
      return connection.status;
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

function failLost(management: StreamManagement, error: XmppError): void {
  for (const { receipt } of management.takeLost()) receipt?.failed(error);
}
