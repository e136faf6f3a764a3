import { createJid, tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { ScramHash } from '@xeps/stream';
import type { Host } from '../host/host.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import { anonymousServer } from '../sasl/anonymous-server.ts';
import { plainServer } from '../sasl/plain-server.ts';
import { scramServer } from '../sasl/scram-server.ts';
import { SaslFailure } from '../sasl/types.ts';
import type { MechanismContext, SecretSource, ServerMechanism, ServerStep } from '../sasl/types.ts';
import type { ServerStream } from '../stream/server-stream.ts';

/** What signing in by either profile (RFC 6120 §6, XEP-0388) needs. */
export interface SignInApi {
  /** The mechanisms that a stream may use now, the best first; none before TLS. */
  mechanisms(stream: ServerStream): readonly string[];
  /** The channel bindings that it may use (XEP-0440). */
  bindings(stream: ServerStream): readonly string[];
  /** Begins an exchange. @throws SaslFailure */
  begin(stream: ServerStream, mechanism: string): ServerMechanism;
  /** Adds a mechanism that is not about passwords, offered as long as `offered` says so. */
  add(name: string, mechanism: { offered(): boolean; begin(): ServerMechanism }): void;
  /** Whose account that is, as the client asked to be (RFC 4422 §2). @throws SaslFailure */
  account(success: ServerStep & { readonly kind: 'success' }): Jid;
}

const hashes: readonly ScramHash[] = ['SHA-512', 'SHA-256', 'SHA-1'];

/** SASL mechanisms and what they are checked against; the profiles are modules of their own. */
export const signIn: ServerModule<SignInApi> = serverModule({
  name: 'sign-in',
  setup(host): SignInApi {
    const secrets: SecretSource = { scram: (username, hash) => secretOf(host, username, hash) };

    const added = new Map<string, Parameters<SignInApi['add']>[1]>();
    const mechanisms = (stream: ServerStream): string[] => {
      if (!stream.wire.secure || stream.account !== undefined) return [];
      const scram = hashes.map((hash) => `SCRAM-${hash}`);
      const plus = bindings(stream).length > 0 ? scram.map((name) => `${name}-PLUS`) : [];
      const others = Array.from(added).flatMap(([name, { offered }]) => (offered() ? [name] : []));
      const all = [...plus, ...scram, 'PLAIN', ...others, ...(host.options.anonymous ? ['ANONYMOUS'] : [])];
      return all.filter((name) => host.options.mechanisms?.includes(name) !== false);
    };
    const bindings = (stream: ServerStream): string[] => Array.from(stream.wire.bindings.keys());

    return {
      mechanisms,
      bindings,
      begin(stream, name) {
        const offered = mechanisms(stream);
        if (!offered.includes(name)) {
          const reason = stream.wire.secure ? 'invalid-mechanism' : 'encryption-required';
          throw new SaslFailure(reason, `${name} is not offered`);
        }
        const other = added.get(name);
        if (other !== undefined) return other.begin();
        const context: MechanismContext = {
          secrets,
          bindings: stream.wire.bindings,
          offered: { mechanisms: offered, bindings: bindings(stream) },
        };
        if (name === 'PLAIN') return plainServer(context);
        if (name === 'ANONYMOUS') return anonymousServer();
        const [, hash, plus] = /^SCRAM-(.+?)(-PLUS)?$/.exec(name)!;
        return scramServer(hash as ScramHash, plus !== undefined, context);
      },
      add: (name, mechanism) => void added.set(name, mechanism),
      account({ username, authzid }) {
        const account = createJid({ local: username, domain: host.domain });
        // §6.3.8: acting as somebody else is not for anybody here.
        if (authzid !== undefined && authzid !== '' && tryParseJid(authzid)?.equals(account) !== true) {
          throw new SaslFailure('invalid-authzid', `${username} can't act as ${authzid}`);
        }
        return account;
      },
    };
  },
});

function secretOf(host: Host, username: string, hash: ScramHash): ReturnType<SecretSource['scram']> {
  const account = tryParseJid(`${username}@${host.domain}`);
  return account?.local === undefined ? Promise.resolve(undefined) : host.accounts.secret(account.local, hash);
}
