import { utf8 } from './bytes.ts';
import { SaslError } from './error.ts';
import type { SaslMechanismFactory } from './types.ts';

/** ANONYMOUS (RFC 4505, XEP-0175): used only when no user name is given. Sends no trace information. */
export const anonymous: SaslMechanismFactory = {
  name: 'ANONYMOUS',
  strength: 0,
  unusable({ username }) {
    return username === '' ? undefined : 'a user name is given';
  },
  create() {
    return {
      name: 'ANONYMOUS',
      strength: 0,
      async initial() {
        return utf8('');
      },
      async challenge() {
        throw new SaslError('malformed-request', 'The server sent a challenge to ANONYMOUS, which has none');
      },
      async success() {},
    };
  },
};
