/** Accounts over HTTP, as test runs make them that run the server as a process. */
import { describe, expect, test } from 'vitest';

import type { Server } from '../src/index.ts';
import { admin } from '../src/modules/admin.ts';
import { version } from '../src/version.ts';
import { connect, startServer } from './harness.ts';

const secret = 'f00dcafe';
const start = (): Promise<Server> =>
  startServer({
    accounts: ['juliet'],
    listen: { tcp: false, tls: false, https: false, component: false },
    modules: [admin(secret)],
  });

/** POSTs to the API: the status, and what it says. */
async function call(server: Server, path: string, body?: unknown, method = 'POST'): Promise<[number, string]> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`http://localhost:${server.ports.http}/${path}`, {
    method,
    ...(body !== undefined && { body: text }),
  });
  return [response.status, await response.text()];
}

test('the version tells that it is there', async () => {
  expect(await call(await start(), `${secret}/status`)).toEqual([200, version]);
});

test('an account is made, and removed', async () => {
  const server = await start();
  const romeo = { user: 'Romeo', password: 'romeo', host: 'localhost' };
  expect(await call(server, `${secret}/register`, romeo)).toEqual([200, '"romeo@localhost was made"']);
  const client = await connect(server, 'romeo');
  expect(await call(server, `${secret}/unregister`, { user: 'romeo', host: 'localhost' })).toEqual([200, '"removed"']);
  await expect.poll(() => client.status).toBe('ended');
  expect(server.host.accounts.names()).toEqual(['juliet']);
  expect((await call(server, `${secret}/unregister`, { user: 'romeo' }))[0]).toBe(200);
});

describe('what is refused', () => {
  test.each<[string, unknown, number, string]>([
    ['a name that is taken', { user: 'juliet', password: 'x' }, 409, 'exists already'],
    ['a name that is none', { user: 'a@b', password: 'x' }, 409, 'a@b'],
    ['no name', { password: 'x' }, 409, 'POST'],
    ['a number', { user: 1, password: 'x' }, 409, 'POST'],
    ['no password', { user: 'romeo' }, 409, 'password'],
    ['a password that is none', { user: 'romeo', password: 'a\tb' }, 409, 'password'],
    ['another server', { user: 'romeo', password: 'x', host: 'example.org' }, 409, 'this server is localhost'],
    ['nothing', 'null', 409, 'POST'],
    ['a list', [], 409, 'POST'],
    ['no JSON', '{', 409, 'JSON'],
    ['too much', { user: 'romeo', password: 'x'.repeat(5000) }, 413, ''],
  ])('%s', async (_, body, status, text) => {
    const server = await start();
    const [found, said] = await call(server, `${secret}/register`, body);
    expect(found).toBe(status);
    expect(said).toContain(text);
    expect(server.host.accounts.names()).toEqual(['juliet']);
  });

  test('another method', async () => {
    expect((await call(await start(), `${secret}/register`, undefined, 'GET'))[0]).toBe(409);
  });

  test.each([
    'register',
    'Register',
    `${secret}`,
    `${secret}/`,
    `${secret}/register/`,
    `F00DCAFE/register`,
    '/register',
  ])('whoever does not know the secret: %s', async (path) => {
    const server = await start();
    expect((await call(server, path, { user: 'romeo', password: 'x' }))[0]).toBe(404);
    expect(server.host.accounts.names()).toEqual(['juliet']);
  });

  test.each(['', 'short', 'with/slash', '../../etc', 'white space'])('“%s” as the secret', (text) => {
    expect(() => admin(text)).toThrow('the secret for making accounts');
  });
});
