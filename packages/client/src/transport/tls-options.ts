import { isIP } from 'node:net';
import type { ConnectionOptions, PeerCertificate, TLSSocket } from 'node:tls';
import type { TlsChannel } from '@xeps/stream';
import { channelBinding } from './channel-binding.ts';
import { asciiDomain, certificateNames, matchesDomain } from './tls-identity.ts';

/**
 * TLS in Node, in `node:tls`'s terms. The certificate is always verified: to trust one of your own, give it, or its
 * authority, as `ca`; those are then the only authorities.
 */
export interface NodeTlsOptions extends Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'pfx' | 'ciphers' | 'sigalgs' | 'maxVersion'
> {
  /** Default `TLSv1.2`: older versions are forbidden (RFC 8996). */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** Takes the place of the check against the XMPP domain, to pin a certificate for example. An error refuses it. */
  readonly checkServerIdentity?: ((domain: string, certificate: PeerCertificate) => Error | undefined) | undefined;
}

/** Marks the refusal of a certificate that is valid but names somebody else. */
export const wrongNameCode = 'ERR_XMPP_CERTIFICATE_NAME';

/**
 * The options for `tls.connect`: the XMPP domain as the name to ask for and to check (RFC 6120 §13.7.2.1).
 *
 * @param accept - another name that the certificate may have instead: the host of a `wss:` URL (XEP-0156 §2.2)
 */
export function tlsConnectOptions(domain: string, tls: NodeTlsOptions = {}, accept?: string): ConnectionOptions {
  const { minVersion = 'TLSv1.2', checkServerIdentity, ...rest } = tls;
  const address = isIP(domain.replace(/^\[|\]$/g, '')) !== 0;
  return {
    ...rest,
    minVersion,
    // RFC 6066 §3: no addresses in SNI.
    servername: address ? '' : asciiDomain(domain),
    rejectUnauthorized: true,
    checkServerIdentity(_, certificate) {
      if (checkServerIdentity !== undefined) return checkServerIdentity(domain, certificate);
      const names = certificateNames(certificate.subjectaltname);
      if (matchesDomain(names, domain) || (accept !== undefined && matchesDomain(names, accept))) return undefined;
      const error = new Error(
        `it is not valid for ${domain}${accept === undefined || accept === domain ? '' : ` or ${accept}`}; it names ` +
          `${names.slice(0, 10).join(', ') || 'nothing'}`,
      );
      return Object.assign(error, { code: wrongNameCode });
    },
  };
}

/** What is known of a socket whose handshake is done. */
export function tlsInfo(socket: TLSSocket): TlsChannel {
  return { protocol: socket.getProtocol() ?? undefined, binding: (type) => channelBinding(socket, type) };
}
