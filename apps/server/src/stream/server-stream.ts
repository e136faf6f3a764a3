/**
 * One client's stream, in the server's role: header, features, what the parts make of them, stanzas.
 *
 *     idle ── header ──▶ negotiating ──┬─▶ bound ── close, error, loss ──▶ closed
 *               ▲                      │
 *               └── restart: TLS, SASL ┘
 *
 * Elements are taken one after the other: while a part waits for something (deriving keys), what follows waits too.
 */
import { newId } from '@xeps/core';
import type { Element } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import {
  createElement,
  createXmlStream,
  isStanzaKind,
  NS_STREAM,
  StreamError,
  tcpFraming,
  websocketFraming,
} from '@xeps/stream';
import type { EncodedStanza, StreamErrorCondition, StreamHeader } from '@xeps/stream';
import type { Host } from '../host/host.ts';
import type { ClientSession } from '../host/sessions.ts';
import type { Wire } from '../net/wire.ts';

/** A part of the negotiation, or of what a stream can do beside stanzas. */
export interface StreamPart {
  /** What is offered in the present state of the stream: before TLS, before and after signing in (RFC 6120 §4.3.2). */
  features?(stream: ServerStream): readonly Element[];
  /**
   * Takes an element: anything before an address is bound, and what is no stanza after. True, or a promise, when it was
   * for this part. What it throws as `StreamError` ends the stream.
   */
  element?(stream: ServerStream, element: Element): boolean | Promise<unknown>;
  /** A stanza of a bound client was taken, in stream order. */
  received?(stream: ServerStream): void;
  /** The stream is over. */
  ended?(stream: ServerStream): void;
}

/** See the file's head. */
export interface ServerStream {
  readonly wire: Wire;
  /** Unguessable; also the id in the stream header. */
  readonly id: string;
  readonly header: StreamHeader;
  /** Who has signed in: a bare address. */
  readonly account: Jid | undefined;
  readonly session: ClientSession | undefined;
  readonly closed: boolean;
  /** What parts remember of this stream. */
  readonly notes: Map<unknown, unknown>;
  /** Writes an element that is no stanza of a session. */
  send(element: Element): void;
  sendStanza(stanza: EncodedStanza, element: Element): void;
  /** Signing in was done. */
  authenticated(account: Jid): void;
  /** The next that comes is a new header (RFC 6120 §6.4.6). */
  restart(): void;
  /** What comes next is TLS. */
  startTls(): void;
  /** Writes the features again: after signing in without a restart (XEP-0388 §2.6.1). */
  sendFeatures(): void;
  /** The session that stanzas are for from now on. */
  attach(session: ClientSession): void;
  /** Ends with an error (RFC 6120 §4.9). */
  fail(condition: StreamErrorCondition, text: string, application?: Element): void;
  /** Closes in order. */
  close(): void;
  /** Breaks the connection off, as a network does. */
  cut(): void;
}

/** How much a client may send. */
export interface StreamLimits {
  /** Bytes of one stanza. */
  readonly stanza: number;
  /** Bytes of everything together until it has signed in. */
  readonly unauthenticated: number;
}

/** What a stream is told of the server that it is not to know all of. */
export interface ServerStreamOptions {
  readonly wire: Wire;
  readonly limits: StreamLimits;
  /** Sees every element, both ways. */
  observe(direction: 'in' | 'out', stream: ServerStream, element: Element): void;
  /** It is over. */
  closed(stream: ServerStream): void;
}

/** Elements that a client may send while an earlier one is still being taken. */
const maxWaiting = 1000;

/** Serves a connection. */
export function serveStream(host: Host, { wire, limits, observe, closed }: ServerStreamOptions): ServerStream {
  const parts = host.streamParts;
  const waiting: Element[] = [];
  let busy = false;
  let header: StreamHeader = {};
  let account: Jid | undefined;
  let session: ClientSession | undefined;
  let over = false;
  let strangersBytes = 0;

  const xml = createXmlStream(
    {
      role: 'server',
      framing: wire.kind === 'tcp' ? tcpFraming : websocketFraming,
      limits: { maxBytes: limits.stanza },
    },
    {
      write: (text) => wire.write(text),
      opened,
      element: arrived,
      closed: ended,
    },
  );

  function opened(received: StreamHeader): void {
    header = received;
    const to = received.to === undefined ? undefined : tryParseJid(received.to);
    const from = received.from === undefined ? undefined : tryParseJid(received.from);
    // RFC 6120 §4.7.3: each header of ours has an id that nobody can guess.
    xml.open({ from: host.domain, to: received.from, id: newId(), version: '1.0', lang: received.lang ?? 'en' });
    // §4.9.3.6
    if (to?.equals(host.jid) !== true)
      return fail('host-unknown', `this server is ${host.domain}, not ${received.to ?? 'a server without a name'}`);
    // §4.9.3.9
    if (account !== undefined && from !== undefined && !from.bare().equals(account)) {
      return fail('invalid-from', `${String(account)} has signed in, not ${String(from)}`);
    }
    sendFeatures();
  }

  function sendFeatures(): void {
    const features = parts.flatMap((part) => part.features?.(stream) ?? []);
    send(createElement('stream:features', undefined, { 'xmlns:stream': NS_STREAM }, features));
  }

  function arrived(element: Element): void {
    if (busy) {
      if (waiting.push(element) > maxWaiting) fail('policy-violation', 'too much at once');
      return;
    }
    take(element);
  }

  function take(element: Element): void {
    observe('in', stream, element);
    try {
      if (session !== undefined && isStanzaKind(element.name)) {
        const { stream: carrier } = session;
        for (const part of parts) part.received?.(stream);
        // A session that went on to another connection gets nothing from this one.
        if (carrier === stream) host.receive(session, element);
        return;
      }
      for (const part of parts) {
        const taken = part.element?.(stream, element);
        if (taken === true) return;
        if (typeof taken === 'object') return void wait(taken);
      }
      refuse(element);
    } catch (error) {
      broken(error);
    }
  }

  /** §4.9.3.12, §4.9.3.24: stanzas before their time, and elements that nobody knows. */
  function refuse(element: Element): void {
    if (session === undefined && isStanzaKind(element.name)) {
      return fail('not-authorized', account === undefined ? 'sign in first' : 'bind an address first');
    }
    fail('unsupported-stanza-type', `<${element.name} xmlns='${element.getNS() ?? ''}'>`);
  }

  async function wait(work: Promise<unknown>): Promise<void> {
    busy = true;
    try {
      await work;
    } catch (error) {
      broken(error);
    }
    busy = false;
    while (!busy && !over && waiting.length > 0) take(waiting.shift()!);
  }

  function broken(error: unknown): void {
    if (error instanceof StreamError) return xml.fail(error);
    host.report(error);
    fail('internal-server-error', 'something went wrong in the server');
  }

  function send(element: Element): void {
    observe('out', stream, element);
    xml.send(element);
  }

  function fail(condition: StreamErrorCondition, text: string, application?: Element): void {
    xml.fail(new StreamError(condition, { text, application }));
  }

  function ended(error: unknown): void {
    over = true;
    waiting.length = 0;
    for (const part of parts) part.ended?.(stream);
    const lost = session;
    session = undefined;
    if (lost?.stream === stream) {
      lost.detach();
      // A stream that was closed in order, or with an error of ours, ends its session (XEP-0198 §5).
      const cut = !(error === undefined || error instanceof StreamError);
      if (!(cut && lost.keepWithoutStream?.() === true)) host.end(lost);
    }
    wire.end();
    closed(stream);
  }

  const stream: ServerStream = {
    wire,
    id: newId(),
    notes: new Map(),
    get header() {
      return header;
    },
    get account() {
      return account;
    },
    get session() {
      return session;
    },
    get closed() {
      return over;
    },
    send,
    sendStanza(stanza, element) {
      observe('out', stream, element);
      xml.sendStanza(stanza);
    },
    authenticated(address) {
      account = address;
    },
    restart: () => xml.restart(),
    startTls() {
      xml.reset();
      wire.startTls!().catch((error: unknown) => xml.end(error as never));
    },
    sendFeatures,
    attach(bound) {
      session = bound;
    },
    fail,
    close: () => xml.close(),
    cut() {
      wire.destroy();
      xml.end();
    },
  };

  wire.listen({
    data(data) {
      // Who has not signed in has little to say.
      if (account === undefined && (strangersBytes += data.length) > limits.unauthenticated) {
        return fail('policy-violation', `more than ${limits.unauthenticated} bytes before signing in`);
      }
      xml.receive(data);
    },
    close: () => xml.end(),
  });
  return stream;
}
