import { utf8 } from './bytes.ts';
import { SaslError } from './error.ts';
import type { SaslMechanismFactory } from './types.ts';

/**
 * EXTERNAL (RFC 4422 appendix A, XEP-0178): the server knows this side already, by the certificate shown in TLS.
 * It is the strongest of all: list it only when such a certificate is used.
 */
export const external: SaslMechanismFactory = {
  name: 'EXTERNAL',
  strength: 200,
  unusable(_, { secure }) {
    return secure ? undefined : 'only under TLS';
  },
  create({ authzid }) {
    return {
      name: 'EXTERNAL',
      strength: 200,
      async initial() {
        if (authzid?.includes('\0') === true) throw new SaslError('invalid-authzid', 'The authzid contains U+0000');
        return utf8(authzid ?? '');
      },
      async challenge(data) {
        // Appendix A.1: a server that saw no initial response asks for it with an empty challenge.
        if (data.length > 0)
          throw new SaslError('malformed-request', 'The server sent data in a challenge to EXTERNAL');
        return utf8(authzid ?? '');
      },
      async success() {},
    };
  },
};
