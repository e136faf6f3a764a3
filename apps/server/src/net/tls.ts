import { createHash, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext, TLSSocket } from 'node:tls';
import { makeCertificate } from './certificate.ts';

/** A key and its certificate, in PEM. */
export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

/** Who the server is on TLS. Made when first needed: key, certificate, context. */
export interface TlsIdentity {
  /** The certificate in PEM: what clients are to trust. */
  certificate(): Promise<string>;
  pair(): Promise<KeyPair>;
  context(): Promise<SecureContext>;
  /** RFC 5929 §4.1: `tls-server-end-point`; the certificate's hash function is SHA-256. Known once there is a context. */
  readonly endPoint: Uint8Array | undefined;
}

/** An identity with the given key, or with one that is made for `names`. */
/* @__NO_SIDE_EFFECTS__ */
export function tlsIdentity(names: readonly [string, ...string[]], given: KeyPair | undefined): TlsIdentity {
  let made: Promise<KeyPair> | undefined;
  let context: Promise<SecureContext> | undefined;
  let endPoint: Uint8Array | undefined;
  const pair = (): Promise<KeyPair> =>
    (made ??= given === undefined ? makeCertificate({ names, ips: ['127.0.0.1', '::1'] }) : Promise.resolve(given));
  return {
    pair,
    certificate: async () => (await pair()).certificate,
    context: () =>
      (context ??= pair().then(({ key, certificate }) => {
        endPoint = createHash('sha256').update(new X509Certificate(certificate).raw).digest();
        return createSecureContext({ key, cert: certificate, minVersion: 'TLSv1.2' });
      })),
    get endPoint() {
      return endPoint;
    },
  };
}

/** The channel bindings of a socket on which TLS is. */
export function bindingsOf(socket: TLSSocket, { endPoint }: TlsIdentity): ReadonlyMap<string, Uint8Array> {
  const bindings = new Map<string, Uint8Array>();
  if (socket.destroyed) return bindings;
  // RFC 9266 §4.1; tls-unique (RFC 5929 §3) exists before TLS 1.3 alone.
  if (socket.getProtocol() === 'TLSv1.3') {
    bindings.set('tls-exporter', socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)));
  } else {
    const finished = socket.isSessionReused() ? socket.getFinished() : socket.getPeerFinished();
    if (finished !== undefined) bindings.set('tls-unique', finished);
  }
  if (endPoint !== undefined) bindings.set('tls-server-end-point', endPoint);
  return bindings;
}
