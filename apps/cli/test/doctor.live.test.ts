import { account, describeLive } from '@xeps/servers/live';
import type { Account } from '@xeps/servers/live';
import { beforeAll, expect, test } from 'vitest';
import { as, serviceOf } from './xeps.ts';
import type { Line } from './xeps.ts';

describeLive('xeps doctor', (server, transport) => {
  const current = server.lane === 'current';
  const service = serviceOf(server, transport);
  let juliet: Account;
  beforeAll(async () => {
    juliet = await account(server, 'juliet');
  });
  const ofType = (lines: readonly Line[], wanted: string): readonly Line[] =>
    lines.filter(({ type }) => type === wanted);

  test('says what is offered, what was used and what is stored', async () => {
    const xeps = as(juliet, server, transport);
    const { code, stderr, lines } = await xeps.run(['doctor', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    expect(ofType(lines, 'endpoint')).toEqual([{ type: 'endpoint', service, from: 'option', tried: true, used: true }]);
    expect(ofType(lines, 'tls')).toEqual([
      transport === 'tcp' ? { type: 'tls', secure: true, protocol: 'TLSv1.3' } : { type: 'tls', secure: false },
    ]);
    const [offer] = ofType(lines, 'offer');
    const plain = expect.arrayContaining(['SCRAM-SHA-256']) as string[];
    const plus = expect.arrayContaining(['SCRAM-SHA-256-PLUS']) as string[];
    if (current) {
      const tcp = { sasl2: plus, channelBindings: expect.arrayContaining(['tls-exporter']) as string[] };
      expect(offer).toMatchObject(transport === 'tcp' ? tcp : { sasl2: plain });
      expect(offer).toMatchObject({
        resume: true,
        bind2: expect.arrayContaining(['urn:xmpp:carbons:2']) as string[],
        fast: expect.arrayContaining([expect.stringMatching(/^HT-SHA-256-/)]) as string[],
      });
    }
    expect(ofType(lines, 'sign-in')).toEqual([
      {
        type: 'sign-in',
        profile: current ? 'sasl2' : 'sasl',
        mechanism: expect.stringMatching(/^SCRAM-/),
        token: false,
        pipelined: false,
        ms: expect.any(Number),
        ...(transport === 'tcp' && { tls: 'TLSv1.3', ...(current && { channelBinding: 'tls-exporter' }) }),
      },
    ]);
    expect(ofType(lines, 'session')).toEqual([
      { type: 'session', jid: expect.stringContaining(`${juliet.jid}/`), resumed: false },
    ]);
    const offered = Object.fromEntries(ofType(lines, 'service').map((each) => [each['name'], each['offered']]));
    expect(offered).toMatchObject({
      'acknowledgements': true,
      'client-state': true,
      'carbons': true,
      'archive': true,
      'upload': true,
      'blocking': true,
      'push': true,
      'client-access': !server.quirks.includes('no-client-list'),
    });
    expect(ofType(lines, 'stored')).toMatchObject([{ keys: [expect.stringMatching(/^SCRAM-SHA-/)], password: false }]);
    if (current) expect(ofType(lines, 'stored')).toMatchObject([{ token: { mechanism: expect.any(String) } }]);

    const again = await xeps.run(['doctor', '--json'], { environment: { XEPS_PASSWORD: undefined } });
    expect(ofType(again.lines, 'sign-in')).toMatchObject([{ token: current, pipelined: current }]);
  });

  test('for people, without a secret', async () => {
    const { code, stdout } = await as(juliet, server, transport).run(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Way to the server of juliet-[^]*\nOffered to sign in\n[^]*\nSigned in\n[^]*\nServices\n[^]*\nStored in /,
    );
    expect(stdout).not.toMatch(/undefined|\[object/);
    expect(stdout).not.toContain(juliet.password);
  });

  test('signing in fails: what it saw until then, and the usual exit code', async () => {
    const { code, lines, stderr } = await as({ ...juliet, password: 'wrong' }, server, transport).run([
      'doctor',
      '--json',
    ]);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { condition: 'not-authorized' } });
    expect(lines.map(({ type }) => type)).toEqual(expect.arrayContaining(['endpoint', 'tls', 'offer', 'stored']));
    expect(ofType(lines, 'endpoint')).toMatchObject([{ service, tried: true, used: false }]);
    expect(ofType(lines, 'sign-in')).toEqual([]);
  });
});
