import { account, describeLive } from '@xeps/servers/live';
import type { Account } from '@xeps/servers/live';
import { createClient } from '@xeps/client';
import { setRosterItem } from '@xeps/rfc-6121';
import { beforeAll, expect, test } from 'vitest';
import { as, run, serviceOf } from './xeps.ts';

describeLive('xeps: questions', (server, transport) => {
  let juliet: Account;
  let xeps: ReturnType<typeof as>;
  beforeAll(async () => {
    juliet = await account(server, 'juliet');
    xeps = as(juliet, server, transport);
  });

  test('ping', async () => {
    const { code, lines } = await xeps.run(['ping', '--json']);
    expect(code).toBe(0);
    expect(lines).toEqual([{ type: 'pong', jid: server.domain, ms: expect.any(Number) }]);
    expect((await xeps.run(['ping', server.services.muc])).stdout).toMatch(
      /^conference.localhost answered in [\d.]+ ms\n$/,
    );
  });

  test('version', async () => {
    const { code, lines } = await xeps.run(['version', server.domain, '--json']);
    expect(code).toBe(0);
    expect(lines[0]).toMatchObject({
      type: 'version',
      jid: server.domain,
      name: expect.stringMatching(new RegExp(`^${server.kind}$`, 'i')) as string,
    });
  });

  test('disco: information, with forms', async () => {
    const { code, lines } = await xeps.run(['disco', server.services.upload, '--json']);
    expect(code).toBe(0);
    expect(lines).toMatchObject([
      { type: 'info', jid: server.services.upload, identities: [{ category: 'store', type: 'file' }] },
    ]);
    expect(lines[0]!['features']).toContain('urn:xmpp:http:upload:0');
    expect(lines[0]!['forms']).toContainEqual({
      formType: 'urn:xmpp:http:upload:0',
      fields: { 'max-file-size': ['10485760'] },
    });
    expect((await xeps.run(['disco', server.services.upload])).stdout).toContain('Features\n');
  });

  test('disco: items', async () => {
    const { lines } = await xeps.run(['disco', server.domain, '--items', '--json']);
    expect(lines.map(({ jid }) => jid)).toEqual(expect.arrayContaining([server.services.muc, server.services.upload]));
  });

  test('roster', async () => {
    const client = createClient({
      jid: juliet.jid,
      password: juliet.password,
      service: serviceOf(server, transport),
      tls: { ca: server.caPem },
      allowInsecure: true,
    });
    await client.start();
    await setRosterItem(client, { jid: 'romeo@montague.lit', name: 'Romeo \u009b31m\nnobody@x', groups: ['Friends'] });
    await setRosterItem(client, { jid: 'nurse@capulet.lit' });
    await client.stop();
    const { code, lines, stderr: faults } = await xeps.run(['roster', '--json']);
    expect([code, faults]).toEqual([0, '']);
    expect(lines).toMatchObject([
      { type: 'contact', jid: 'nurse@capulet.lit', subscription: 'none', approved: false, groups: [] },
      { type: 'contact', jid: 'romeo@montague.lit', subscription: 'none', groups: ['Friends'] },
    ]);
    const { stdout } = await xeps.run(['roster']);
    expect(stdout).toContain('romeo@montague.lit  Romeo');
    // One contact is one line, and no line steers the terminal.
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stdout).not.toContain('\u009b');
  });

  test('raw: answers to what was sent, and a fault with what came before it', async () => {
    const ask = `<iq type='get' id='q1'><query xmlns='jabber:iq:roster'/></iq>`;
    const { code, stdout } = await xeps.run(['raw', '--count', '1'], { input: ask });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^<iq [^\n]*id="q1"[^\n]*<\/iq>\n$/);
    const broken = await xeps.run(['raw', '--json', '--wait', '2'], { input: `${ask}\n<message>` });
    expect([broken.code, broken.stderr]).toEqual([65, expect.stringContaining('line 2, column')]);
    const tooFew = await xeps.run(['raw', '--count', '2', '--timeout', '1'], { input: ask });
    expect([tooFew.code, tooFew.stderr]).toEqual([5, 'xeps: fewer than 2 stanzas came within 1 s\n']);
    expect(tooFew.stdout).toContain('q1');
  });

  test('raw | decode', async () => {
    const { stdout } = await xeps.run(['raw', '--count', '1'], {
      input: `<iq type='get' id='q1'><query xmlns='jabber:iq:roster'/></iq>`,
    });
    const { code, lines } = await run(['decode'], { input: stdout });
    expect(code).toBe(0);
    expect(lines).toMatchObject([{ name: 'iq', payloads: [{ spec: 'RFC 6121' }], errors: [] }]);
  });
});
