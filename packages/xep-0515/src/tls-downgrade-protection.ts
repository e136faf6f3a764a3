import { SaslError } from '@xeps/stream';
import type { SaslGuard } from '@xeps/stream';

/** §4.1. Older versions are not used (RFC 8996). */
const versions: Readonly<Record<string, string>> = { 'TLSv1.2': '0303', 'TLSv1.3': '0304' };

/**
 * Compares the TLS version of this side with the one that the server puts into its first SCRAM message, §4.2, before
 * anything is proved. Where a server sends none, or the platform tells nothing of TLS, there is nothing to compare.
 */
/* @__NO_SIDE_EFFECTS__ */
export function tlsDowngradeProtection(): SaslGuard {
  return {
    name: 'xep-0515',
    offered: (_, { domain, tls }) => ({
      checks: [
        (attributes) => {
          const given = attributes.get('t');
          const own = versions[tls?.protocol ?? ''];
          if (given === undefined || own === undefined || given === own) return;
          throw new SaslError(
            'downgrade',
            `${domain} uses another version of TLS than this side (${tls!.protocol}): somebody in between takes part ` +
              `in the connection. The password was not used. Try another network; if it happens everywhere, the ` +
              `server's TLS ends at a machine before it`,
          );
        },
      ],
    }),
  };
}
