import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AccountError, defaultConfigPath, readAccount } from '../src/account.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'xeps-account-'));
});
afterEach(() => rm(home, { recursive: true }));

const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ HOME: home, ...more });

async function config(
  settings: unknown,
  { mode = 0o600, path = defaultConfigPath(environment()) } = {},
): Promise<string> {
  await mkdir(join(home, '.config', 'xeps'), { recursive: true });
  await writeFile(path, typeof settings === 'string' ? settings : JSON.stringify(settings));
  await chmod(path, mode);
  return path;
}

describe('the account', () => {
  test('comes from --jid and XEPS_PASSWORD', async () => {
    const { jid, password, service, ca } = await readAccount(
      { jid: 'juliet@example.org' },
      environment({ XEPS_PASSWORD: 'r0m30' }),
    );
    expect([String(jid), await password!(), service, ca]).toEqual([
      'juliet@example.org',
      'r0m30',
      undefined,
      undefined,
    ]);
  });

  test('comes from the configuration file, in XDG_CONFIG_HOME where that is set', async () => {
    const settings = {
      jid: 'juliet@example.org',
      password: 'from the file',
      resource: 'balcony',
      service: 'ws://127.0.0.1:5280/ws',
    };
    await config(settings);
    const found = await readAccount({}, environment());
    expect([String(found.jid), await found.password!(), found.service]).toEqual([
      'juliet@example.org/balcony',
      'from the file',
      'ws://127.0.0.1:5280/ws',
    ]);
    expect(defaultConfigPath({ XDG_CONFIG_HOME: '/etc/xdg', HOME: home })).toBe('/etc/xdg/xeps/config.json');
    expect(defaultConfigPath({ XDG_CONFIG_HOME: '', HOME: home })).toBe(join(home, '.config/xeps/config.json'));
  });

  test('options count before the environment, and that before the file', async () => {
    const path = await config(
      { jid: 'juliet@example.org', password: 'file', service: 'xmpp://a', resource: 'file' },
      { path: join(home, 'mine.json') },
    );
    const options = { config: path, service: 'xmpp://b', resource: 'option' };
    const fromEnvironment = await readAccount(options, environment({ XEPS_PASSWORD: 'environment' }));
    expect([String(fromEnvironment.jid), fromEnvironment.service]).toEqual(['juliet@example.org/option', 'xmpp://b']);
    expect(await fromEnvironment.password!()).toBe('environment');
    const fromCommand = await readAccount(
      { ...options, passwordCommand: 'echo command' },
      environment({ XEPS_PASSWORD: 'environment' }),
    );
    expect(await fromCommand.password!()).toBe('command');
  });

  test("the file's password and server are not used for another account", async () => {
    await config({ jid: 'juliet@example.org', password: 'secret', service: 'xmpp://a' });
    const romeo = await readAccount({ jid: 'romeo@example.org' }, environment());
    expect(romeo.service).toBeUndefined();
    await expect(romeo.password!()).rejects.toThrow(/no password/);
    expect(await (await readAccount({ jid: 'juliet@example.org/phone' }, environment())).password!()).toBe('secret');
  });

  test('without a password it is an account all the same; the error says what to do', async () => {
    const { password } = await readAccount({ jid: 'juliet@example.org' }, environment());
    await expect(password!()).rejects.toThrow(/no password: set XEPS_PASSWORD.*config\.json/);
    await expect(password!()).rejects.toBeInstanceOf(AccountError);
  });

  test('a domain alone needs no password', async () => {
    expect((await readAccount({ jid: 'example.org' }, environment())).password).toBeUndefined();
  });

  test('authorities are read, from the file relative to it', async () => {
    const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
    await config({ jid: 'juliet@example.org', password: 'x', ca: 'ca.pem' });
    await writeFile(join(home, '.config/xeps/ca.pem'), pem);
    expect((await readAccount({}, environment())).ca).toBe(pem);
  });
});

describe('the password command', () => {
  test('runs once, and its first line counts', async () => {
    const { password } = await readAccount(
      {
        jid: 'juliet@example.org',
        passwordCommand: `echo run >> '${home}/runs'; printf 'pass word\\nlogin: juliet\\n'`,
      },
      environment(),
    );
    expect([await password!(), await password!()]).toEqual(['pass word', 'pass word']);
    const { password: runs } = await readAccount(
      { jid: 'juliet@example.org', passwordCommand: `wc -l < '${home}/runs' | tr -d ' '` },
      environment(),
    );
    expect(await runs!()).toBe('1');
  });

  test.each([
    ['exit 3', /failed \(3\)/],
    ['echo no key >&2; exit 1', /no key/],
    ['true', /printed nothing/],
  ])('%s is refused', async (passwordCommand, message) => {
    const { password } = await readAccount({ jid: 'juliet@example.org', passwordCommand }, environment());
    await expect(password!()).rejects.toThrow(message);
    await expect(password!()).rejects.toBeInstanceOf(AccountError);
  });
});

describe('refused, with what to do', () => {
  test.runIf(process.platform !== 'win32').each([0o640, 0o604, 0o660, 0o610])('a file of mode %o', async (mode) => {
    const path = await config({ jid: 'juliet@example.org', password: 'x' }, { mode });
    await expect(readAccount({}, environment())).rejects.toThrow(`chmod 600 ${path}`);
  });

  test.each([
    [{}, {}, /which account\? Give --jid/],
    [{ jid: 'a@@b' }, {}, /Not an XMPP address/],
    [{ jid: 'juliet@example.org', config: '/nowhere/config.json' }, {}, /\/nowhere\/config.json can't be read/],
    [{ jid: 'juliet@example.org', ca: '/nowhere/ca.pem' }, { XEPS_PASSWORD: 'x' }, /\/nowhere\/ca.pem can't be read/],
    [{ jid: 'juliet@example.org', ca: '/dev/null' }, { XEPS_PASSWORD: 'x' }, /holds no certificate/],
  ])('%j', async (options, more, message) => {
    const refused = readAccount(options, environment(more));
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(AccountError);
  });

  test.each([
    ['{"jid": "a@b", "password": "s3cret" oops}', /is not JSON/],
    ['["a@b"]', /expected a JSON object/],
    ['{"jid": "a@b", "pasword": "x"}', /there is no setting "pasword"/],
    ['{"jid": "a@b", "password": 7}', /password must be a string/],
  ])('a file with %s', async (text, message) => {
    await config(text);
    const refused = readAccount({}, environment());
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow(/s3cret/);
  });
});
