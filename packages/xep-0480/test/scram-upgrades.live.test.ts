import { account, liveServers } from '@xeps/servers/live';
import { SaslError, scramSha256 } from '@xeps/stream';
import { describe, expect, test } from 'vitest';
import { signIn } from '../../xep-0484/test/live.ts';
import type { Way } from '../../xep-0484/test/live.ts';
import { scramUpgrades } from '../src/index.ts';

// ejabberd has no such profile on wss without `allow_unencrypted_sasl2`, which the configuration sets for ws alone.
const ways: readonly Way[] = ['STARTTLS', 'direct TLS', 'ws'];
const suites = liveServers().flatMap((server) =>
  ways.map((way) => [`${server.kind} ${server.version}`, way, server] as const),
);

describe.each(suites)('@xeps/xep-0480 [%s, %s]', (_, way, server) => {
  const tasks = (password: string) => [scramUpgrades({ password, trustConnection: way === 'ws' })];

  if (server.quirks.includes('no-sasl2')) {
    test('a server without the extensible profile is left to others', async () => {
      const juliet = await account(server, 'juliet');
      await expect(signIn(server, way, juliet, { tasks: tasks(juliet.password) })).rejects.toMatchObject({
        reason: 'nothing-to-do',
      });
    });
    return;
  }

  if (server.quirks.includes('no-scram-upgrades')) {
    test('a server that offers none is asked for none', async () => {
      const juliet = await account(server, 'juliet');
      const session = await signIn(server, way, juliet, { tasks: tasks(juliet.password) });
      expect(session.said).not.toContain('<upgrade');
      await session.close();
    });
    return;
  }

  test('§3 the server asks for the hash and signs in', async () => {
    const juliet = await account(server, 'juliet');
    const session = await signIn(server, way, juliet, { tasks: tasks(juliet.password) });
    expect(session.heard).toContain('<task>UPGR-SCRAM-SHA-512</task>');
    expect(session.said).toMatch(/<next [^>]*task="UPGR-SCRAM-SHA-512"\/><task-data /);
    expect(session.jid.bare().toString()).toBe(juliet.jid);
    await session.close();
    const again = signIn(server, way, juliet);
    // ejabberd 24.10 to 25.07 puts the new hash in the place of the old, in a form that it can't read itself.
    if (Number.parseFloat(server.version) < 25.08) await expect(again).rejects.toBeInstanceOf(SaslError);
    else await (await again).close();
  });

  if (way === 'ws') return;
  test('§5 where this side could bind and does not, nothing is asked for', async () => {
    const juliet = await account(server, 'juliet');
    const session = await signIn(server, way, juliet, { mechanisms: [scramSha256], tasks: tasks(juliet.password) });
    expect(session.said).not.toContain('<upgrade');
    await session.close();
  });
});
