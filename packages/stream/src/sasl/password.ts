import { SaslError } from './error.ts';
import type { SaslCredentials } from './types.ts';

/** Gets the password. @throws SaslError `credentials-expired` when there is none */
export async function passwordOf({ password }: SaslCredentials, why: string): Promise<string> {
  const found = typeof password === 'function' ? await password() : password;
  if (found === undefined) throw new SaslError('credentials-expired', `${why}: the password is needed`);
  return found;
}
