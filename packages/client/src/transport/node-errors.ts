import { ConnectionError } from './errors.ts';
import type { ConnectionErrorReason } from './errors.ts';
import { wrongNameCode } from './tls-options.ts';

/** What the system calls the faults of TCP. */
const systemReasons: Readonly<Record<string, [ConnectionErrorReason, string]>> = {
  ECONNREFUSED: ['refused', 'nobody listens there: check host and port, and that the server runs'],
  ETIMEDOUT: ['timeout', 'no answer: check host and port, and firewalls on the way'],
  EHOSTUNREACH: ['unreachable', 'there is no way to the host: check the network'],
  ENETUNREACH: ['unreachable', 'there is no way to the host: check the network'],
  EADDRNOTAVAIL: ['unreachable', 'there is no way to the host: check the network'],
  EACCES: ['unreachable', 'this system does not permit the connection'],
  ENOTFOUND: ['dns', 'the name has no address: check its spelling'],
  EAI_AGAIN: ['dns', 'the name could not be looked up: check the network'],
  ENODATA: ['dns', 'the name has no address: check its spelling'],
  ECONNRESET: ['reset', 'the connection was reset'],
  EPIPE: ['reset', 'the connection was reset'],
  ECONNABORTED: ['reset', 'the connection was aborted'],
};

/** What OpenSSL says about certificates, where it needs a word more than its own. */
const certificateAdvice: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed; to trust it, give it as an authority (tls.ca, --ca FILE)',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known here; to trust it, give the authority (tls.ca, --ca FILE)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its authority is not known here, or the server leaves out an intermediate certificate; give the authority (tls.ca, --ca FILE)',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its authority is not known here; to trust it, give the authority (tls.ca, --ca FILE)',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is not known here; to trust it, give the authority (tls.ca, --ca FILE)',
  CERT_HAS_EXPIRED: "it has expired; the server's operator has to renew it (and check the clock here)",
  CERT_NOT_YET_VALID: 'it is not valid yet; check the clock here and on the server',
};
const certificateCode =
  /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH)/;

/** A `ConnectionError` for what `node:net`, `node:tls` or `ws` report, about `address` and an XMPP domain. */
export function connectionError(
  error: Error & { code?: string },
  address: string,
  phase: 'tcp' | 'tls',
): ConnectionError {
  if (error instanceof ConnectionError) return error;
  const options = { cause: error };
  const code = error.code ?? '';
  if (code === wrongNameCode || certificateCode.test(code)) {
    const advice = certificateAdvice[code] ?? error.message;
    return new ConnectionError('certificate', `The certificate of ${address} is refused: ${advice}`, options);
  }
  const [reason, advice] = systemReasons[code] ?? [];
  if (phase === 'tls' && (reason === undefined || reason === 'reset')) {
    const hint =
      code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG'
        ? 'the server does not speak TLS there: check whether the port is for direct TLS (xmpps://) or STARTTLS (xmpp://)'
        : error.message;
    return new ConnectionError('tls', `TLS with ${address} failed: ${hint}`, options);
  }
  if (reason === undefined)
    return new ConnectionError('reset', `The connection to ${address} failed: ${error.message}`, options);
  return new ConnectionError(reason, `The connection to ${address} failed: ${advice}`, options);
}
