import type { Element } from './element.ts';
import type { ListenOptions } from './emitter.ts';
import type { XmppError } from './errors.ts';
import type { IqQuery } from './iq.ts';
import { tryParseJid } from './jid/index.ts';
import type { Jid } from './jid/index.ts';
import type { Plugin } from './plugin.ts';
import type { Schema } from './schema/index.ts';

/** How a stanza is sent. */
export interface SendOptions {
  /** Takes the stanza back while it still waits for a connection. */
  readonly signal?: AbortSignal | undefined;
}

/** The way of a stanza that was sent. */
export interface Delivery {
  /**
   * Resolves when the server has taken the stanza over (XEP-0198 §4); at once where the connection has no acknowledgements.
   * Rejects when it is known that the server never got it. Nobody has to look at it.
   */
  readonly acked: Promise<void>;
}

/** How a request is sent and how long it waits. */
export interface RequestOptions {
  /** Whom to ask; this account's own server, on behalf of the account, when left out. */
  readonly to?: Jid | string | undefined;
  /** In whose name; only components speak for several addresses. */
  readonly from?: Jid | string | undefined;
  /** Stops the waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; 30,000 when left out. */
  readonly timeout?: number | undefined;
}

/** Something that a server can enable in the same step in which it binds an address (XEP-0386 §3.1). */
export interface BindFeature {
  /** The namespace by which servers offer it. */
  readonly xmlns: string;
  /** What to say in the request to bind; undefined when it is not wanted now. */
  request(): Element | undefined;
  /** It was asked for and the address is bound; `online` follows. */
  enabled(): void;
}

/** What a handler knows of a request beside its payload. */
export interface RequestContext {
  /** Who asks; `undefined` when it is this account's own server. */
  readonly from: Jid | undefined;
  readonly stanza: Element;
}

/** The events of a session. */
export interface SessionEvents {
  /** A message came in, of any type. */
  message: Element;
  /** A presence came in, of any type. */
  presence: Element;
  /** A session with the server began: what the server kept of an earlier one is gone. */
  online: { readonly jid: Jid };
  /**
   * The connection is back and the session goes on as if nothing had happened. `restored`: it began in an earlier run of
   * the program, or before the page was loaded again: only what was kept from then is known.
   */
  resumed: { readonly jid: Jid; readonly restored: boolean };
  /** The connection went. `error` says why, unless it was closed on purpose. */
  disconnected: { readonly error?: XmppError };
  /** Something went wrong that nobody waits for: a listener threw, or a payload was broken. */
  fault: { readonly error: unknown; readonly stanza?: Element };
}

/**
 * An authenticated entity that outlives its connections: all that an extension may ask of one.
 * `createClient()` makes one, `@xeps/xmppjs` makes one over an entity of xmpp.js, `link()` makes two for a test.
 */
export interface Session {
  /** The full address once bound; before that the best that is known. */
  readonly jid: Jid;
  readonly status: 'offline' | 'online' | 'ended';
  /** Aborts when the session has ended for good. */
  readonly signal: AbortSignal;

  /**
   * Sends a stanza; resolves when it was written. Rejects with `DisconnectedError` when it can't be, with `XmlError` when
   * XML can't hold it.
   */
  send(stanza: Element, options?: SendOptions): Promise<Delivery>;

  /**
   * Asks and waits for the answer. Rejects with `StanzaError` (refused), `TimeoutError`, `DisconnectedError`, `CodecError`
   * (the question or the answer does not fit) or the signal's reason. Only the entity that was asked can answer.
   */
  request<Req, ReqIn, Res, ResIn>(
    query: IqQuery<Req, ReqIn, Res, ResIn>,
    payload: ReqIn,
    options?: RequestOptions,
  ): Promise<Res>;

  /**
   * Answers requests. A `StanzaError` that the handler throws becomes the answer; a request that does not fit its schema
   * is answered `bad-request` without the handler seeing it. A query has one handler: a second throws.
   */
  handle<Req, ReqIn, Res, ResIn>(
    query: IqQuery<Req, ReqIn, Res, ResIn>,
    handler: (request: Req, context: RequestContext) => ResIn | Promise<ResIn>,
  ): Disposable;

  /** Listens for events, synchronously and in stream order. */
  on<K extends keyof SessionEvents>(
    event: K,
    listener: (event: SessionEvents[K]) => void,
    options?: ListenOptions,
  ): Disposable;
  /**
   * Listens for stanzas with a payload. A broken payload is a `fault`, not a call; bounces (type `error`), which carry
   * the payload of the stanza that they refuse, are left out.
   */
  on<Out, In>(
    kind: 'message' | 'presence',
    payload: Schema<Out, In>,
    listener: (payload: Out, stanza: Element) => void,
    options?: ListenOptions,
  ): Disposable;

  /** Adds to stanzas on their way out, such as capabilities to presence. */
  beforeSend(kind: 'message' | 'presence', add: (stanza: Element) => void, options?: ListenOptions): Disposable;

  /**
   * To be called while a stanza is being delivered: the server is told that it was handled only when `work` has settled,
   * so that it comes again when the program ends before that (XEP-0198 §4). Does nothing without such acknowledgements.
   */
  waitUntil(work: Promise<unknown>): void;

  /** Has something enabled together with the binding of an address, where connection and server can do that. */
  whileBinding(feature: BindFeature): Disposable;

  /** Makes a `fault` of something that went wrong and that nobody waits for. */
  report(error: unknown, stanza?: Element): void;

  /** Installs a plugin and what it requires, each once a session; returns the same API every time. */
  use<Api>(plugin: Plugin<Api>): Api;
}

/**
 * Whether a stanza comes from the account itself (its own server in the account's name): no sender, or the bare address.
 * What only the account may say (roster pushes, carbons, …) is checked with this (RFC 6120 §8.1.2.1).
 */
export function isFromOwnAccount(session: Session, stanza: Element): boolean {
  const from = stanza.attrs['from'] as string | undefined;
  return from === undefined || (tryParseJid(from)?.equals(session.jid.bare()) ?? false);
}

/** Runs `begin` now if the session is online, and whenever a new one begins (not when one is resumed). */
export function whenOnline(session: Session, begin: () => void, options?: ListenOptions): Disposable {
  if (session.status === 'online') begin();
  return session.on('online', begin, options);
}
