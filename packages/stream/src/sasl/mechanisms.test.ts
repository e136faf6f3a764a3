import { describe, expect, test } from 'vitest';
import { anonymous } from './anonymous.ts';
import { fromUtf8, utf8 } from './bytes.ts';
import { chooseMechanism } from './choose.ts';
import { SaslError, isSaslFailureCondition } from './error.ts';
import { external } from './external.ts';
import { plain } from './plain.ts';
import { scramSha1, scramSha1Plus, scramSha256, scramSha512 } from './scram.ts';
import type { SaslContext, SaslCredentials, SaslMechanismFactory } from './types.ts';

const tls = { secure: true };
const open = { secure: false };
const user: SaslCredentials = { username: 'user', password: 'pencil' };
const all = [plain, anonymous, scramSha1, scramSha256, scramSha512];

const first = async (factory: SaslMechanismFactory, credentials: SaslCredentials): Promise<string | undefined> => {
  const data = await factory.create(credentials, tls).initial();
  return data === undefined ? undefined : fromUtf8(data);
};

describe('chooseMechanism', () => {
  const choose = (offered: string[], available = all, credentials = user, context: SaslContext = tls): string =>
    chooseMechanism(offered, available, credentials, context).name;
  const binding = { type: 'tls-exporter', data: new Uint8Array(32) };

  test('the strongest that both have, in whatever order', () => {
    expect(choose(['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-512', 'SCRAM-SHA-256'])).toBe('SCRAM-SHA-512');
    expect(choose(['SCRAM-SHA-1', 'PLAIN', 'X-UNKNOWN'])).toBe('SCRAM-SHA-1');
    expect(choose(['PLAIN', 'DIGEST-MD5'])).toBe('PLAIN');
    expect(choose(['EXTERNAL', 'SCRAM-SHA-1'], [...all, external])).toBe('EXTERNAL');
  });

  test('-PLUS when there is data to bind, else not', () => {
    const offered = ['SCRAM-SHA-512', 'SCRAM-SHA-1-PLUS'];
    expect(choose(offered, [...all, scramSha1Plus], user, { ...tls, binding })).toBe('SCRAM-SHA-1-PLUS');
    expect(choose(offered, [...all, scramSha1Plus])).toBe('SCRAM-SHA-512');
  });

  test('the mechanism learns what was offered', async () => {
    const mechanism = chooseMechanism(['SCRAM-SHA-1'], all, user, { ...tls, binding });
    expect(fromUtf8((await mechanism.initial())!)).toMatch(/^y,,/);
  });

  test('PLAIN never without TLS, even when it is all there is', () => {
    expect(choose(['PLAIN', 'SCRAM-SHA-1'], all, user, open)).toBe('SCRAM-SHA-1');
    expect(() => choose(['PLAIN'], all, user, open)).toThrow(/without TLS.*offers PLAIN.*PLAIN \(only under TLS\)/);
    expect(() => choose(['PLAIN'], all, user, open)).toThrow(expect.objectContaining({ condition: 'insecure' }));
  });

  test('ANONYMOUS never for somebody with a name', () => {
    expect(() => choose(['ANONYMOUS'])).toThrow(/ANONYMOUS \(a user name is given\)/);
    expect(choose(['ANONYMOUS', 'PLAIN'], all, { username: '' })).toBe('ANONYMOUS');
  });

  test('nothing in common: both sides are listed', () => {
    expect(() => choose(['DIGEST-MD5', 'X-OAUTH2'], [plain, scramSha1])).toThrow(
      'No SASL mechanism in common: the server offers DIGEST-MD5, X-OAUTH2; this side has PLAIN, SCRAM-SHA-1',
    );
    expect(() => choose([], [])).toThrow(expect.objectContaining({ condition: 'no-mechanism', code: 'ERR_XMPP_SASL' }));
  });

  test('names are compared exactly', () => {
    expect(() => choose(['plain', 'SCRAM-SHA-1 '])).toThrow(SaslError);
  });
});

describe('PLAIN (RFC 4616)', () => {
  test('§4 examples', async () => {
    expect(await first(plain, { username: 'tim', password: 'tanstaaftanstaaf' })).toBe('\0tim\0tanstaaftanstaaf');
    expect(await first(plain, { username: 'Kurt', password: 'xipj3plmq', authzid: 'Ursel' })).toBe(
      'Ursel\0Kurt\0xipj3plmq',
    );
  });

  test('row 6: §2 UTF-8, prepared with SASLprep', async () => {
    const data = await plain.create({ username: 'jo\u0308rg', password: 'пароль\u00A0🔑' }, tls).initial();
    expect(data).toEqual(utf8('\0jörg\0пароль 🔑'));
  });

  test('a password that has to be fetched, and one that there is not', async () => {
    expect(await first(plain, { username: 'a', password: async () => 'b' })).toBe('\0a\0b');
    await expect(first(plain, { username: 'a', password: () => undefined })).rejects.toMatchObject({
      condition: 'credentials-expired',
    });
  });

  test.each<[string, SaslCredentials]>([
    ['user name', { username: 'a\0b', password: 'c' }],
    ['password', { username: 'a', password: 'b\0c' }],
    ['empty password', { username: 'a', password: '' }],
    ['authzid', { username: 'a', password: 'b', authzid: 'c\0d' }],
  ])('NUL and nothing are refused: %s', async (_, credentials) => {
    await expect(first(plain, credentials)).rejects.toBeInstanceOf(SaslError);
  });

  test('a challenge is refused', async () => {
    await expect(plain.create(user, tls).challenge(utf8(''))).rejects.toMatchObject({ condition: 'malformed-request' });
  });
});

describe('EXTERNAL (RFC 4422 appendix A)', () => {
  test('an empty response is present, not absent', async () => {
    expect(await external.create({ username: 'user' }, tls).initial()).toEqual(new Uint8Array());
    expect(await first(external, { username: 'user', authzid: 'user@example.org' })).toBe('user@example.org');
  });

  test('an empty challenge is answered, any other refused', async () => {
    const mechanism = external.create({ username: 'user', authzid: 'user@example.org' }, tls);
    expect(fromUtf8(await mechanism.challenge(new Uint8Array()))).toBe('user@example.org');
    await expect(mechanism.challenge(utf8('x'))).rejects.toBeInstanceOf(SaslError);
  });

  test('only under TLS', () => expect(external.unusable(user, open)).toBe('only under TLS'));
});

describe('ANONYMOUS (RFC 4505)', () => {
  test('an empty response', async () => expect(await first(anonymous, { username: '' })).toBe(''));
  test('a challenge is refused', async () => {
    await expect(anonymous.create({ username: '' }, tls).challenge(utf8(''))).rejects.toBeInstanceOf(SaslError);
  });
});

test('RFC 6120 §6.5 conditions', () => {
  expect(isSaslFailureCondition('temporary-auth-failure')).toBe(true);
  expect(isSaslFailureCondition('nonce')).toBe(false);
  expect(isSaslFailureCondition('constructor')).toBe(false);
});
