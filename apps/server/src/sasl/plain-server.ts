import { checkPassword, makeScramSecret } from './secrets.ts';
import { prepared, textOf } from './text.ts';
import { SaslFailure } from './types.ts';
import type { MechanismContext, ScramSecret, ServerMechanism } from './types.ts';

/** Checked in the place of a password that there is not, so that nobody can tell accounts from their absence by time. */
let nobody: Promise<ScramSecret> | undefined;

/** PLAIN (RFC 4616): the password itself, checked against the keys that are kept. */
export function plainServer({ secrets }: Pick<MechanismContext, 'secrets'>): ServerMechanism {
  return {
    name: 'PLAIN',
    async step(data) {
      const [authzid, username, password, ...more] = textOf(data).split('\0');
      // §2: three parts, of which the last two are not empty.
      if (!username || !password || authzid === undefined || more.length > 0) {
        throw new SaslFailure('malformed-request', 'PLAIN has three parts with NUL between them');
      }
      const secret = await secrets.scram(prepared(username), 'SHA-256');
      nobody ??= makeScramSecret('SHA-256', 'nobody');
      const good = await checkPassword(secret ?? (await nobody), prepared(password));
      if (!good || secret === undefined) throw new SaslFailure('not-authorized', `not the password of ${username}`);
      return { kind: 'success', username: prepared(username), authzid: authzid || undefined, data: undefined };
    },
  };
}
