import { utf8 } from './bytes.ts';
import { SaslError } from './error.ts';
import type { SaslMechanism, SaslMechanismFactory } from './types.ts';

/** A mechanism whose initial response says everything, so that there is nothing to challenge and nothing to verify. */
export function oneMessage(
  { name, strength }: SaslMechanismFactory,
  message: () => string | Promise<string>,
): SaslMechanism {
  return {
    name,
    strength,
    initial: async () => utf8(await message()),
    async challenge() {
      throw new SaslError('malformed-request', `The server sent a challenge to ${name}, which has none`);
    },
    async success() {},
  };
}

/** The identity to act as (RFC 4422 §2), empty for one's own; a NUL would end it early (RFC 4616 §2). */
export function checkedAuthzid(authzid = ''): string {
  if (authzid.includes('\0')) throw new SaslError('invalid-authzid', 'The authzid contains U+0000');
  return authzid;
}
