import { createSession, XmppError } from '@xeps/core';
import type { Element, Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { parseJid, tryParseJid } from '@xeps/core/jid';
import { connectTcp, createConnection, systemClock } from '@xeps/client/connection';
import type {
  ConnectionSettings,
  ConnectionStatus,
  Endpoint,
  NodeTlsOptions,
  StartOptions,
} from '@xeps/client/connection';
import { createComponentStream } from './component-stream.ts';

/** Which component connects, where to, and how. */
export interface ComponentOptions extends ConnectionSettings {
  /** The component's own address, such as `translate.example.org`. */
  readonly domain: string;
  /** What it shares with its server. */
  readonly secret: string;
  /** The server's host; `localhost` when left out. The connection has no encryption of its own: see `directTls`. */
  readonly host?: string | undefined;
  /** 5347 when left out. */
  readonly port?: number | undefined;
  /** The server's component port speaks TLS, with a certificate for `tlsName`. */
  readonly directTls?: boolean | undefined;
  /** Whom the server's certificate is for; `host` when left out. */
  readonly tlsName?: string | undefined;
  readonly tls?: NodeTlsOptions | undefined;
}

/** A service's connection: a session that speaks for every address of its domain. */
export interface Component extends Session, AsyncDisposable {
  /** What the connection is doing. */
  readonly connection: ConnectionStatus;
  /** Listens for changes of `connection`. */
  onConnection(listener: (status: ConnectionStatus) => void): Disposable;
  /** Connects and proves the secret. Rejects with `StreamError` `not-authorized` when the server knows another one. */
  start(options?: StartOptions): Promise<Jid>;
  /** Closes the stream and ends the session. */
  stop(): Promise<void>;
}

/**
 * Makes an external component (XEP-0114); `start()` connects it, and a lost connection is made anew.
 *
 * Stanzas need an addressee; the sender is the component itself unless the stanza names another address of its domain.
 *
 * @example
 * ```ts
 * import { createComponent } from '@xeps/component';
 *
 * const component = createComponent({ domain: 'echo.localhost', secret: 'secret', port: 5347 });
 * component.on('message', (message) => console.log(message.attrs.from));
 * await component.start();
 * ```
 */
export function createComponent(options: ComponentOptions): Component {
  const { domain, secret, host = 'localhost', port = 5347, directTls = false, tlsName = host } = options;
  const address = parseJid(domain);
  const endpoint: Endpoint = { kind: 'tcp', host, port, directTls };

  const control = createSession({
    jid: address,
    role: 'component',
    write(stanza, how) {
      const fault = addressFault(stanza, address);
      return fault === undefined ? connection.write(stanza, how) : Promise.reject(fault);
    },
  });
  const connection = createConnection({
    settings: options,
    clock: systemClock,
    name: domain,
    async *endpoints() {
      yield [endpoint];
    },
    connect: (_, how) => connectTcp({ host, port, directTls, domain: tlsName, tls: options.tls }, how),
    createStream: (_, __, streamPort) => createComponentStream(domain, secret, streamPort),
    probe(live) {
      // White space has no answer, but a connection that is gone lets it fail.
      live.keepalive();
      return false;
    },
    online: (jid) => control.online(jid),
    stanza: (stanza) => control.receive(stanza),
    disconnected: (error) => control.disconnected(error),
    redeliver: () => [],
    poisoned() {},
    limits: () => ({}),
    ended: (error) => control.end(error),
  });

  const { start, stop } = connection;
  const own: Omit<Component, keyof Session> = {
    start,
    stop,
    onConnection: (listener) => connection.onStatus(listener),
    [Symbol.asyncDispose]: stop,
    get connection() {
      return connection.status;
    },
  };
  return Object.defineProperties(own, Object.getOwnPropertyDescriptors(control.session)) as Component;
}

/** §3: a stanza without addressee, or from another domain, would end the stream for all others too. */
function addressFault(stanza: Element, address: Jid): XmppError | undefined {
  const { from, to } = stanza.attrs as Readonly<Record<string, unknown>>;
  const sender = tryParseJid(String(from));
  if (to === undefined) return new XmppError('ERR_XMPP_ADDRESSING', `a component's <${stanza.name}/> needs a "to"`);
  if (sender?.domain === address.domain) return undefined;
  return new XmppError(
    'ERR_XMPP_ADDRESSING',
    `${String(address)} can't send <${stanza.name}/> in the name of ${String(from)}`,
  );
}
