import { SaslError } from './error.ts';
import type { SaslContext, SaslCredentials, SaslMechanism, SaslMechanismFactory } from './types.ts';

/**
 * The strongest mechanism that the server offers, that is available here and that the credentials allow.
 *
 * @throws SaslError `insecure` when only the missing TLS stands in the way, else `no-mechanism`; the message lists both sides.
 */
export function chooseMechanism(
  offered: readonly string[],
  available: readonly SaslMechanismFactory[],
  credentials: SaslCredentials,
  context: SaslContext,
): SaslMechanism {
  const here: SaslContext = { ...context, offered };
  let best: SaslMechanismFactory | undefined;
  let needsTls = false;
  const list: string[] = [];
  for (const factory of available) {
    const reason = factory.unusable(credentials, here);
    list.push(reason === undefined ? factory.name : `${factory.name} (${reason})`);
    if (!offered.includes(factory.name)) continue;
    if (reason === undefined) {
      if (best === undefined || factory.strength > best.strength) best = factory;
    } else if (!context.secure && factory.unusable(credentials, { ...here, secure: true }) === undefined) {
      needsTls = true;
    }
  }
  if (best !== undefined) return best.create(credentials, here);
  const both = `the server offers ${offered.join(', ') || 'none'}; this side has ${list.join(', ') || 'none'}`;
  throw needsTls
    ? new SaslError('insecure', `Can't sign in without TLS: ${both}`)
    : new SaslError('no-mechanism', `No SASL mechanism in common: ${both}`);
}
