import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { account, describeLive } from '@xeps/servers/live';
import type { Account } from '@xeps/servers/live';
import { beforeAll, describe, expect, test } from 'vitest';
import { as, run } from './xeps.ts';

describeLive('xeps: what goes wrong', (server, transport) => {
  let juliet: Account;
  beforeAll(async () => {
    juliet = await account(server, 'juliet');
  });

  test('2: a wrong password', async () => {
    const { code, stdout, stderr } = await as({ ...juliet, password: 'wrong' }, server, transport).run([
      'ping',
      '--json',
    ]);
    expect([code, stdout]).toEqual([2, '']);
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'ERR_XMPP_SASL', condition: 'not-authorized', message: expect.stringContaining('password') },
    });
    expect(stderr).not.toContain('wrong');
  });

  test('3: nobody listens there', async () => {
    const service = transport === 'tcp' ? 'xmpp://127.0.0.1:9' : 'ws://127.0.0.1:9/ws';
    const { code, stderr } = await as(juliet, server, transport, service).run(['ping']);
    expect([code, stderr]).toEqual([3, expect.stringContaining('127.0.0.1:9')]);
  });

  test('3: the server is not that of the domain', async () => {
    const { code } = await as({ ...juliet, jid: 'juliet@unknown.invalid' }, server, transport).run(['ping']);
    expect(code).toBe(3);
  });

  test('4: the other side refuses', async () => {
    const { code, stderr } = await as(juliet, server, transport).run([
      'version',
      `nobody-here@${server.domain}`,
      '--json',
    ]);
    expect(code).toBe(4);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'ERR_XMPP_STANZA', condition: 'service-unavailable' } });
  });

  test('5: too few messages in time', async () => {
    const { code, stdout, stderr } = await as(juliet, server, transport).run([
      'listen',
      '--count',
      '1',
      '--timeout',
      '1',
      '--json',
    ]);
    expect([code, stdout]).toEqual([5, '']);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'ERR_XMPP_TIMEOUT' } });
  });
});

describe('xeps without a server', () => {
  test('3: a domain that does not exist', async () => {
    const { code, stderr } = await run(['ping', '--jid', 'juliet@unknown.invalid'], {
      environment: { XEPS_PASSWORD: 'x' },
    });
    expect([code, stderr]).toEqual([3, expect.stringContaining('unknown.invalid')]);
  });

  test('5: a server that says nothing', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as AddressInfo;
    const { code } = await run(
      ['ping', '--jid', 'juliet@localhost', '--service', `xmpp://127.0.0.1:${port}`, '--timeout', '1'],
      {
        environment: { XEPS_PASSWORD: 'x' },
      },
    );
    silent.close();
    expect(code).toBe(5);
  });

  test.each([
    [['ping'], /which account/],
    [['ping', '--jid', 'juliet@localhost'], /no password/],
    [['ping', '--jid', 'juliet@@localhost'], /Not an XMPP address/],
    [['ping', 'a@b@c', '--jid', 'juliet@localhost'], /Not an XMPP address/],
    [['disco', '--jid', 'juliet@localhost'], /missing required argument/],
    [['history', 'romeo@localhost', '--limit', '-1'], /whole number/],
    [['history', 'romeo@localhost', '--since', 'yesterday'], /such as 2026-05-01/],
    [['listen', '--timeout', '0'], /seconds/],
    [['send', 'romeo@localhost'], /text/],
    [['send', 'romeo@localhost', 'hello', '--wait', 'read'], /sent, acked, received/],
    [['ping', '--password', 'secret'], /unknown option/],
    [['ping', '--jid', 'juliet@localhost', '--service', 'http://localhost'], /is not a service/],
  ])('64: %j', async (args, message) => {
    const environment = args.includes('--service') ? { XEPS_PASSWORD: 'x' } : {};
    const { code, stdout, stderr } = await run(args, { environment });
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(message);
  });
});
