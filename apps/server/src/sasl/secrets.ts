import { deriveScramKeys, digest, equalBytes, saslprep } from '@xeps/stream';
import type { ScramHash } from '@xeps/stream';
import type { ScramSecret } from './types.ts';

/** RFC 7677 §4: the fewest that are acceptable. More would slow down tests, and protect nothing of value here. */
const defaultIterations = 4096;

/**
 * Derives what is kept of a password, which takes some milliseconds.
 *
 * @throws SaslError when the password has characters that RFC 4013 prohibits
 */
export async function makeScramSecret(
  hash: ScramHash,
  password: string,
  iterations = defaultIterations,
  salt = crypto.getRandomValues(new Uint8Array(16)),
): Promise<ScramSecret> {
  const { clientKey, serverKey } = await deriveScramKeys(hash, saslprep(password, 'password'), salt, iterations);
  return { hash, salt, iterations, storedKey: new Uint8Array(await digest(hash, clientKey)), serverKey };
}

/** Whether that is the password; it has been prepared by SASLprep. */
export async function checkPassword(secret: ScramSecret, password: string): Promise<boolean> {
  const { hash, salt, iterations, storedKey } = secret;
  const { clientKey } = await deriveScramKeys(hash, password, salt, iterations);
  return equalBytes(new Uint8Array(await digest(hash, clientKey)), storedKey);
}
