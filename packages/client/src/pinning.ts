import { SaslError } from '@xeps/stream';
import type { SaslGuard, SaslMechanismFactory } from '@xeps/stream';
import type { AccountMemory } from './account.ts';

/**
 * Refuses to sign in by less than has worked for this account before: whoever sits in between could have taken the better
 * mechanisms off the server's list. A weaker SCRAM is good enough when the server proves its list (XEP-0474), so that
 * operators may change what they offer; PLAIN after anything better never is (XEP-0474 §8).
 */
export function pinning(account: AccountMemory, mechanisms: readonly SaslMechanismFactory[]): SaslGuard {
  let refusal: SaslError | undefined;
  return {
    name: 'pinning',
    offered: () => ({
      checks: [
        (attributes) => {
          if (refusal !== undefined && !attributes.has('h')) throw refusal;
        },
      ],
    }),
    chosen({ mechanism, offer }, { domain, tls, framing }) {
      const pinned = account.known.mechanism ?? '';
      // Browsers can't bind, and servers often know nothing of the TLS under a WebSocket: that is no downgrade.
      const bindable = tls !== undefined && framing === 'tcp';
      const name = bindable ? pinned : pinned.replace(/-PLUS$/, '');
      const before = mechanisms.find((factory) => factory.name === name)?.strength ?? 0;
      refusal =
        mechanism.strength >= before
          ? undefined
          : new SaslError(
              'downgrade',
              `${domain} was signed in to by ${name} before, and now offers only ${offer.mechanisms.join(', ')}: somebody ` +
                'in between may have taken the rest away. If the server was really changed, remove what is stored of ' +
                'this account and sign in anew',
            );
      // What is bound to the channel has nobody in between.
      if (mechanism.name.endsWith('-PLUS')) refusal = undefined;
      if (refusal !== undefined && !mechanism.name.startsWith('SCRAM-')) throw refusal;
    },
    async succeeded({ mechanism, token }) {
      if (token === true || account.known.mechanism === mechanism.name) return;
      const { strength = 0 } = mechanisms.find(({ name }) => name === account.known.mechanism) ?? {};
      if (mechanism.strength > strength || refusal !== undefined) await account.update({ mechanism: mechanism.name });
    },
  };
}
