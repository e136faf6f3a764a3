/**
 * The client's side of a stream from header to stanzas. `createXmlStream` knows headers, errors and closing; here the
 * modules get their turns until an address is bound and none has more to do.
 *
 *     idle ── start() ──▶ opening ── header, features ──▶ negotiating ──┬─▶ online ── close() ──▶ closing ──▶ closed
 *                            ▲                                          │
 *                            └── restart, after TLS or SASL ────────────┘
 *
 * While negotiating, elements wait in `backlog` until a module asks for them. A stanza before an address is bound is a
 * fault of the peer's (RFC 6120 §6.3.1 and §7.1); one between binding and `online` is kept and delivered then.
 */
import { DisconnectedError, XmppError } from '@xeps/core';
import type { Element } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import type { XmlLimits } from '@xeps/core/xml';
import type { EncodedStanza } from './encoded-stanza.ts';
import { isStanzaKind } from './encoded-stanza.ts';
import { childElements } from './elements.ts';
import type { FramingFactory } from './framing.ts';
import type { Outcome, Receipt, StreamContext, StreamModule, TlsChannel } from './module.ts';
import { NS_CLIENT, NS_STREAM } from './namespaces.ts';
import { NegotiationError, StreamError } from './stream-error.ts';
import { createXmlStream } from './xml-stream.ts';

/** See the file's head. */
export type ClientStreamState = 'idle' | 'opening' | 'negotiating' | 'online' | 'closing' | 'closed';

/** How a client's stream is set up. */
export interface ClientStreamOptions {
  readonly framing: FramingFactory;
  /** The domain that is asked for. */
  readonly domain: string;
  /** Who asks, as a bare address; told to the server only under TLS (RFC 6120 §4.7.1). */
  readonly from?: string | undefined;
  /** Preferred language of what the server says to humans, RFC 6120 §4.7.4. */
  readonly lang?: string | undefined;
  readonly modules: readonly StreamModule[];
  /** The transport has TLS already. */
  readonly secure: boolean;
  /** What is known of that TLS; asked when it is needed, as STARTTLS brings it later. */
  readonly tls?: (() => TlsChannel | undefined) | undefined;
  /** Goes on without TLS. Only for a peer on the same machine. */
  readonly allowInsecure?: boolean | undefined;
  readonly limits?: Partial<XmlLimits> | undefined;
}

/** What a client's stream needs from its owner. */
export interface ClientStreamPort {
  /** Hands text to the transport. */
  write(text: string): void;
  /** Upgrades the connection to TLS and verifies the certificate. Called while the server's consent is being read,
   * so that reading can stop right there; bytes that came in the clear are not to be given to `receive` any more. */
  startTls(): Promise<void>;
  /** Stanzas may be sent. Those kept back are delivered right after. */
  online(jid: Jid, resumed: boolean): void;
  /** A stanza has come; only while online or closing. */
  stanza(stanza: Element): void;
  /** It is over, once. The transport is to be ended. */
  closed(error: XmppError | undefined): void;
}

/** A client's stream. No method throws for what the server did. */
export interface ClientStream {
  readonly state: ClientStreamState;
  readonly jid: Jid | undefined;
  /** Opens the stream. */
  start(): void;
  receive(data: Uint8Array | string): void;
  /** Writes a stanza; whether it was written: only when online. */
  send(stanza: EncodedStanza, receipt?: Receipt): boolean;
  /** Writes an element that is no stanza, when online. */
  sendElement(element: Element): void;
  /** Writes what keeps an idle connection open, where the framing has it. */
  keepalive(): void;
  /** Closes; `closed` follows when the server has answered, or when `end` is called. */
  close(): void;
  /** Ends the stream with a fault of the server's. */
  fail(error: StreamError): void;
  /** The connection has ended. */
  end(error?: XmppError): void;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Waiter {
  wanted(element: Element): boolean;
  resolve(element: Element): void;
  reject(error: Error): void;
}

function describe(element: Element): string {
  return `<${element.name} xmlns='${element.getNS() ?? ''}'>`;
}

/** Makes a client's stream in state idle. */
export function createClientStream(options: ClientStreamOptions, port: ClientStreamPort): ClientStream {
  const { modules, domain } = options;
  let resumed = false;
  let online = false;
  let turn: StreamModule | undefined;
  let waiter: Waiter | undefined;
  let upgrade: Promise<void> | undefined;
  const backlog: Element[] = [];
  const kept: Element[] = [];

  const closed = (error: XmppError | undefined): void => {
    online = false;
    const waiting = waiter;
    waiter = undefined;
    waiting?.reject(error ?? new DisconnectedError(`${domain} closed the stream before it was ready`));
    for (const module of modules) module.ended?.(error === undefined);
    port.closed(error);
  };

  const xml = createXmlStream(
    { role: 'client', framing: options.framing, peer: domain, limits: options.limits },
    {
      write: (text) => port.write(text),
      opened: (header) => {
        context.header = header;
      },
      element: arrived,
      closed,
    },
  );

  function arrived(element: Element): void {
    if (online) return deliver(element);
    // Closed from this side before it was ready: nothing is delivered before an address is bound.
    if (xml.state === 'closing') return;
    const boundary = turn?.boundary?.(element);
    if (boundary === 'restart') xml.restart();
    else if (boundary === 'discard') {
      xml.reset();
      upgrade = port.startTls();
      // Who waits for it comes a moment later.
      upgrade.catch(() => {});
    }
    backlog.push(element);
    pump();
  }

  /** Hands the backlog to who waits for it. */
  function pump(): void {
    while (waiter !== undefined && backlog.length > 0) {
      const element = backlog.shift()!;
      if (waiter.wanted(element)) {
        const { resolve } = waiter;
        waiter = undefined;
        resolve(element);
      } else if (isStanzaKind(element.name) && context.jid !== undefined) {
        for (const module of modules) module.received?.(element);
        kept.push(element);
      } else {
        const condition = isStanzaKind(element.name) ? 'not-authorized' : 'unsupported-stanza-type';
        xml.fail(new StreamError(condition, { text: `${describe(element)} was not expected while signing in` }));
      }
    }
  }

  function deliver(element: Element): void {
    if (isStanzaKind(element.name) && element.attrs['xmlns'] === NS_CLIENT) {
      for (const module of modules) module.received?.(element);
      port.stanza(element);
      return;
    }
    for (const module of modules) if (module.element?.(element, context) === true) return;
    // Anything else, such as features after XEP-0386 or an extension that nobody asked for, means nothing here.
  }

  const context: Mutable<StreamContext> = {
    domain,
    framing: xml.framing,
    get tls() {
      return context.secure ? options.tls?.() : undefined;
    },
    header: {},
    secure: options.secure,
    authenticated: false,
    jid: undefined,
    next: (wanted) =>
      new Promise((resolve, reject) => {
        if (xml.state === 'closed') return reject(new DisconnectedError(`the stream to ${domain} is closed`));
        waiter = { wanted, resolve, reject };
        pump();
      }),
    send: (element) => xml.send(element),
    sendStanza: (stanza) => xml.sendStanza(stanza),
    async startTls() {
      // What came in the clear must not survive, so the stream has to have ended exactly here.
      if (upgrade === undefined || backlog.length > 0)
        throw new NegotiationError('tls-refused', `${domain} answered STARTTLS before it was asked`);
      await upgrade;
      upgrade = undefined;
      context.secure = true;
    },
    setAuthenticated() {
      context.authenticated = true;
    },
    setBound(bound, how) {
      context.jid = bound;
      resumed = how?.resumed === true;
    },
    fail: (error) => xml.fail(error),
  };

  const isFeatures = (element: Element): boolean => element.name === 'features' && element.getNS() === NS_STREAM;

  const mayProceed = (): boolean => context.secure || options.allowInsecure === true;

  function open(): void {
    // A trusted peer on the same machine hears it without TLS too: what it offers depends on who asks.
    xml.open({ from: mayProceed() ? options.from : undefined, to: domain, version: '1.0', lang: options.lang });
    if (mayProceed()) for (const module of modules) module.opened?.(context);
  }

  /** Gives every module its turn until one ends the round or none acts. */
  async function round(features: Element): Promise<Exclude<Outcome, 'skip' | 'done'>> {
    for (let acted = true; acted;) {
      acted = false;
      for (const module of modules) {
        if (!mayProceed() && module.securing !== true) continue;
        turn = module;
        const answer = module.negotiate?.(features, context) ?? 'skip';
        // Who skips does so at once: nothing can arrive in between.
        const outcome = answer === 'skip' ? answer : await answer;
        if (outcome === 'done') {
          acted = true;
          break;
        }
        if (outcome !== 'skip') return outcome;
      }
      turn = undefined;
    }
    if (context.jid !== undefined) return 'online';
    // RFC 6120 §13.8.1: an attacker who removes STARTTLS from the features must not get the client to go on without.
    if (!mayProceed()) {
      throw new NegotiationError(
        'tls-required',
        `${domain} offers no TLS, without which nobody signs in; try a direct TLS or wss:// address`,
      );
    }
    const offered = childElements(features).map(describe).join(', ') || 'no features';
    throw new NegotiationError('nothing-to-do', `${domain} offers nothing that this client can use: ${offered}`);
  }

  async function negotiate(): Promise<void> {
    for (;;) {
      const features = await context.next(isFeatures);
      const outcome = await round(features);
      turn = undefined;
      if (xml.state === 'closed' || xml.state === 'closing') return;
      if (outcome === 'online') return goOnline();
      if (outcome === 'restart') {
        if (backlog.length > 0 || xml.state !== 'idle') {
          throw new StreamError('unsupported-stanza-type', { text: 'data where a new stream should begin' });
        }
        open();
      }
    }
  }

  function goOnline(): void {
    online = true;
    for (const module of modules) module.online?.(context);
    port.online(context.jid!, resumed);
    for (const stanza of kept.splice(0)) port.stanza(stanza);
    // A stanza's listener may have closed the stream; what came before that is still delivered.
    for (const element of backlog.splice(0)) deliver(element);
  }

  return {
    get state() {
      if (online && xml.state === 'open') return 'online';
      if (xml.state === 'open' || (xml.state === 'idle' && turn !== undefined)) return 'negotiating';
      return xml.state;
    },
    get jid() {
      return context.jid;
    },
    start() {
      open();
      negotiate().catch((error: unknown) => {
        if (error instanceof StreamError) return xml.fail(error);
        xml.abandon(
          error instanceof XmppError
            ? error
            : new XmppError('ERR_XMPP_INTERNAL', `signing in to ${domain} failed`, { cause: error }),
        );
      });
    },
    receive(data) {
      // §5.4.3.3: nothing that came in the clear is read once TLS was agreed on.
      if (upgrade === undefined) xml.receive(data);
    },
    send(stanza, receipt) {
      if (!online || xml.state !== 'open') return false;
      let taken = false;
      for (const module of modules)
        if (module.sending?.(stanza, taken ? undefined : receipt, context) === true) taken = true;
      xml.sendStanza(stanza);
      for (const module of modules) module.sent?.(context);
      // Without acknowledgements, having been written is all that can ever be known.
      if (!taken) receipt?.acked();
      return true;
    },
    sendElement(element) {
      if (online) xml.send(element);
    },
    keepalive() {
      if (online && xml.state === 'open' && xml.keepalive !== undefined) port.write(xml.keepalive);
    },
    close() {
      if (online && xml.state === 'open') for (const module of modules) module.closing?.(context);
      xml.close();
    },
    fail: (error) => xml.fail(error),
    end: (error) => xml.end(error),
  };
}
