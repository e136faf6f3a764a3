import { digest, SaslError, toBase64, utf8 } from '@xeps/stream';
import type { SaslGuard, SaslOffer, ScramHash } from '@xeps/stream';
import { decodeChannelBindings } from '@xeps/xep-0440';

/** §6.1: the list of names in octet order. They are ASCII, where that is the order of code units. */
function list(names: readonly string[]): string {
  return names.toSorted().join('\x1E');
}

/**
 * The hash of what a server has offered, in base64, §6.1: the mechanisms of the profile in use, and the types of
 * channel binding where it announces them (XEP-0440).
 *
 * @throws SaslError `insecure` where the platform has no WebCrypto
 */
export async function hashOffer(
  { mechanisms, features }: Pick<SaslOffer, 'mechanisms' | 'features'>,
  hash: ScramHash,
): Promise<string> {
  const types = decodeChannelBindings(features);
  const text = list(mechanisms) + (types === undefined ? '' : `\x1F${list(types)}`);
  return toBase64(new Uint8Array(await digest(hash, utf8(text))));
}

/**
 * Compares what arrived as the server's offer with the hash that the server puts into its first SCRAM message, §6.2,
 * before anything is proved. A server that sends none is not held to it: an attacker can't take the hash out, as SCRAM
 * protects that message.
 */
/* @__NO_SIDE_EFFECTS__ */
export function scramDowngradeProtection(): SaslGuard {
  return {
    name: 'xep-0474',
    offered: (offer, { domain }) => ({
      checks: [
        async (attributes, hash) => {
          const given = attributes.get('h');
          if (given === undefined || given === (await hashOffer(offer, hash))) return;
          throw new SaslError(
            'downgrade',
            `${domain} has offered other ways to sign in than those that arrived here: somebody in between may have ` +
              `taken out the strong ones. The password was not used. Try another network; if it happens everywhere, ` +
              `the server is set up wrongly`,
          );
        },
      ],
    }),
  };
}
