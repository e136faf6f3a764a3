import { utf8 } from './bytes.ts';
import { checkedAuthzid, oneMessage } from './one-message.ts';
import type { SaslMechanismFactory } from './types.ts';

/**
 * EXTERNAL (RFC 4422 appendix A, XEP-0178): the server knows this side already, by the certificate shown in TLS.
 * It is the strongest of all: list it only when such a certificate is used.
 */
export const external: SaslMechanismFactory = {
  name: 'EXTERNAL',
  strength: 200,
  unusable: (_, { secure }) => (secure ? undefined : 'only under TLS'),
  create({ authzid }) {
    const once = oneMessage(external, () => checkedAuthzid(authzid));
    return {
      ...once,
      // Appendix A.1: a server that saw no initial response asks for it with an empty challenge.
      challenge: async (data) => (data.length > 0 ? once.challenge(data) : utf8(checkedAuthzid(authzid))),
    };
  },
};
