import { SaslFailure } from './types.ts';
import { textOf } from './text.ts';
import type { ServerMechanism } from './types.ts';

/** Whom a token is for. */
export interface Bearer {
  readonly username: string;
  /** Names the grant that it belongs to. */
  readonly grant: string;
}

/** OAUTHBEARER in the server's role (RFC 7628 §3): one message with a token that somebody was given. */
export function bearerServer(find: (token: string) => Bearer | undefined): ServerMechanism {
  return {
    name: 'OAUTHBEARER',
    async step(data) {
      // §3.1: the GS2 header, and pairs of which each ends in a \x01, as does the whole.
      const [header = '', ...pairs] = textOf(data).split('\u0001');
      const authzid = /^n,(?:a=([^,]+))?,$/.exec(header);
      const token = pairs.find((pair) => pair.startsWith('auth=Bearer '))?.slice('auth=Bearer '.length);
      if (authzid === null || token === undefined || pairs.at(-1) !== '' || pairs.at(-2) !== '')
        throw new SaslFailure('malformed-request', 'not a message of OAUTHBEARER');
      const found = find(token);
      if (found === undefined) throw new SaslFailure('not-authorized', 'no such token');
      return { kind: 'success', ...found, authzid: authzid[1], data: undefined };
    },
  };
}
