import type { ScramHash } from './crypto.ts';

/** The keys that SCRAM derives from a password. Whoever has them can sign in: keep them as carefully as a password. */
export interface ScramKeys {
  /** `HMAC(SaltedPassword, "Client Key")` (RFC 5802 §3). */
  readonly clientKey: Uint8Array<ArrayBuffer>;
  /** `HMAC(SaltedPassword, "Server Key")` (RFC 5802 §3). */
  readonly serverKey: Uint8Array<ArrayBuffer>;
}

/**
 * Keeps derived keys, so that signing in again costs no PBKDF2. One cache belongs to one account and one password:
 * the keys are found by hash function, user name, salt and iteration count, and used without looking at the password.
 */
export interface ScramKeyCache {
  get(id: string): ScramKeys | undefined | Promise<ScramKeys | undefined>;
  /** Called only after the server proved that it knows the same keys. */
  set(id: string, keys: ScramKeys): void | Promise<void>;
  /** Called when the server refused what these keys proved. */
  delete(id: string): void | Promise<void>;
}

/** Who signs in, and with what. */
export interface SaslCredentials {
  /** The user's name: the localpart of the account's address, unescaped. Empty for ANONYMOUS. */
  readonly username: string;
  /** Or how to get it, at the moment in which it is needed; undefined when there is none after all. */
  readonly password?: string | (() => string | undefined | Promise<string | undefined>);
  /** The identity to act as, when it is not the user's own (RFC 4422 §2). */
  readonly authzid?: string;
  /** Keys of earlier sign-ins; can take the password's place for SCRAM. */
  readonly scramKeys?: ScramKeyCache;
}

/** What a mechanism may need to know about the connection. */
export interface SaslContext {
  /** Nobody else can read along: TLS with a verified certificate, or what the user declared to be as good. */
  readonly secure: boolean;
  /** Every mechanism that the server offered; `chooseMechanism` fills it in. */
  readonly offered?: readonly string[];
  /** What binds the exchange to the TLS channel; undefined when there is nothing. */
  readonly binding?: ChannelBinding | undefined;
  /** What the server may not claim in its first SCRAM message; all are asked before this side proves anything. */
  readonly checks?: readonly ScramCheck[];
}

/** A TLS channel binding (RFC 5056, RFC 9266, RFC 5929). */
export interface ChannelBinding {
  /** Its registered name, such as `tls-exporter`. */
  readonly type: string;
  readonly data: Uint8Array;
}

/**
 * Looks at the attributes of a server's first SCRAM message (RFC 5802 §5.1), which the exchange protects: `h`, `t`, …
 * @throws SaslError `downgrade`
 */
export type ScramCheck = (attributes: ReadonlyMap<string, string>, hash: ScramHash) => Promise<void> | void;

/** One exchange. Used once. Data is raw: base64 and XML are the caller's. */
export interface SaslMechanism {
  readonly name: string;
  /** Higher is better. */
  readonly strength: number;
  /** The initial response. An empty array is an empty response (`=` in RFC 6120 §6.4.2), undefined is none. */
  initial(): Promise<Uint8Array | undefined>;
  /** Answers a challenge. @throws SaslError */
  challenge(data: Uint8Array): Promise<Uint8Array>;
  /** Verifies what came with success: here the server proves itself. @throws SaslError */
  success(data: Uint8Array | undefined): Promise<void>;
  /** To be called when the server refused: forgets cached keys that did not work. */
  failure?(): Promise<void>;
}

/** Makes a mechanism. Listed one by one, so that a bundle holds only those that it names. */
export interface SaslMechanismFactory {
  /** The registered name, such as `SCRAM-SHA-256`. */
  readonly name: string;
  /** Higher is better: ANONYMOUS 0, PLAIN 10, SCRAM 30 to 50, -PLUS 100 more, EXTERNAL 200. */
  readonly strength: number;
  /** Says why it can't be used here; undefined when it can. */
  unusable(credentials: SaslCredentials, context: SaslContext): string | undefined;
  create(credentials: SaslCredentials, context: SaslContext): SaslMechanism;
}
