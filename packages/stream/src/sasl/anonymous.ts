import { oneMessage } from './one-message.ts';
import type { SaslMechanismFactory } from './types.ts';

/** ANONYMOUS (RFC 4505, XEP-0175): used only when no user name is given. Sends no trace information. */
export const anonymous: SaslMechanismFactory = {
  name: 'ANONYMOUS',
  strength: 0,
  unusable: ({ username }) => (username === '' ? undefined : 'a user name is given'),
  create: () => oneMessage(anonymous, () => ''),
};
