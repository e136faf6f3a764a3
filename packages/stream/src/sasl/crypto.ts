import { SaslError } from './error.ts';

/** The hash functions of SCRAM, by their WebCrypto names (RFC 5802, RFC 7677, SCRAM-SHA-512). */
export type ScramHash = 'SHA-1' | 'SHA-256' | 'SHA-512';

/** The platform's cryptography. @throws SaslError `insecure` where there is none */
export function subtle(): SubtleCrypto {
  const found = globalThis.crypto?.subtle;
  if (found === undefined) {
    throw new SaslError('insecure', 'WebCrypto is missing, and SCRAM needs it: serve the page over https');
  }
  return found;
}

/** `HMAC(key, data)`. */
export async function hmac(hash: ScramHash, key: BufferSource, data: BufferSource): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await subtle().importKey('raw', key, { name: 'HMAC', hash }, false, ['sign']);
  return new Uint8Array(await subtle().sign('HMAC', imported, data));
}

/** `H(data)`. */
export function digest(hash: ScramHash, data: BufferSource): Promise<ArrayBuffer> {
  return subtle().digest(hash, data);
}
