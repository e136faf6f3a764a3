import type { Element } from '@xeps/core';
import type { Clock } from './clock.ts';
import type { Credentials } from './host/accounts.ts';
import type { ServerModule } from './host/module.ts';
import type { HistoryEntry } from './modules/archive/index.ts';
import type { ExternalService } from './modules/external-services.ts';
import type { KeyPair } from './net/tls.ts';
import type { StreamLimits } from './stream/server-stream.ts';

/** Where the server listens. A port that is left out is any free one, `false` is none. */
export interface ListenAddresses {
  /** `127.0.0.1` when left out. */
  readonly host?: string | undefined;
  /** TCP with STARTTLS. */
  readonly tcp?: number | false | undefined;
  /** TCP with TLS from the first byte (XEP-0368). */
  readonly tls?: number | false | undefined;
  /** HTTP: WebSocket (RFC 7395), host-meta, uploads. */
  readonly http?: number | false | undefined;
  /** The same with TLS. */
  readonly https?: number | false | undefined;
  /** External components (XEP-0114). */
  readonly component?: number | false | undefined;
}

/** Two accounts that have each other in their contact lists, and see each other's presence. */
export interface Acquaintance {
  /** Their user names. */
  readonly between: readonly [string, string];
  /** What each calls the other, in the same order; nothing when left out. */
  readonly names?: readonly [(string | undefined)?, (string | undefined)?] | undefined;
}

/** What the server is like. */
export interface ServerOptions {
  /** Its domain; `localhost` when left out. */
  readonly domain?: string | undefined;
  /** Accounts to make: with a password, or by a name that is its password too. */
  readonly accounts?: readonly (Credentials | string)[] | undefined;
  /** Who knows whom. */
  readonly contacts?: readonly Acquaintance[] | undefined;
  /** Messages that were exchanged before, the oldest first: they are in the archives of who took part. */
  readonly history?: readonly HistoryEntry[] | undefined;
  /** Where it listens; `false`: only within the process (`server.connect`). */
  readonly listen?: ListenAddresses | false | undefined;
  /** A file to keep everything in; in memory when left out. */
  readonly file?: string | undefined;
  /** Time; the machine's when left out, `testClock()` for one that a test holds. */
  readonly clock?: Clock | undefined;
  /** Modules that it is made without, by name: a server that lacks a feature. */
  readonly without?: readonly string[] | undefined;
  /** More modules than the usual ones. */
  readonly modules?: readonly ServerModule[] | undefined;
  /** Whether strangers may make accounts (XEP-0077); true when left out. */
  readonly registration?: boolean | undefined;
  /** Signing in without an account (SASL ANONYMOUS). */
  readonly anonymous?: boolean | undefined;
  /** The only SASL mechanisms to offer, such as `['SCRAM-SHA-1']`. */
  readonly mechanisms?: readonly string[] | undefined;
  /** STUN, TURN and the like, of which clients are told (XEP-0215). */
  readonly externalServices?: readonly ExternalService[] | undefined;
  /** What external components prove themselves with; a random one when left out. */
  readonly componentSecret?: string | undefined;
  /** Where HTTP can be reached from outside, without a slash at the end; by name and port when left out. */
  readonly publicUrl?: string | undefined;
  /** Key and certificate in PEM; made at the start when left out. */
  readonly tls?: KeyPair | undefined;
  /** How much clients may send: 512 KiB a stanza, and 256 KiB before signing in, when left out. */
  readonly limits?: Partial<StreamLimits> | undefined;
  /** Told what goes wrong inside; printed when left out. */
  readonly report?: ((error: unknown) => void) | undefined;
}

/** An element that passed between a client and the server. */
export interface ObservedElement {
  /** `in`: from the client. */
  readonly direction: 'in' | 'out';
  /** The client's full address, or as much of it as is known yet. */
  readonly jid: string | undefined;
  readonly element: Element;
}
