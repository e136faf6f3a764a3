import type { Element } from '@xeps/core';
import { SaslError } from '@xeps/stream';
import type { SaslContext, SaslGuard, SaslOffer, StreamContext } from '@xeps/stream';

/** XEP-0440 §2. */
export const NS_SASL_CB = 'urn:xmpp:sasl-cb:0';

/** The channel binding types that a server announces, §2; undefined when it announces none at all. */
export function decodeChannelBindings(features: Element): readonly string[] | undefined {
  return features
    .getChild('sasl-channel-binding', NS_SASL_CB)
    ?.getChildren('channel-binding', NS_SASL_CB)
    .flatMap(({ attrs }) => (attrs['type'] as string | undefined) ?? []);
}

/** Strongest first. `tls-server-end-point` tells nothing of an attacker who has the certificate's key, §4. */
const types = ['tls-exporter', 'tls-unique', 'tls-server-end-point'];

type Verdict = Pick<SaslContext, 'binding'> & {
  /** The server has to prove that it has announced no other types. */
  readonly unproved?: boolean;
};

/** Applies the rules of §3, from the third on. Without TLS, or where the platform tells nothing of it, there are none. */
function judge({ profile, mechanisms, features }: SaslOffer, { tls, domain, framing }: StreamContext): Verdict {
  const best = (wanted: readonly string[]): Verdict => {
    for (const type of wanted) {
      const data = tls?.binding(type);
      if (data !== undefined) return { binding: { type, data } };
    }
    return {};
  };
  const strongest = best(types);
  if (strongest.binding === undefined) return {};

  const announced = decodeChannelBindings(features);
  if (mechanisms.some((name) => name.endsWith('-PLUS'))) {
    if (announced !== undefined) {
      // Also where `tls-server-end-point` can't be computed: whoever is in between has chosen the certificate.
      const common = best(types.filter((type) => announced.includes(type)));
      return common.binding === undefined ? { unproved: true } : common;
    }
    // Servers older than XEP-0440 have `tls-unique` (RFC 5802 §6.1) and nothing else, so nothing that works under TLS 1.3.
    if (profile === 'sasl') return best(['tls-unique']);
    throw downgrade(`${domain} offers to bind to the TLS channel and does not say how`);
  }
  // A server whose accounts allow PLAIN only has nothing to bind. Going on costs nothing: an attacker who takes all of
  // SCRAM off the list could take the types off as well.
  if (announced !== undefined && mechanisms.some((name) => name.startsWith('SCRAM-'))) {
    throw downgrade(`${domain} says how it binds to the TLS channel and offers no mechanism that does`);
  }
  // SCRAM tells it to the server by `y`: one that did offer more refuses. But so does ejabberd from 24.02 on by
  // WebSocket, where it offers nothing, and knows nothing of TLS: there it is `n`.
  return framing === 'websocket' ? {} : strongest;
}

function downgrade(what: string): SaslError {
  return new SaslError(
    'downgrade',
    `${what}: somebody in between may have changed its offer. Try another network; if it happens everywhere, the server is set up wrongly`,
  );
}

const unproved = (domain: string): SaslError =>
  downgrade(`${domain} announces only ways to bind to the TLS channel that are unknown here, and does not prove it`);

/**
 * Chooses what binds signing in to the TLS channel, and refuses offers that can't be a server's own, §3. To be used
 * with `scramDowngradeProtection()` of XEP-0474: where nothing is in common, only the hash that it compares shows that
 * nobody changed the list (XEP-0474 §7, new rule 6).
 */
/* @__NO_SIDE_EFFECTS__ */
export function channelBindings(): SaslGuard {
  return {
    name: 'xep-0440',
    offered(offer, stream) {
      const verdict = judge(offer, stream);
      if (verdict.unproved !== true) return verdict;
      return {
        checks: [
          (attributes) => {
            if (!attributes.has('h')) throw unproved(stream.domain);
          },
        ],
      };
    },
    chosen({ mechanism: { name }, offer }, stream) {
      // EXTERNAL is bound to the channel by TLS itself: the client's certificate signs the handshake.
      if (name.startsWith('SCRAM-') || name === 'EXTERNAL') return;
      if (judge(offer, stream).unproved === true) throw unproved(stream.domain);
    },
  };
}
