// Signing in without a password: what the first command stores, and what the next ones make of it.
import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@xeps/client';
import { account, describeLive } from '@xeps/servers/live';
import type { Account } from '@xeps/servers/live';
import { changePassword } from '@xeps/xep-0077';
import { beforeEach, expect, test } from 'vitest';
import { as, serviceOf, stateFolder } from './xeps.ts';
import type { Line, RunOptions } from './xeps.ts';

const withoutPassword: RunOptions = { environment: { XEPS_PASSWORD: undefined } };

describeLive('xeps: signing in by what is stored', (server, transport) => {
  /** Servers without SASL2 give out no tokens; keys derived from the password do as well. */
  const tokens = server.lane === 'current';
  let juliet: Account;
  let state: string;
  let xeps: ReturnType<typeof as>;
  beforeEach(async () => {
    juliet = await account(server, 'juliet');
    state = stateFolder();
    xeps = as(juliet, server, transport, undefined, state);
  });

  /** How `xeps doctor` has signed in. */
  async function signIn(options?: RunOptions, who = xeps): Promise<Line> {
    const { code, lines, stderr } = await who.run(['doctor', '--json'], options);
    expect([code, stderr]).toEqual([0, '']);
    return lines.find(({ type }) => type === 'sign-in')!;
  }

  async function setPassword(next: string, password = juliet.password): Promise<void> {
    const client = createClient({
      jid: juliet.jid,
      password,
      service: serviceOf(server, transport),
      tls: { ca: server.caPem },
      allowInsecure: true,
    });
    await client.start();
    await changePassword(client, next);
    await client.stop();
  }

  /** Puts another token, or none, in the place of the one that is stored. */
  async function replaceToken(token: string | undefined): Promise<void> {
    const path = join(state, 'xeps', 'main-0', `${juliet.jid}.json`);
    const stored = JSON.parse(await readFile(path, 'utf8')) as { readonly token?: object };
    await writeFile(path, JSON.stringify({ ...stored, token: token && { ...stored.token, token } }));
  }

  /** All files with their permissions, from the folder on. */
  async function files(folder: string): Promise<{ path: string; mode: string; text: string }[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const all = entries.map((entry) => ({ path: join(entry.parentPath, entry.name), folder: entry.isDirectory() }));
    return Promise.all(
      [{ path: folder, folder: true }, ...all].map(async (entry) => ({
        path: entry.path,
        mode: `${entry.folder ? 'd' : '-'}${((await stat(entry.path)).mode & 0o777).toString(8)}`,
        text: entry.folder ? '' : await readFile(entry.path, 'latin1'),
      })),
    );
  }

  test('the first command needs the password, the next do not', async () => {
    expect(await xeps.run(['ping'], withoutPassword)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('set XEPS_PASSWORD') as string,
    });
    expect(await signIn()).toMatchObject({ token: false, mechanism: expect.stringMatching(/^SCRAM-/) as string });
    expect(await signIn(withoutPassword)).toMatchObject({ token: tokens, profile: tokens ? 'sasl2' : 'sasl' });
    const { code, lines } = await xeps.run(['ping', '--json'], withoutPassword);
    expect([code, lines]).toEqual([0, [{ type: 'pong', jid: server.domain, ms: expect.any(Number) }]]);
  });

  test.runIf(process.platform !== 'win32')('only the owner can read what is stored, and no password is', async () => {
    await signIn();
    const stored = await files(join(state, 'xeps'));
    expect(stored.filter(({ mode }) => mode.startsWith('-'))).not.toEqual([]);
    for (const { mode, text } of stored) {
      expect(['d700', '-600']).toContain(mode);
      expect(text).not.toContain(juliet.password);
    }
  });

  test('--no-store: nothing is kept, and nothing used', async () => {
    await signIn();
    const before = await files(join(state, 'xeps'));
    expect((await xeps.run(['ping', '--no-store'], withoutPassword)).code).toBe(64);
    const other = stateFolder();
    const { code } = await as(juliet, server, transport, undefined, other).run(['ping', '--no-store']);
    expect([code, await readdir(other)]).toEqual([0, []]);
    expect(await files(join(state, 'xeps'))).toEqual(before);
  });

  test('a changed password: what is stored does not sign in any more, the new one does', async () => {
    await signIn();
    // Prosody compares whole seconds, and takes tokens that are not older than the password.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await setPassword('another one');
    // To ejabberd tokens outlive the password that they came of.
    if (server.quirks.includes('tokens-outlive-passwords') && tokens) await replaceToken(undefined);
    const { code, stderr } = await xeps.run(['ping'], withoutPassword);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/what is stored of juliet-.*set XEPS_PASSWORD/)]);
    expect((await xeps.run(['ping'])).code).toBe(2);
    const changed = { environment: { XEPS_PASSWORD: 'another one' } };
    expect(await signIn(changed)).toMatchObject({ token: false });
    expect(await signIn(withoutPassword)).toMatchObject({ token: tokens });
    // One that a person has to answer may take longer than the server waits.
    await setPassword('a third', 'another one');
    const slow = ['--timeout', '2', '--password-command', 'sleep 4; echo "a third"'];
    expect(await xeps.run(['ping', ...slow], withoutPassword)).toMatchObject({ code: 0, stderr: '' });
    // A password command is asked when it is needed, and only then.
    expect((await xeps.run(['ping', '--password-command', 'exit 9'], withoutPassword)).code).toBe(0);
  });

  if (tokens)
    test('a token that the server does not take: the derived keys do, and there is a new one', async () => {
      await signIn();
      await replaceToken('made up');
      expect(await signIn(withoutPassword)).toMatchObject({
        token: false,
        mechanism: expect.stringMatching(/^SCRAM-/),
      });
      expect(await signIn(withoutPassword)).toMatchObject({ token: true });
    });

  test('sign-out leaves nothing here, and no token there', async () => {
    await signIn();
    await xeps.run(['listen', '--timeout', '1'], withoutPassword);
    const copy = stateFolder();
    await cp(state, copy, { recursive: true });
    const { code, lines } = await xeps.run(['sign-out', '--json'], withoutPassword);
    expect([code, lines]).toEqual([0, [{ type: 'signed-out', jid: juliet.jid }]]);
    for (const { text, path } of await files(state)) {
      expect(path).not.toContain(juliet.user);
      expect(text).not.toContain(juliet.user);
    }
    expect((await xeps.run(['ping'], withoutPassword)).code).toBe(64);
    // Whoever had got hold of the token could not use it any more.
    const thief = as(juliet, server, transport, undefined, copy);
    expect(await signIn(withoutPassword, thief)).toMatchObject({ token: false });
    // There is nothing more to do, and that is no error.
    expect((await xeps.run(['sign-out'], withoutPassword)).code).toBe(0);
  });

  test('commands at the same time do not end each other’s sessions', async () => {
    await signIn();
    const romeo = await account(server, 'romeo');
    const other = as(romeo, server, transport);
    const [own, listening] = [xeps, other].map((each) => each.start(['listen', '--timeout', '60', '--count', '10']));
    await Promise.all([own!.says('listening as'), listening!.says('listening as')]);
    const sent = await Promise.all(
      Array.from({ length: 10 }, (_, n) => xeps.run(['send', romeo.jid, `message ${n}`], withoutPassword)),
    );
    expect(sent.map(({ code, stderr }) => [code, stderr])).toEqual(sent.map(() => [0, '']));
    const received = await listening!.ended;
    const numbers = [...received.stdout.matchAll(/message (\d)/g)].map(([, n]) => Number(n));
    expect(numbers.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // The copies of what this account sent.
    const copies = await own!.ended;
    expect(copies.code).toBe(0);
    expect(copies.stderr).not.toContain('the connection was lost');
  });

  test('a listen that was killed goes on where it was, and no other command takes that away', async () => {
    const romeo = await account(server, 'romeo');
    const other = as(romeo, server, transport);
    const killed = xeps.start(['listen']);
    await killed.says('listening as');
    expect((await other.run(['send', juliet.jid, 'before', '--wait', 'received'])).code).toBe(0);
    await killed.says('before');
    // What has been written is told to be handled in a moment.
    await new Promise((resolve) => setTimeout(resolve, 500));
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect((await other.run(['send', juliet.jid, 'meanwhile'])).code).toBe(0);
    expect((await xeps.run(['ping'], withoutPassword)).code).toBe(0);
    const next = await xeps.run(['listen', '--timeout', '4'], withoutPassword);
    expect([next.code, next.stderr]).toEqual([0, expect.stringContaining('cut off')]);
    expect([...next.stdout.matchAll(/before|meanwhile/g)].map(String)).toEqual(['meanwhile']);
    // It has ended in order: there is nothing to go on with, and nothing waits.
    const last = await xeps.run(['listen', '--timeout', '2'], withoutPassword);
    expect([last.stdout, last.stderr]).toEqual(['', expect.not.stringContaining('cut off')]);
  });
});
