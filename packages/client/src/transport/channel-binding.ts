import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** The data of a channel binding type on a socket whose handshake is done; undefined when it has none of that type. */
export function channelBinding(socket: TLSSocket, type: string): Uint8Array | undefined {
  if (socket.destroyed) return undefined;
  const protocol = socket.getProtocol();
  switch (type) {
    case 'tls-exporter':
      // RFC 9266 §4.1: under TLS 1.2 it is safe with the extended master secret only, of which Node tells nothing.
      if (protocol !== 'TLSv1.3') return undefined;
      return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    case 'tls-unique':
      // RFC 5929 §3.1: the first Finished message is the client's, or the server's when a session is resumed. TLS 1.3
      // has none that could be used (RFC 8446 appendix C.5).
      if (protocol !== 'TLSv1.2') return undefined;
      return socket.isSessionReused() ? socket.getPeerFinished() : socket.getFinished();
    case 'tls-server-end-point': {
      const certificate = socket.getPeerCertificate().raw as Buffer | undefined;
      return certificate && endPoint(certificate);
    }
    default:
      return undefined;
  }
}

/**
 * `tls-server-end-point` for a certificate in DER (RFC 5929 §4.1): its hash, by the hash function of its signature.
 * Undefined when that has none, has two, or is not known.
 */
export function endPoint(certificate: Uint8Array): Uint8Array | undefined {
  // RFC 5280 §4.1: Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }
  const [whole] = readDer(certificate);
  const [, algorithm] = readDer(whole?.content);
  const hash = signatureHash(algorithm?.content);
  if (hash === undefined) return undefined;
  return createHash(hash === 'md5' || hash === 'sha1' ? 'sha256' : hash)
    .update(certificate)
    .digest();
}

/** Signature algorithms with a hash function of their own, by the DER of their names (RFC 8017 §A.2.4, RFC 5758 §3). */
const signatures: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'md5',
  '2a864886f70d010105': 'sha1',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d0401': 'sha1',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};

/** RSASSA-PSS (RFC 8017 §A.2.3), whose parameters name hash functions. */
const rsaPss = '2a864886f70d01010a';

/** Hash functions (RFC 8017 §B.1). */
const hashes: Readonly<Record<string, string>> = {
  '2b0e03021a': 'sha1',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
};

/** The hash function of a signature, from the content of its AlgorithmIdentifier. */
function signatureHash(algorithm: Uint8Array | undefined): string | undefined {
  const [name, parameters] = readDer(algorithm);
  if (hex(name) !== rsaPss) return signatures[hex(name)];
  // SEQUENCE { [0] hash DEFAULT SHA-1, [1] mask generation function with a hash of its own DEFAULT SHA-1, … }
  const fields = readDer(parameters?.content);
  const field = (tag: number): Der | undefined => readDer(fields.find((item) => item.tag === tag)?.content)[0];
  const hashOf = (identifier: Der | undefined): string | undefined =>
    identifier === undefined ? 'sha1' : hashes[hex(readDer(identifier.content)[0])];
  const mask = field(0xa1);
  const hash = hashOf(field(0xa0));
  return hash === hashOf(mask && readDer(mask.content)[1]) ? hash : undefined;
}

interface Der {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The values that follow each other in `bytes` (X.690 §8.1); those up to the fault when they are not DER. */
function readDer(bytes: Uint8Array = new Uint8Array()): readonly Der[] {
  const values: Der[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const tag = bytes[at]!;
    let length = bytes[at + 1]!;
    at += 2;
    if (length >= 0x80) {
      // Longer than the certificates that TLS can carry needs no more than three bytes.
      const end = at + (length & 0x7f);
      if (end > Math.min(at + 3, bytes.length)) break;
      for (length = 0; at < end; at += 1) length = length * 256 + bytes[at]!;
    }
    if (at + length > bytes.length) break;
    values.push({ tag, content: bytes.subarray(at, (at += length)) });
  }
  return values;
}

function hex(value: Der | undefined): string {
  return Buffer.from(value?.content ?? []).toString('hex');
}
