import { equalBytes, hmac, utf8 } from '@xeps/stream';
import { SaslFailure } from './types.ts';
import type { ServerMechanism } from './types.ts';

/** What tokens are checked against. */
export interface HashedTokenOptions {
  /** `HT-SHA-256-NONE`, or one that ends in what it is bound to. */
  readonly name: string;
  /** The channel binding's data; empty for `-NONE`. */
  readonly binding: Uint8Array;
  /** The tokens that a user may come with. */
  tokens(username: string): readonly string[];
}

/** HT-SHA-256-* in the server's role (draft-schmaus-kitten-sasl-ht §3): one message, and the proof of this side. */
export function hashedTokenServer({ name, binding, tokens }: HashedTokenOptions): ServerMechanism {
  const prove = (token: string, who: string): Promise<Uint8Array> =>
    hmac('SHA-256', utf8(token), Uint8Array.from([...utf8(who), ...binding]));
  return {
    name,
    async step(data) {
      const end = data.indexOf(0);
      if (end < 1) throw new SaslFailure('malformed-request', `${name} has a user name, NUL and a hash`);
      const username = new TextDecoder().decode(data.subarray(0, end));
      const given = data.subarray(end + 1);
      for (const token of tokens(username)) {
        if (!equalBytes(given, await prove(token, 'Initiator'))) continue;
        return { kind: 'success', username, authzid: undefined, data: await prove(token, 'Responder'), token };
      }
      throw new SaslFailure('credentials-expired', `no such token for ${username}`);
    },
  };
}
