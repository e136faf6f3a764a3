import { utf8 } from './bytes.ts';
import { SaslError } from './error.ts';
import type { ScramKeyCache, ScramKeys } from './types.ts';

/** The hash functions of SCRAM, by their WebCrypto names (RFC 5802, RFC 7677, SCRAM-SHA-512). */
export type ScramHash = 'SHA-1' | 'SHA-256' | 'SHA-512';

/** Bits of each hash function's output. */
const bits: Record<ScramHash, number> = { 'SHA-1': 160, 'SHA-256': 256, 'SHA-512': 512 };

function subtle(): SubtleCrypto {
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

/**
 * Derives the keys from a password that SASLprep has prepared (RFC 5802 §3). This is the slow part.
 *
 * @throws SaslError `insecure` where the platform has no WebCrypto
 */
export async function deriveScramKeys(
  hash: ScramHash,
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<ScramKeys> {
  const imported = await subtle().importKey('raw', utf8(password), 'PBKDF2', false, ['deriveBits']);
  const salted = await subtle().deriveBits({ name: 'PBKDF2', hash, salt, iterations }, imported, bits[hash]);
  return {
    clientKey: await hmac(hash, salted, utf8('Client Key')),
    serverKey: await hmac(hash, salted, utf8('Server Key')),
  };
}

/** A cache that lasts as long as the process. Make one for each account and password. */
/* @__NO_SIDE_EFFECTS__ */
export function memoryScramKeyCache(): ScramKeyCache {
  const keys = new Map<string, ScramKeys>();
  return {
    get: (id) => keys.get(id),
    set(id, value) {
      // A server that changes the salt makes older keys useless, so the newest few are all that is worth keeping.
      if (keys.size >= 8) keys.clear();
      keys.set(id, value);
    },
    delete(id) {
      keys.delete(id);
    },
  };
}
