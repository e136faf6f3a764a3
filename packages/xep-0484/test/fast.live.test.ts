import { account, liveServers } from '@xeps/servers/live';
import type { Account } from '@xeps/servers/live';
import type { Sasl2Pipelining } from '@xeps/xep-0388';
import { beforeAll, describe, expect, test } from 'vitest';
import { fast } from '../src/index.ts';
import type { FastToken } from '../src/index.ts';
import { signIn } from './live.ts';
import type { LiveOptions, Way } from './live.ts';

const ways: readonly Way[] = ['STARTTLS', 'direct TLS', 'ws', 'wss'];
const suites = liveServers().flatMap((server) =>
  ways.map((way) => [`${server.kind} ${server.version}`, way, server] as const),
);

/** Remembers the features for as long as the test lasts. */
function memory(): Sasl2Pipelining & { forgotten: number } {
  let known: ReturnType<Sasl2Pipelining['remembered']>;
  return {
    forgotten: 0,
    remembered: () => known,
    remember: (features) => void (known = features),
    forget() {
      this.forgotten += 1;
    },
    request: () => undefined,
    mismatch: () => false,
  };
}

describe.each(suites)('@xeps/xep-0484 [%s, %s]', (_, way, server) => {
  let juliet: Account;
  let token: FastToken | undefined;
  let invalidate = false;
  const store = { load: () => token, save: (next: FastToken | undefined) => void (token = next) };
  const tokens = (): Pick<LiveOptions, 'token'> => ({
    token: fast({
      username: juliet.user,
      store,
      now: Date.now,
      invalidate: () => invalidate,
      trustConnection: way === 'ws',
    }),
  });
  beforeAll(async () => {
    juliet = await account(server, 'juliet');
  });

  // ejabberd takes a WebSocket for one without TLS, on which it has this profile only with `allow_unencrypted_sasl2`; the
  // configuration sets that for ws alone.
  if (server.quirks.includes('no-sasl2') || (server.quirks.includes('no-sasl2-on-wss') && way === 'wss')) {
    test('a server without the extensible profile is left to others', async () => {
      await expect(signIn(server, way, juliet, tokens())).rejects.toMatchObject({ reason: 'nothing-to-do' });
    });
    return;
  }

  test('§3.2 SCRAM, Bind 2 and the request for a token', async () => {
    const session = await signIn(server, way, juliet, tokens());
    expect(session.jid.bare().toString()).toBe(juliet.jid);
    expect(session.jid.resource).toMatch(/^xeps/);
    expect(session.choice).toMatchObject({ mechanism: { name: expect.stringContaining('SCRAM-') as string } });
    expect(token).toMatchObject({ mechanism: expect.stringMatching(/^HT-SHA-256-/) as string, count: 0 });
    expect(Date.parse(token!.expiry!)).toBeGreaterThan(Date.now() + 86_400_000);
    await session.close();
  });

  test('§3.4 signing in by it, again and again, without the password', async () => {
    for (const count of [1, 2, 3]) {
      const session = await signIn(server, way, juliet, { ...tokens(), password: 'unknown' });
      expect(session.choice).toMatchObject({ token: true, pipelined: false });
      expect(token).toMatchObject({ count });
      expect(session.said).toContain(`count="${count}"`);
      await session.close();
    }
  });

  test('§4.1 a token that is refused: by password on the same stream, and with another token', async () => {
    token = { ...token!, token: 'wrong' };
    const session = await signIn(server, way, juliet, tokens());
    expect(session.heard).toContain('<failure');
    expect(session.choice.token).not.toBe(true);
    expect(token).toMatchObject({ count: 0 });
    expect(token?.token).not.toBe('wrong');
    await session.close();
  });

  // Prosody's module has no `tls-server-end-point`; without TLS there is neither.
  const bound = server.quirks.includes('no-fast-by-end-point') ? ['UNIQ'] : ['UNIQ', 'ENDP'];
  const others = way === 'ws' ? [] : bound;
  test.each(others)('§3.4 HT-SHA-256-%s, bound to TLS 1.2', async (kind) => {
    const name = `HT-SHA-256-${kind}`;
    let kept: FastToken | undefined;
    const own = { load: () => kept, save: (next: FastToken | undefined) => void (kept = next) };
    for (const expected of [undefined, true]) {
      const session = await signIn(server, way, juliet, {
        token: fast({ username: juliet.user, store: own, now: Date.now, mechanisms: [name] }),
        maxVersion: 'TLSv1.2',
      });
      expect(session.tls).toBe('TLSv1.2');
      expect(session.choice.token).toBe(expected);
      expect(kept).toMatchObject({ mechanism: name });
      await session.close();
    }
  });

  test('pipelined', async () => {
    const pipelining = memory();
    const first = await signIn(server, way, juliet, { ...tokens(), pipelining });
    await first.close();
    const session = await signIn(server, way, juliet, { ...tokens(), pipelining });
    expect(session.choice).toMatchObject({ token: true, pipelined: true });
    expect(session.said.match(/<authenticate/g)).toHaveLength(1);
    expect(pipelining.forgotten).toBe(0);
    await session.close();
  });

  test('§3.6 invalidation: it signs in for the last time', async () => {
    const last = token;
    invalidate = true;
    const session = await signIn(server, way, juliet, { ...tokens(), password: 'unknown' });
    invalidate = false;
    expect(session.said).toContain('invalidate="true"');
    expect(token).toBeUndefined();
    await session.close();
    token = { ...last!, count: last!.count + 1 };
    const next = await signIn(server, way, juliet, tokens());
    expect(next.heard).toContain('<failure');
    expect(next.choice.token).not.toBe(true);
    await next.close();
  });
});
