/** Signing in without a token: what the first time needs, and later ones mostly do not. */
import { anonymous, plain, sasl, scramSha1, scramSha256, scramSha512, selectMechanism } from '@xeps/stream';
import type { SaslCredentials, SaslGuard, SaslOptions, StreamModule } from '@xeps/stream';
import type { Sasl2Parts } from '@xeps/xep-0388';
import { scramDowngradeProtection } from '@xeps/xep-0474';
import { pinning } from './pinning.ts';
import type { SignInParts } from './sign-in.ts';

/** For one stream. */
export interface PasswordSignIn {
  /** For XEP-0388. */
  readonly select: Sasl2Parts['select'];
  /** RFC 6120 §6. */
  readonly module: StreamModule;
  /** The reporter among them; to be told of success by who uses `select`. */
  readonly guards: readonly SaslGuard[];
}

/** Makes it. `trusted`: nobody else can read along, TLS or not; `reporter` is told when the module has signed in. */
export function passwordSignIn(parts: SignInParts, trusted: boolean, reporter: SaslGuard): PasswordSignIn {
  const { jid, options, account, platform } = parts;
  const mechanisms =
    options.mechanisms ??
    (jid.local === undefined ? [anonymous] : [...platform.mechanisms, scramSha512, scramSha256, scramSha1, plain]);
  const guards = [...platform.guards, scramDowngradeProtection(), pinning(account, mechanisms), reporter];
  const how: SaslOptions = {
    mechanisms,
    credentials: credentialsOf(parts),
    guards,
    trustConnection: trusted,
  };
  return { select: (offer, stream) => selectMechanism(how, offer, stream), module: sasl(how), guards };
}

function credentialsOf({ jid, options, account }: SignInParts): SaslCredentials {
  const { password = account.known.password } = options;
  return {
    username: jid.local ?? '',
    scramKeys: account.scramKeys,
    ...(password !== undefined && { password }),
    ...options.credentials,
  };
}
