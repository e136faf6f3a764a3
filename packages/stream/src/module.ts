import type { Element } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import type { EncodedStanza } from './encoded-stanza.ts';
import type { Framing } from './framing.ts';
import type { StreamHeader } from './header.ts';
import type { StreamError } from './stream-error.ts';

/**
 * What a module's turn came to:
 *
 * - `skip`: nothing here is for this module;
 * - `done`: the next module gets the same features;
 * - `features`: new features follow on the same stream (XEP-0388 §2.6.1);
 * - `restart`: a new stream follows on the same connection (RFC 6120 §4.3.3);
 * - `online`: stanzas may flow now, whatever else was offered.
 */
export type Outcome = 'skip' | 'done' | 'features' | 'restart' | 'online';

/** What is known of the TLS under a stream. */
export interface TlsChannel {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly protocol?: string | undefined;
  /** The data of a channel binding type, such as `tls-exporter`; undefined when this channel has none of that type. */
  binding(type: string): Uint8Array | undefined;
}

/** What a module may ask of the stream. */
export interface StreamContext {
  /** The domain that the stream was opened to. */
  readonly domain: string;
  /** How the stream is laid on its connection. */
  readonly framing: Framing['kind'];
  /** The TLS under the stream, where the platform tells. */
  readonly tls: TlsChannel | undefined;
  /** The peer's header of the present stream. */
  readonly header: StreamHeader;
  /** TLS is on, with the peer's certificate verified. */
  readonly secure: boolean;
  /** Who signed in has proved it. */
  readonly authenticated: boolean;
  /** The bound address; undefined until then. */
  readonly jid: Jid | undefined;
  /** The first element that `wanted` accepts. Stanzas that come before it once an address is bound are kept for later;
   * anything else in between ends the stream. What came before the call counts too: there is no gap between a write and
   * its answer. Rejects when the stream ends. */
  next(wanted: (element: Element) => boolean): Promise<Element>;
  /** Writes an element that is no stanza, or the IQ of the bind step. */
  send(element: Element): void;
  /** Writes a stanza past every module's `sent`. */
  sendStanza(stanza: EncodedStanza): void;
  /** Waits for the upgrade to TLS, which began when the module's `boundary` said `discard`; rejects when it fails. */
  startTls(): Promise<void>;
  /** Says that the peer knows who this is. */
  setAuthenticated(): void;
  /** Says what address was bound. `resumed` when it belongs to an earlier stream whose session goes on. */
  setBound(jid: Jid, options?: { readonly resumed?: boolean }): void;
  /** Tells the peer about its fault and ends the stream. */
  fail(error: StreamError): void;
}

/** Told what became of a stanza. */
export interface Receipt {
  /** The server has taken responsibility for it. */
  acked(): void;
  /** It is not known to have been handled, and it won't be sent again. */
  failed(error: Error): void;
}

/**
 * A step of a stream's negotiation, or something that watches its stanzas. It uses only the hooks it needs. Modules are
 * asked in the order of their list; hooks other than `negotiate` run synchronously, in stream order.
 */
export interface StreamModule {
  readonly name: string;
  /** May act before TLS. Only what brings TLS about may say so. */
  readonly securing?: boolean;
  /** Whether the stream ends with this element: `restart` keeps the bytes behind it for the next, `discard` drops them.
   * Asked as soon as the element has been read, as the bytes behind it can't wait. Only during this module's turn. */
  boundary?(element: Element): 'restart' | 'discard' | undefined;
  /** A header was just written, and this module may act: what it writes now travels with it, before the peer has said
   * anything on this stream (pipelining). */
  opened?(stream: StreamContext): void;
  /** Asked with every features element, and again after another module was done with it. Rejecting ends the stream. */
  negotiate?(features: Element, stream: StreamContext): Promise<Outcome> | 'skip';
  /** Stanzas may be sent from now on. */
  online?(stream: StreamContext): void;
  /** A stanza has come, in the order of counting. */
  received?(stanza: Element): void;
  /** A stanza is about to be written. The module that answers true will settle the receipt. */
  sending?(stanza: EncodedStanza, receipt: Receipt | undefined, stream: StreamContext): boolean;
  /** A stanza was written. */
  sent?(stream: StreamContext): void;
  /** An element that is no stanza has come on the stream that is online. True when it was for this module. */
  element?(element: Element, stream: StreamContext): boolean;
  /** The stream is about to be closed from this side. */
  closing?(stream: StreamContext): void;
  /** The stream is over. */
  ended?(cleanly: boolean): void;
}

/** What a server offers to do in the same step as something else. */
export interface InlineOffer {
  /** The element that offers the feature of a namespace; undefined when it is not offered. */
  get(xmlns: string): Element | undefined;
}

/**
 * A feature that is asked for in the request to sign in (XEP-0388 §2.2) or to bind (XEP-0386 §3.1) instead of in a step
 * of its own.
 */
export interface InlineFeature {
  readonly name: string;
  /** What to ask for with this request; undefined when there is nothing to ask, or it is not offered. */
  request(offer: InlineOffer, stream: StreamContext): Element | undefined | Promise<Element | undefined>;
  /** Signing in, or binding, has succeeded: `result` is the element that holds the answers. Called only when asked. */
  answered(result: Element, stream: StreamContext): void;
}
