import { utf8 } from './bytes.ts';
import { hmac, subtle } from './crypto.ts';
import type { ScramHash } from './crypto.ts';
import type { ScramKeyCache, ScramKeys } from './types.ts';

/** Bits of each hash function's output. */
const bits: Record<ScramHash, number> = { 'SHA-1': 160, 'SHA-256': 256, 'SHA-512': 512 };

/**
 * `SaltedPassword` of a password that SASLprep has prepared (RFC 5802 §3): as good as the password for this account.
 *
 * @throws SaslError `insecure` where the platform has no WebCrypto
 */
export async function saltedPassword(
  hash: ScramHash,
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<ArrayBuffer> {
  const imported = await subtle().importKey('raw', utf8(password), 'PBKDF2', false, ['deriveBits']);
  return subtle().deriveBits({ name: 'PBKDF2', hash, salt, iterations }, imported, bits[hash]);
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
  const salted = await saltedPassword(hash, password, salt, iterations);
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
