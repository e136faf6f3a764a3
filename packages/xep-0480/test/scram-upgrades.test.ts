import type { TlsChannel } from '@xeps/stream';
import { SaslError, scram } from '@xeps/stream';
import { bind2 } from '@xeps/xep-0386';
import { describe, expect, test } from 'vitest';
import {
  additional,
  answer,
  begin,
  exampleChallenge,
  exampleCredentials,
  exampleProof,
  exampleScram,
  failure,
  refusal,
  sasl2Element,
  signingIn,
  success,
  written,
} from '../../xep-0388/test/harness.ts';
import type { Scripted } from '../../xep-0388/test/harness.ts';
import { scramUpgrades } from '../src/index.ts';
import type { ScramUpgradesOptions } from '../src/index.ts';

const upgrade = (name: string): string => `<upgrade xmlns='urn:xmpp:sasl:upgrade:0'>${name}</upgrade>`;
const offered = upgrade('UPGR-SCRAM-SHA-256') + upgrade('UPGR-SCRAM-SHA-512') + upgrade('UPGR-BLOOP2');
const bind = "<bind xmlns='urn:xmpp:bind:0'/>";
const toDo = (name: string, content = additional(exampleProof)): string =>
  sasl2Element('continue', `${content}<tasks><task>${name}</task></tasks>`);
const salted = (text: string, iterations: string): string =>
  sasl2Element('task-data', `<salt xmlns='urn:xmpp:scram-upgrade:0'${iterations}>${text}</salt>`);
const salt = salted('QV9TWENSWFE2c2VrOGJmX1o=', " iterations='4096'");
const bound = success("<bound xmlns='urn:xmpp:bind:0'/>", 'user@example.org/x');
const wishes = (text: string): string[] =>
  [...text.matchAll(/<upgrade xmlns="urn:xmpp:sasl:upgrade:0">([^<]*)<\/upgrade>/g)].map(([, name]) => name!);

interface Setup extends Partial<ScramUpgradesOptions> {
  readonly tls?: TlsChannel;
  readonly secure?: boolean;
}

function client({ tls, secure = true, ...options }: Setup = {}): () => Scripted {
  const task = scramUpgrades({ password: 'pencil', ...options });
  return () =>
    signingIn(
      { mechanisms: [exampleScram], credentials: exampleCredentials, inline: [bind2()], tasks: [task] },
      { tls: () => tls, secure, allowInsecure: true },
    );
}

/** Signs in until the server has proved itself, with a task to do. */
async function until(script: Scripted, name: string): Promise<string> {
  await begin(script, ['SCRAM-SHA-256'], bind, offered);
  await answer(script, exampleChallenge);
  return answer(script, toDo(name));
}

describe('§2.2 Client requesting SASL upgrades', () => {
  test.each([
    ['both', undefined, offered, ['UPGR-SCRAM-SHA-256', 'UPGR-SCRAM-SHA-512']],
    ['those that are offered', undefined, upgrade('\n UPGR-SCRAM-SHA-512 '), ['UPGR-SCRAM-SHA-512']],
    ['those that are wanted', ['SHA-256' as const], offered, ['UPGR-SCRAM-SHA-256']],
    ['none that is unknown', undefined, upgrade('UPGR-SCRAM-SHA-1') + upgrade('UPGR-SCRAM-SHA-512-PLUS'), []],
    ['none of another namespace', undefined, offered.replaceAll('upgrade:0', 'upgrade:1'), []],
    ['none where none is offered', undefined, '', []],
  ])('asks for %s', async (_, hashes, more, expected) => {
    expect(wishes(await begin(client({ hashes })(), ['SCRAM-SHA-256'], bind, more))).toEqual(expected);
  });

  test.each([
    ['as text', 'pencil', 2],
    ['found', () => 'pencil', 2],
    ['found later', async () => 'pencil', 2],
    ['not at hand', () => undefined, 0],
    ['not at hand, as is known later', async () => undefined, 0],
  ])('the password is %s', async (_, password, count) => {
    expect(wishes(await begin(client({ password })(), ['SCRAM-SHA-256'], bind, offered))).toHaveLength(count);
  });
});

describe('§5 Security Considerations', () => {
  const data = new Uint8Array(32);
  const tls = (type: string): TlsChannel => ({ binding: (asked) => (asked === type ? data : undefined) });

  test.each(['tls-exporter', 'tls-unique', 'tls-server-end-point'])(
    'nothing is asked for when this side could bind by %s and the server did not let it',
    async (type) => {
      expect(wishes(await begin(client({ tls: tls(type) })(), ['SCRAM-SHA-256'], bind, offered))).toEqual([]);
    },
  );

  test('it is when the exchange is bound', async () => {
    const script = signingIn(
      {
        mechanisms: [scram('SHA-256', { plus: true })],
        credentials: exampleCredentials,
        tasks: [scramUpgrades({ password: 'pencil' })],
        guards: [{ name: 'binding', offered: () => ({ binding: { type: 'tls-exporter', data } }) }],
      },
      { tls: () => tls('tls-exporter') },
    );
    expect(wishes(await begin(script, ['SCRAM-SHA-256-PLUS'], bind, offered))).toHaveLength(2);
  });

  test('and where this side can never bind, as in a browser', async () => {
    const { binding } = tls('');
    expect(wishes(await begin(client({ tls: { binding } })(), ['SCRAM-SHA-256'], bind, offered))).toHaveLength(2);
  });

  test('not without TLS, unless the connection is trusted', async () => {
    expect(wishes(await begin(client({ secure: false })(), ['SCRAM-SHA-256'], bind, offered))).toEqual([]);
    const trusted = client({ secure: false, trustConnection: true });
    expect(wishes(await begin(trusted(), ['SCRAM-SHA-256'], bind, offered))).toHaveLength(2);
  });

  test.each([
    ['was not asked for', 'UPGR-SCRAM-SHA-512', { hashes: ['SHA-256' as const] }],
    ['was not asked for because the password was not there', 'UPGR-SCRAM-SHA-512', { password: () => undefined }],
    ['is unknown', 'UPGR-SCRAM-SHA-1', {}],
  ])('forged: a task that %s is not done', async (_, name, options) => {
    const script = client(options)();
    expect(await until(script, name)).toBe('<abort xmlns="urn:xmpp:sasl:2"/></stream:stream>');
    expect(script.closed[0]).toMatchObject({ condition: 'task' });
  });

  test('row 7: forged: nothing is told to a server that did not prove itself', async () => {
    const script = client()();
    await begin(script, ['SCRAM-SHA-256'], bind, offered);
    await answer(script, exampleChallenge);
    expect(await refusal(script, toDo('UPGR-SCRAM-SHA-256', ''))).toMatchObject({
      condition: 'server-signature-invalid',
    });
    expect(script.written()).not.toContain('<next');
  });

  test('a wish of an earlier stream is none of the next', async () => {
    const connect = client();
    const script = connect();
    await begin(script, ['SCRAM-SHA-256'], bind, offered);
    script.stream.end();
    const next = connect();
    await begin(next, ['SCRAM-SHA-256'], bind);
    await answer(next, exampleChallenge);
    await answer(next, toDo('UPGR-SCRAM-SHA-256'));
    expect(next.closed[0]).toMatchObject({ condition: 'task' });
  });
});

describe('§3 SCRAM upgrade tasks', () => {
  // Computed with node:crypto: pbkdf2Sync(password, salt, iterations, …).
  test.each([
    ['UPGR-SCRAM-SHA-256', 'pencil', salt, 'Q8abK3WIX500A5++8zDamXbZWpoXgWMwdXKO9eFKk8w='],
    [
      'UPGR-SCRAM-SHA-512',
      'pencil',
      salted('QV9TWENSWFE2c2VrOGJmX1o=', " iterations='10000'"),
      'Z2kEwOOK6F8K92Yuf3kVQzc95DtJquyEeJk0Q6Ylac753yAfdT9LLN8cRjT4pM4ywZXzTiUpNCUAbM3FpG7opQ==',
    ],
    // SASLprep: "fi x".
    ['UPGR-SCRAM-SHA-256', '\uFB01\u00A0x', salt, 'jDzz5BcqeASOwiVXiCxNuHPZJIsA5wMs593+hFJkXY4='],
  ])('%s of %j', async (name, password, data, hash) => {
    const script = client({ password })();
    expect(await until(script, name)).toBe(`<next xmlns="urn:xmpp:sasl:2" task="${name}"/>`);
    expect(await answer(script, data)).toBe(
      `<task-data xmlns="urn:xmpp:sasl:2"><hash xmlns="urn:xmpp:scram-upgrade:0">${hash}</hash></task-data>`,
    );
    await answer(script, bound);
    expect(script.online).toHaveLength(1);
  });

  test('one after the other', async () => {
    const script = client()();
    expect(await until(script, 'UPGR-SCRAM-SHA-256')).toContain('<next');
    await answer(script, salt);
    expect(await answer(script, toDo('UPGR-SCRAM-SHA-512', ''))).toContain('task="UPGR-SCRAM-SHA-512"');
    expect(await answer(script, salt)).toContain(
      '/n/6wRwAZpflg76MzFjFttZT3ijvOmeymVHhpwdLdGsC2cQpJ6Z7YxDo78SXkzk92Ezrp5B/KT67wFOpKJ4Q6w==',
    );
    await answer(script, bound);
    expect(script.online).toHaveLength(1);
  });

  test.each([
    ['no salt', sasl2Element('task-data'), 'malformed-request'],
    ['an empty salt', salted('', " iterations='4096'"), 'malformed-request'],
    ['a salt that is no base64', salted('%%%%', " iterations='4096'"), 'incorrect-encoding'],
    ['no iterations', salted('c2FsdA==', ''), 'malformed-request'],
    ['iterations that are no number', salted('c2FsdA==', " iterations='4096.5'"), 'malformed-request'],
    ['too few iterations', salted('c2FsdA==', " iterations='4095'"), 'iteration-count'],
    ['one iteration', salted('c2FsdA==', " iterations='1'"), 'iteration-count'],
    ['iterations for ever', salted('c2FsdA==', " iterations='1000001'"), 'iteration-count'],
    ['the task broken off', bound, 'malformed-request'],
    ['a failure', failure('aborted'), 'aborted'],
  ])('%s', async (_, data, condition) => {
    const script = client()();
    await until(script, 'UPGR-SCRAM-SHA-256');
    const error = await refusal(script, data);
    expect(error).toBeInstanceOf(SaslError);
    expect(error).toMatchObject({ condition });
    expect(String(error)).not.toContain('pencil');
    expect(script.written()).not.toContain('<hash');
    expect(script.online).toEqual([]);
  });

  test('the most that is accepted', async () => {
    const script = client()();
    await until(script, 'UPGR-SCRAM-SHA-256');
    await answer(script, salted('c2FsdA==', " iterations='1000000'"));
    expect(script.closed).toEqual([]);
  });

  test('an upgrade that went wrong is not asked for again, so that signing in works the next time', async () => {
    const connect = client();
    const script = connect();
    await until(script, 'UPGR-SCRAM-SHA-256');
    await refusal(script, failure('not-authorized'));
    expect(wishes(await begin(connect(), ['SCRAM-SHA-256'], bind, offered))).toEqual(['UPGR-SCRAM-SHA-512']);
  });

  test('a password that has gone in the meantime', async () => {
    const passwords = ['pencil'];
    const script = client({ password: () => passwords.pop() })();
    expect(await until(script, 'UPGR-SCRAM-SHA-256')).toContain('<abort');
    await written(script);
    expect(script.closed[0]).toMatchObject({ condition: 'task' });
  });
});
