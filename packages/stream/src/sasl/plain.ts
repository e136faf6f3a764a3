import { utf8 } from './bytes.ts';
import { SaslError } from './error.ts';
import { saslprep } from './saslprep.ts';
import type { SaslMechanismFactory } from './types.ts';

/** PLAIN (RFC 4616): shows the server the password, so it is used under TLS only, and only when nothing better is offered. */
export const plain: SaslMechanismFactory = {
  name: 'PLAIN',
  strength: 10,
  unusable({ username, password }, { secure }) {
    if (username === '') return 'no user name';
    if (password === undefined) return 'no password';
    return secure ? undefined : 'only under TLS';
  },
  create({ username, password, authzid }) {
    return {
      name: 'PLAIN',
      strength: 10,
      async initial() {
        // §2: [authzid] NUL authcid NUL passwd; saslprep refuses a NUL inside the two.
        const name = saslprep(username, 'user name');
        const secret = saslprep(password ?? '', 'password');
        if (authzid?.includes('\0') === true) throw new SaslError('invalid-authzid', 'The authzid contains U+0000');
        return utf8(`${authzid ?? ''}\0${name}\0${secret}`);
      },
      async challenge() {
        throw new SaslError('malformed-request', 'The server sent a challenge to PLAIN, which has none');
      },
      async success() {},
    };
  },
};
