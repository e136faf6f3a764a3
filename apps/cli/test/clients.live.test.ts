import { account, describeLive } from '@xeps/servers/live';
import type { Account } from '@xeps/servers/live';
import { beforeEach, expect, test } from 'vitest';
import { as } from './xeps.ts';

describeLive('xeps: what has access to the account', (server, transport) => {
  let juliet: Account;
  let xeps: ReturnType<typeof as>;
  beforeEach(async () => {
    juliet = await account(server, 'juliet');
    xeps = as(juliet, server, transport);
  });

  const keepsList = !server.quirks.includes('no-client-list');
  if (keepsList) {
    /** Gives an application access, as a web page of the server would. */
    async function grant(software: string): Promise<void> {
      const response = await fetch(`${server.adminApi}/clients/grant`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user: juliet.user, software }),
      });
      expect(response.status).toBe(200);
    }

    test('list: this one, and others', async () => {
      await grant('Calendar \u009b31m');
      const { code, lines, stderr } = await xeps.run(['clients', 'list', '--json']);
      expect([code, stderr]).toEqual([0, '']);
      expect(lines).toHaveLength(2);
      expect(lines.find(({ current }) => current === true)).toEqual({
        type: 'client',
        id: expect.any(String),
        kind: 'session',
        software: 'xeps',
        firstSeen: expect.stringMatching(/^\d{4}-.*Z$/),
        lastSeen: expect.stringMatching(/^\d{4}-.*Z$/),
        connected: true,
        current: true,
        access: ['password', 'token'],
        permission: 'unrestricted',
      });
      expect(lines.find(({ kind }) => kind === 'access')).toMatchObject({ connected: false, access: ['grant'] });
      const { stdout } = await xeps.run(['clients', 'list']);
      expect(stdout).toMatch(/^ID +SOFTWARE +DEVICE +FIRST SEEN +LAST SEEN +CONNECTED +ACCESS BY\n/);
      expect(stdout).toMatch(/ xeps .* yes +password, token +\(this one\)\n/);
      expect(stdout).not.toContain('\u009b');
    });

    test('revoke: an application loses its access, who knows the password does not', async () => {
      await grant('Calendar');
      const { lines } = await xeps.run(['clients', 'list', '--json']);
      const id = String(lines.find(({ kind }) => kind === 'access')!['id']);
      const revoked = await xeps.run(['clients', 'revoke', id, '--json']);
      expect([revoked.code, revoked.lines]).toEqual([0, [{ type: 'revoked', id }]]);
      expect((await xeps.run(['clients', 'list', '--json'])).lines.map(({ kind }) => kind)).toEqual(['session']);

      const again = await xeps.run(['clients', 'revoke', id]);
      expect([again.code, again.stderr]).toEqual([
        4,
        `xeps: there is no client ${id}: xeps clients list shows those that there are\n`,
      ]);
      const own = String(lines.find(({ current }) => current === true)!['id']);
      const password = await xeps.run(['clients', 'revoke', own, '--json']);
      expect(password.code).toBe(4);
      expect(JSON.parse(password.stderr)).toEqual({
        error: {
          code: 'ERR_XMPP_CLIENT_ACCESS',
          condition: 'password-reset-required',
          message: expect.stringContaining('change the password'),
        },
      });
    });
  } else {
    test('a server without such a list says so', async () => {
      for (const args of [['list'], ['revoke', 'x']]) {
        const { code, stdout, stderr } = await xeps.run(['clients', ...args]);
        expect([code, stdout, stderr]).toEqual([
          4,
          '',
          `xeps: ${server.domain} keeps no list of what has access to an account (XEP-0494)\n`,
        ]);
      }
    });
  }
});
