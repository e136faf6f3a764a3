import { checkedAuthzid, oneMessage } from './one-message.ts';
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
  create: ({ username, password = '', authzid }) =>
    // §2: [authzid] NUL authcid NUL passwd; saslprep refuses a NUL inside the two.
    oneMessage(plain, () =>
      [checkedAuthzid(authzid), saslprep(username, 'user name'), saslprep(password, 'password')].join('\0'),
    ),
};
