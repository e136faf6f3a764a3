/**
 * One XML stream, client or server role, RFC 6120 §4 and RFC 7395: header, elements, errors, closing. No sockets and no
 * timers: text and bytes in, text and events out.
 *
 * States:
 *
 *     idle ── open() ──▶ opening ── peer's header ──▶ open ── close(), fail() ──▶ closing ── peer's close, end() ──▶ closed
 *      (server: idle ── peer's header ──▶ opening ── open() ──▶ open)
 *
 * A restart (§4.3.3) goes from open back to idle: `restart()` when what follows on the connection belongs to the new
 * stream, `reset()` when it must be thrown away (STARTTLS, §5.4.3.3). An error of the peer, its close, or the end of the
 * connection lead to closed from anywhere, and after that nothing is delivered or written any more.
 */
import { DisconnectedError } from '@xeps/core';
import type { Element, XmppError } from '@xeps/core';
import { XmlError } from '@xeps/core/xml';
import type { XmlLimits } from '@xeps/core/xml';
import type { EncodedStanza } from './encoded-stanza.ts';
import { isStanzaKind } from './encoded-stanza.ts';
import type { Framing, FramingFactory } from './framing.ts';
import { decodeHeader, headerFault } from './header.ts';
import type { StreamHeader } from './header.ts';
import { NS_CLIENT, NS_STREAM } from './namespaces.ts';
import { decodeStreamError, encodeStreamError, StreamError } from './stream-error.ts';
import type { StreamErrorCondition } from './stream-error.ts';

/** See the file's head. */
export type XmlStreamState = 'idle' | 'opening' | 'open' | 'closing' | 'closed';

/** How a stream is set up. */
export interface XmlStreamOptions {
  readonly role: 'client' | 'server';
  readonly framing: FramingFactory;
  /** Content namespace, RFC 6120 §4.8.2; `jabber:client` when left out. */
  readonly xmlns?: string | undefined;
  /** What the peer may send at most; more ends the stream with `policy-violation`. */
  readonly limits?: Partial<XmlLimits> | undefined;
  /** The domain that the peer's header must come from, if it says where it comes from. */
  readonly peer?: string | undefined;
  /** Whether version 1.0 is required; not so on the streams of components (XEP-0114). True when left out. */
  readonly version?: boolean | undefined;
}

/** What a stream needs from its owner. */
export interface XmlStreamPort {
  /** Hands text to the transport. */
  write(text: string): void;
  /** The peer's header has come. */
  opened(header: StreamHeader): void;
  /** A complete element has come: stanzas, features and all else at the first level, except stream errors. */
  element(element: Element): void;
  /** It is over: cleanly, or because of an error. Called once. The transport can be ended. */
  closed(error: XmppError | undefined): void;
}

/** One XML stream. No method throws for what the peer did. */
export interface XmlStream {
  readonly state: XmlStreamState;
  /** How it is laid on its connection. */
  readonly framing: Framing['kind'];
  /** Whether white space may be sent to keep the connection open. */
  readonly keepalive: string | undefined;
  open(header: StreamHeader): void;
  receive(data: Uint8Array | string): void;
  /** Writes an element. Throws `XmlError` when XML can't carry it. Does nothing once closing. */
  send(element: Element): void;
  /** Writes a stanza. Does nothing once closing. */
  sendStanza(stanza: EncodedStanza): void;
  restart(): void;
  reset(): void;
  /** Closes from this side; `closed` follows when the peer answers or the connection ends. */
  close(): void;
  /** Tells the peer what is wrong with it and ends, §4.9.1.1. */
  fail(error: StreamError): void;
  /** Ends without a word: for faults that are no fault of the stream. */
  abandon(error: XmppError): void;
  /** The connection has ended. */
  end(error?: XmppError): void;
}

/** Makes a stream in state idle. */
export function createXmlStream(options: XmlStreamOptions, port: XmlStreamPort): XmlStream {
  const xmlns = options.xmlns ?? NS_CLIENT;
  const version = options.version ?? true;
  let state: XmlStreamState = 'idle';
  const server = options.role === 'server';
  let awaitingHeader = server;
  let ownHeaderSent = false;
  /** Reported only when the peer doesn't explain itself by a stream error right after its header. */
  let fault: StreamError | undefined;

  const finish = (error: XmppError | '' | undefined): void => {
    if (state === 'closed') return;
    state = 'closed';
    port.closed(error || undefined);
  };
  const fail = (error: StreamError): void => {
    if (state === 'closed') return;
    if (state !== 'closing') {
      // §4.9.1.2: an error in answer to a header still needs a header of our own before it.
      if (!ownHeaderSent) port.write(framing.open({ version: version ? '1.0' : undefined }));
      port.write(framing.element(encodeStreamError(error)));
      port.write(framing.close());
    }
    finish(error);
  };

  const refuse = (condition: StreamErrorCondition, text: string, cause?: unknown): void =>
    fail(new StreamError(condition, { text, cause }));

  const framing = options.framing(
    {
      opened(root) {
        if (state === 'closed') return;
        const header = decodeHeader(root);
        const refused = framing.refusal?.(root);
        if (refused !== undefined) return fail(refused);
        if (!awaitingHeader) return refuse('bad-format', 'a stream header where none belongs');
        awaitingHeader = false;
        fault = headerFault(header, { role: options.role, from: options.peer, version });
        if (state === 'opening') state = 'open';
        else if (state === 'idle' && server) state = 'opening';
        if (fault !== undefined && server) return fail(fault);
        port.opened(header);
      },
      element(element) {
        if (state === 'closed') return;
        if (awaitingHeader || (state !== 'open' && state !== 'closing' && !server)) {
          return refuse('bad-format', `<${element.name}/> before the stream header`);
        }
        // The parser leaves no prefix on an element, and says its namespace on it.
        const namespace = element.attrs['xmlns'] as string | undefined;
        if (element.name === 'error' && namespace === NS_STREAM) {
          const error = decodeStreamError(element);
          if (state === 'open') writeClose();
          return finish(error);
        }
        if (fault !== undefined) return fail(fault);
        // §4.8.5: a stanza is one only in the stream's own content namespace.
        if (namespace !== xmlns && (isStanzaKind(element.name) || namespace === undefined || namespace === '')) {
          return refuse('invalid-namespace', `<${element.name} xmlns='${namespace ?? ''}'>`);
        }
        port.element(element);
      },
      closed(seeOtherUri) {
        if (state === 'closed') return;
        if (writable()) writeClose();
        // RFC 7395 §3.6.1: the server asks to connect elsewhere.
        finish(seeOtherUri && new StreamError('see-other-host', { seeOtherHost: seeOtherUri, by: 'peer' }));
      },
    },
    { xmlns, limits: options.limits },
  );

  function writeClose(): void {
    if (ownHeaderSent) port.write(framing.close());
  }

  function startOver(how: 'restart' | 'reset'): void {
    if (isOver()) return;
    state = 'idle';
    awaitingHeader = server;
    framing[how]();
  }

  const writable = (): boolean => state === 'open' || state === 'opening';
  const isOver = (): boolean => state === 'closed' || state === 'closing';

  return {
    get state() {
      return state;
    },
    framing: framing.kind,
    keepalive: framing.keepalive,
    open(header) {
      if (isOver()) return;
      ownHeaderSent = true;
      if (!server && state === 'idle') {
        awaitingHeader = true;
        state = 'opening';
      } else {
        state = 'open';
      }
      port.write(framing.open(header));
    },
    receive(data) {
      if (state === 'closed') return;
      try {
        framing.receive(data);
      } catch (error) {
        if (error instanceof XmlError) refuse(error.condition, error.message, error);
        else refuse('internal-server-error', 'a fault while reading the stream', error);
      }
    },
    send(element) {
      if (writable()) port.write(framing.element(element));
    },
    sendStanza(stanza) {
      if (writable()) port.write(framing.stanza(stanza));
    },
    restart: () => startOver('restart'),
    reset: () => startOver('reset'),
    close() {
      if (isOver()) return;
      const opened = ownHeaderSent;
      writeClose();
      state = 'closing';
      if (!opened) finish(undefined);
    },
    fail,
    abandon(error) {
      if (state === 'closed') return;
      if (writable()) writeClose();
      finish(error);
    },
    end(error) {
      if (state === 'closed') return;
      const reason = error ?? new DisconnectedError('the connection was closed without closing the stream');
      finish(state === 'closing' && error === undefined ? undefined : reason);
    },
  };
}
