import type { Jid } from '@xeps/core/jid';
import type { XmlLimits } from '@xeps/core/xml';
import type { SaslCredentials, SaslMechanismFactory, StreamModule } from '@xeps/stream';
import type { StreamManagementError } from '@xeps/xep-0198';
import type { Sasl2Task } from '@xeps/xep-0388';
import type { ConnectionSettings } from './connection.ts';
import type { Endpoint } from './discovery/endpoint.ts';
import type { ClientStore } from './store/types.ts';

/** Who connects, where to, and how. */
export interface ClientOptions extends ConnectionSettings {
  /** The account: `user@example.org`, or only a domain to sign in without an account (ANONYMOUS). */
  readonly jid: Jid | string;
  /** The password, or how to get it when it is needed. */
  readonly password?: string | (() => string | Promise<string>) | undefined;
  /** What else there is to sign in with: another user name, an identity to act as, a cache of keys. */
  readonly credentials?: Partial<SaslCredentials> | undefined;
  /** Keeps the password in the store too, once it has worked. Off when left out: tokens and derived keys are enough. */
  readonly rememberPassword?: boolean | undefined;
  /**
   * Where tokens, keys and the session are kept, so that the next run needs no password and goes on where this one was:
   * `fileStore` in Node, `browserStore` in browsers. In memory when left out.
   */
  readonly store?: ClientStore | undefined;
  /** The program's name, which the server may show the account's owner, and others in the resource (XEP-0386 §3.2). */
  readonly software?: string | undefined;
  /** The device's name, which the server may show the account's owner, and nobody else (XEP-0388 §2.2). */
  readonly device?: string | undefined;
  /** Off: signs in by the classic profile (RFC 6120 §6) alone, where a server's SASL2 (XEP-0388) does not work. */
  readonly sasl2?: boolean | undefined;
  /**
   * Off: binds in a step of its own instead of with signing in (XEP-0386). With it, servers throw away what waited offline,
   * as it is in the archive too: for programs that don't read the archive.
   */
  readonly bind2?: boolean | undefined;
  /** What this side can do when the server wants more than a password, such as a second factor (XEP-0388 §2.6.3). */
  readonly tasks?: readonly Sasl2Task[] | undefined;
  /** The ways to sign in that may be used; SCRAM with SHA-512, -256 and -1, bound to the TLS channel where the platform
   * can, and PLAIN, or ANONYMOUS without an account. */
  readonly mechanisms?: readonly SaslMechanismFactory[] | undefined;
  /**
   * Where to connect instead of asking DNS or the web about the domain: `xmpp://host:port` (STARTTLS),
   * `xmpps://host:port` (direct TLS), `wss://…`. In browsers WebSocket only. A `CustomEndpoint` makes its own connection.
   */
  readonly service?: string | Endpoint | undefined;
  /**
   * The resource to ask for, where the address has none. Leave it out: the server then chooses one in the same step as
   * signing in, or gets the random one of this installation.
   */
  readonly resource?: string | undefined;
  /** Connects without TLS when the server is this machine (`localhost`, `127.0.0.1`, `::1`) and has none. */
  readonly allowInsecure?: boolean | undefined;
  /** Preferred language of what the server says to humans. */
  readonly lang?: string | undefined;
  /** What the server may send at most. */
  readonly limits?: Partial<XmlLimits> | undefined;
  /** Acknowledgements and resumption (XEP-0198); on when left out. */
  readonly streamManagement?: boolean | StreamManagementSettings | undefined;
  /** More steps of the negotiation, tried before the usual ones. */
  readonly modules?: readonly StreamModule[] | undefined;
}

/** How streams are managed, XEP-0198. */
export interface StreamManagementSettings {
  /** Seconds for which the server is asked to keep the session. */
  readonly max?: number | undefined;
  /** The server is asked for an acknowledgement after so many stanzas (25 when left out)… */
  readonly requestAfterStanzas?: number | undefined;
  /** …or when nothing more was sent for so many milliseconds (250 when left out). */
  readonly requestAfterMilliseconds?: number | undefined;
  /**
   * Milliseconds that the server has to answer a wish to resume; 10,000 when left out. A server that does not answer is
   * asked on a second connection once more; then a new session begins.
   */
  readonly resumeTimeout?: number | undefined;
  /** The server refused to enable it, or did not resume the session. The connection goes on without. */
  readonly onFailed?: ((error: StreamManagementError) => void) | undefined;
}
