import { equalBytes, hmac, SaslError, utf8 } from '@xeps/stream';
import type { SaslMechanism } from '@xeps/stream';

/** What a hashed token proves. */
export interface HashedTokenInput {
  /** The mechanism: `HT-SHA-256-NONE`, or one that ends in what it is bound to. */
  readonly name: string;
  /** The localpart of the account's address. */
  readonly username: string;
  readonly token: string;
  /** The data of the channel binding; empty for `-NONE`. */
  readonly binding: Uint8Array;
}

/**
 * The mechanisms HT-SHA-256-* (draft-schmaus-kitten-sasl-ht §3): one message, and the server proves in its answer that
 * it knows the token too. What is bound to the channel is of no use on another.
 */
/* @__NO_SIDE_EFFECTS__ */
export function hashedToken({ name, username, token, binding }: HashedTokenInput): SaslMechanism {
  const prove = (who: string): Promise<Uint8Array> =>
    hmac('SHA-256', utf8(token), Uint8Array.from([...utf8(who), ...binding]));
  return {
    name,
    // As SCRAM-SHA-256, and SCRAM-SHA-256-PLUS.
    strength: binding.length === 0 ? 40 : 140,
    initial: async () => Uint8Array.from([...utf8(`${username}\0`), ...(await prove('Initiator'))]),
    async challenge() {
      throw new SaslError('malformed-request', `The server sent a challenge to ${name}, which has none`);
    },
    async success(data) {
      if (data !== undefined && equalBytes(data, await prove('Responder'))) return;
      throw new SaslError(
        'server-signature-invalid',
        'The server claims success without proving that it knows the token',
      );
    },
  };
}
