import { checkedAuthzid, oneMessage } from './one-message.ts';
import { passwordOf } from './password.ts';
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
  create: (credentials) =>
    // §2: [authzid] NUL authcid NUL passwd; saslprep refuses a NUL inside the two.
    oneMessage(plain, async () =>
      [
        checkedAuthzid(credentials.authzid),
        saslprep(credentials.username, 'user name'),
        saslprep(await passwordOf(credentials, 'PLAIN needs it'), 'password'),
      ].join('\0'),
    ),
};
