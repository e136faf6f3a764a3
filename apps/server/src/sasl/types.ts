import { XmppError } from '@xeps/core';
import type { SaslFailureCondition, ScramHash } from '@xeps/stream';

/** One exchange on the server's side. Data is raw: base64 and XML are the caller's. Used once. */
export interface ServerMechanism {
  readonly name: string;
  /** Takes the client's next message. @throws SaslFailure */
  step(data: Uint8Array): Promise<ServerStep>;
}

/** What a server answers. */
export type ServerStep =
  | { readonly kind: 'challenge'; readonly data: Uint8Array }
  | {
      readonly kind: 'success';
      /** Who has proved himself. */
      readonly username: string;
      /** Whom he wants to act as, as he said it; undefined when he said nothing (RFC 4422 §2). */
      readonly authzid: string | undefined;
      /** What goes to the client with the success. */
      readonly data: Uint8Array | undefined;
      /** The token that was used (XEP-0484). */
      readonly token?: string;
      /** The grant that was used (RFC 7628). */
      readonly grant?: string;
    };

/** A refusal, by its condition in RFC 6120 §6.5. The text is for logs; clients are told the condition. */
export class SaslFailure extends XmppError {
  static override readonly brand: string = 'SaslFailure';
  readonly condition: SaslFailureCondition;

  constructor(condition: SaslFailureCondition, message: string) {
    super('ERR_XMPP_SASL', message);
    this.condition = condition;
  }
}

/** What the server keeps of a password (RFC 5802 §3); never the password. */
export interface ScramSecret {
  readonly hash: ScramHash;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array<ArrayBuffer>;
}

/** Where mechanisms look accounts up. */
export interface SecretSource {
  /** Undefined: no such account. `username` is prepared by SASLprep. */
  scram(username: string, hash: ScramHash): Promise<ScramSecret | undefined>;
}

/** What a mechanism may need to know. */
export interface MechanismContext {
  readonly secrets: SecretSource;
  /** The channel bindings that this connection has, by type. */
  readonly bindings: ReadonlyMap<string, Uint8Array>;
  /** What was offered to this client: the hash of it is what XEP-0474 sends. */
  readonly offered: { readonly mechanisms: readonly string[]; readonly bindings: readonly string[] };
}
