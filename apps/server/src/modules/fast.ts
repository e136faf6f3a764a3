import { newId } from '@xeps/core';
import type { Element } from '@xeps/core';
import { createElement } from '@xeps/stream';
import { NS_FAST } from '@xeps/xep-0484';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import { hashedTokenServer } from '../sasl/hashed-token-server.ts';
import { SaslFailure } from '../sasl/types.ts';
import type { ServerStream } from '../stream/server-stream.ts';
import { sasl2 } from './sasl2.ts';

/** Milliseconds for which a token is good, and after which it is replaced when it is used (§3.5). */
const lifetime = 21 * 86_400_000;
const renewal = 86_400_000;
/** Installations of one account that may have tokens. */
const maxClients = 100;

/** Each mechanism, and the channel binding that it needs. */
const mechanisms: ReadonlyMap<string, string> = new Map([
  ['HT-SHA-256-EXPR', 'tls-exporter'],
  ['HT-SHA-256-UNIQ', 'tls-unique'],
  ['HT-SHA-256-ENDP', 'tls-server-end-point'],
  ['HT-SHA-256-NONE', ''],
]);

interface Token {
  readonly mechanism: string;
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly made: number;
  readonly expires: number;
  /** §3.4: how often it was used, by what the client says. */
  readonly count: number;
}

/** The tokens of an account, by the installation that they were given to. The newest is the last. */
interface Kept {
  readonly [agent: string]: readonly Token[];
}

/** The tokens that installations have. */
export interface FastApi {
  /** Whether one has a token that is still good. */
  has(user: string, agent: string): boolean;
  /** Takes them from it. */
  revoke(user: string, agent: string): void;
}

/** Signing in by a token that the server gave out (XEP-0484). */
export const fast: ServerModule<FastApi | undefined> = serverModule({
  name: 'fast',
  setup(host, use): FastApi | undefined {
    const profile = use(sasl2);
    if (profile === undefined) return undefined;
    const table = host.store.table<Kept>('fast');

    const accountOf = (user: string): string => `${user}@${host.domain}`;
    const tokensOf = (user: string, agent: string): readonly Token[] =>
      (table.get(accountOf(user))?.[agent] ?? []).filter(({ expires }) => expires > host.clock.now());
    const keep = (user: string, agent: string, tokens: readonly Token[]): void => {
      const { [agent]: _, ...others } = table.get(accountOf(user)) ?? {};
      const newest = Object.entries(others).slice(1 - maxClients);
      table.set(accountOf(user), { ...Object.fromEntries(newest), ...(tokens.length > 0 && { [agent]: tokens }) });
    };
    const usable = (stream: ServerStream): string[] =>
      Array.from(mechanisms).flatMap(([name, binding]) =>
        binding === '' || stream.wire.bindings.has(binding) ? [name] : [],
      );

    const agentIn = (authenticate: Element): string | undefined =>
      authenticate.getChild('user-agent')?.attrs['id'] as string | undefined;

    profile.mechanisms({
      begin(stream, name, authenticate) {
        const binding = mechanisms.get(name);
        if (binding === undefined) return undefined;
        const wish = authenticate.getChild('fast', NS_FAST);
        const agent = agentIn(authenticate);
        // §3.4: a token is used by whom it was given to, and says so.
        if (wish === undefined || agent === undefined || !usable(stream).includes(name)) {
          throw new SaslFailure('malformed-request', `${name} needs <fast/> and the id of a client`);
        }
        const count = Number(wish.attrs['count'] ?? 0);
        return hashedTokenServer({
          name,
          binding: stream.wire.bindings.get(binding) ?? new Uint8Array(),
          tokens: (user) =>
            tokensOf(user, agent)
              .filter((token) => token.mechanism === name && (count === 0 || count > token.count))
              .map(({ secret }) => secret),
        });
      },
    });

    profile.inline({
      offer(stream) {
        const names = usable(stream);
        return createElement(
          'fast',
          NS_FAST,
          {},
          names.map((name) => createElement('mechanism', undefined, {}, [name])),
        );
      },
      apply(stream, authenticate, { id: agent }, { username, token: used }) {
        if (agent === undefined) return undefined;
        const now = host.clock.now();
        const wanted = authenticate.getChild('request-token', NS_FAST)?.attrs['mechanism'] as string | undefined;
        const sent = authenticate.getChild('fast', NS_FAST);
        let tokens = tokensOf(username, agent);
        const current = tokens.find(({ secret }) => secret === used);
        if (current !== undefined) {
          // §3.5: the one before is of no use any more once its successor was used.
          const count = Math.max(current.count, Number(sent?.attrs['count'] ?? 0) || 0);
          tokens = tokens
            .slice(tokens.indexOf(current))
            .map((token) => (token === current ? { ...token, count } : token));
        }
        const invalidate = sent?.attrs['invalidate'];
        if (invalidate === 'true' || invalidate === '1') {
          keep(username, agent, []);
          return undefined;
        }
        const worn = current !== undefined && current.made + renewal < now ? current.mechanism : undefined;
        const mechanism = wanted !== undefined && usable(stream).includes(wanted) ? wanted : worn;
        if (mechanism === undefined) {
          if (current !== undefined) keep(username, agent, tokens);
          return undefined;
        }
        const fresh: Token = { mechanism, secret: newId() + newId(), made: now, expires: now + lifetime, count: 0 };
        keep(username, agent, [...tokens.slice(-1), fresh]);
        return createElement('token', NS_FAST, { token: fresh.secret, expiry: new Date(fresh.expires).toISOString() });
      },
    });

    // §4.1: whoever changes the password wants everybody out.
    host.hooks.on('passwordChanged', ({ account }) => void table.delete(String(account)));
    host.hooks.on('removed', ({ account }) => void table.delete(String(account)));
    return {
      has: (user, agent) => tokensOf(user, agent).length > 0,
      revoke: (user, agent) => keep(user, agent, []),
    };
  },
});
