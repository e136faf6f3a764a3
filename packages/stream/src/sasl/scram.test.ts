import { describe, expect, test, vi } from 'vitest';
import { fromBase64, fromUtf8, toBase64, utf8 } from './bytes.ts';
import { hmac } from './crypto.ts';
import type { ScramHash } from './crypto.ts';
import { SaslError } from './error.ts';
import { scram, scramSha1Plus, scramSha256, scramSha256Plus, scramSha512Plus } from './scram.ts';
import { deriveScramKeys, memoryScramKeyCache } from './scram-keys.ts';
import type { SaslContext, SaslCredentials, SaslMechanism, ScramCheck } from './types.ts';

const secure = { secure: true };
const user: SaslCredentials = { username: 'user', password: 'pencil' };
const bindingData = Uint8Array.from({ length: 32 }, (_, index) => index);
const binding = { type: 'tls-exporter', data: bindingData };

const vectors = [
  {
    source: 'RFC 5802 §5',
    hash: 'SHA-1',
    credentials: user,
    nonce: 'fyko+d2lbbFgONRv9qkxdawL',
    clientFirst: 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    serverFirst: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    clientFinal: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    serverFinal: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    source: 'RFC 7677 §3',
    hash: 'SHA-256',
    credentials: user,
    nonce: 'rOprNGfwEbeRWgbNEkqO',
    clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    clientFinal:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
  {
    // The two below: computed with hashlib and hmac of Python 3.11, which give the two above as well.
    source: 'SHA-512, names and passwords beyond ASCII, decomposed, with characters to escape',
    hash: 'SHA-512',
    credentials: { username: 'jo\u0308,=', password: 'pa\u0308sswo\u0308rd' },
    nonce: 'clientNONCE0123456789abc',
    clientFirst: 'n,,n=jö=2C=3D,r=clientNONCE0123456789abc',
    serverFirst: 'r=clientNONCE0123456789abcserverNONCE,s=AAECAwQFBgcICQoLDA0ODw==,i=10000',
    clientFinal:
      'c=biws,r=clientNONCE0123456789abcserverNONCE,' +
      'p=y0WaO+sLUe5OelWM+CnwQyHfdpPSS4rmwxJZ9jBr7PjcF3ZJFGtCR8vP3Niq/LAr3cHotWQcsje+HJhGEyLnZA==',
    serverFinal: 'v=FkuiR1gwzUlYdjYrqo/4XBA4I7/JxJtrFSPorFA8w86EAb5Fj9uQwiNj4Q4JCeC9Ofw59caO6BhYiGkbVlT2/Q==',
  },
  {
    source: 'SHA-256-PLUS',
    hash: 'SHA-256',
    plus: true,
    credentials: user,
    nonce: 'cnonce0123456789',
    clientFirst: 'p=tls-exporter,,n=user,r=cnonce0123456789',
    serverFirst: 'r=cnonce0123456789snonce,s=AAECAwQFBgcICQoLDA0ODw==,i=4096',
    clientFinal:
      'c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f,' +
      'r=cnonce0123456789snonce,p=IpRJWwdlsCh/vVwW9shKp/W6WLy7iY+akxDxxoomYg4=',
    serverFinal: 'v=dYpdoeXrq4OPV4w1B0R42zokMuj5MT3QqXidN1+ARZs=',
  },
] as const;

describe('exchanges printed elsewhere', () => {
  test.each(vectors)('$source', async (vector) => {
    const plus = 'plus' in vector;
    const factory = scram(vector.hash, { plus, nonce: () => vector.nonce });
    const mechanism = factory.create(vector.credentials, plus ? { ...secure, binding } : secure);
    expect(fromUtf8((await mechanism.initial())!)).toBe(vector.clientFirst);
    expect(fromUtf8(await mechanism.challenge(utf8(vector.serverFirst)))).toBe(vector.clientFinal);
    await mechanism.success(utf8(vector.serverFinal));
  });

  test('RFC 6120 §6.3.10 the server proves itself in a challenge of its own', async () => {
    const [vector] = vectors;
    const mechanism = scram('SHA-1', { nonce: () => vector.nonce }).create(user, secure);
    await mechanism.initial();
    await mechanism.challenge(utf8(vector.serverFirst));
    expect(await mechanism.challenge(utf8(vector.serverFinal))).toHaveLength(0);
    await mechanism.success(undefined);
  });
});

/** What a scripted server answers, each part replaceable. */
interface Script {
  hash?: ScramHash;
  password?: string;
  iterations?: number | string;
  nonce?: (clientNonce: string) => string;
  serverFirst?: (honest: string) => string | Uint8Array;
  serverFinal?: (honest: string) => string | undefined;
}

/** Runs `mechanism` against a server that knows the password `pencil`, misbehaving as told. */
async function run(mechanism: SaslMechanism, script: Script = {}): Promise<void> {
  const hash = script.hash ?? 'SHA-256';
  const salt = bindingData.slice(0, 16);
  const clientFirst = fromUtf8((await mechanism.initial())!);
  const bare = clientFirst.slice(clientFirst.indexOf('n='));
  const clientNonce = bare.slice(bare.indexOf(',r=') + 3);
  const nonce = (script.nonce ?? ((ours) => `${ours}server`))(clientNonce);
  const honestFirst = `r=${nonce},s=${toBase64(salt)},i=${script.iterations ?? 4096}`;
  const serverFirst = script.serverFirst?.(honestFirst) ?? honestFirst;
  const clientFinal = fromUtf8(
    await mechanism.challenge(typeof serverFirst === 'string' ? utf8(serverFirst) : serverFirst),
  );
  const keys = await deriveScramKeys(hash, script.password ?? 'pencil', salt, Number(script.iterations ?? 4096));
  const withoutProof = clientFinal.slice(0, clientFinal.lastIndexOf(',p='));
  const signature = await hmac(hash, keys.serverKey, utf8(`${bare},${String(serverFirst)},${withoutProof}`));
  const honestFinal = `v=${toBase64(signature)}`;
  const serverFinal = script.serverFinal === undefined ? honestFinal : script.serverFinal(honestFinal);
  await mechanism.success(serverFinal === undefined ? undefined : utf8(serverFinal));
}

describe('row 7: a server that misbehaves is refused', () => {
  const honest = (): SaslMechanism => scramSha256.create(user, secure);

  test('the honest script is accepted, extensions included', async () => {
    await run(honest());
    await run(honest(), { serverFirst: (first) => `${first},x=ignored`, serverFinal: (final) => `${final},x=ignored` });
  });

  test.each<[string, string, Script]>([
    ['signature of another password', 'server-signature-invalid', { password: 'guess' }],
    ['no signature at all', 'server-signature-invalid', { serverFinal: () => undefined }],
    ['empty success data', 'server-signature-invalid', { serverFinal: () => '' }],
    ['signature cut short', 'server-signature-invalid', { serverFinal: (final) => `${final.slice(0, -9)}=` }],
    ['empty signature', 'server-signature-invalid', { serverFinal: () => 'v=' }],
    ['signature that is not base64', 'server-signature-invalid', { serverFinal: () => 'v=????' }],
    ['signature not in the first place', 'server-signature-invalid', { serverFinal: (final) => `x=1,${final}` }],
    ['a foreign nonce', 'nonce', { nonce: () => 'foreign-nonce-that-is-long-enough-to-be-one' }],
    ['our nonce with nothing added', 'nonce', { nonce: (ours) => ours }],
    ['our nonce cut short', 'nonce', { nonce: (ours) => ours.slice(0, -1) }],
    ['i=1', 'iteration-count', { iterations: 1 }],
    ['i=4095', 'iteration-count', { iterations: 4095 }],
    ['i=1000001', 'iteration-count', { iterations: 1_000_001 }],
    ['i=4294967295', 'iteration-count', { iterations: 4_294_967_295 }],
    ['i=0', 'malformed-request', { iterations: 0 }],
    ['i=-4096', 'malformed-request', { iterations: -4096 }],
    ['i=4096.5', 'malformed-request', { iterations: '4096.5' }],
    ['i=1e5', 'malformed-request', { iterations: '1e5' }],
    ['i of a hundred digits', 'malformed-request', { iterations: '9'.repeat(100) }],
    ['m= before the nonce', 'malformed-request', { serverFirst: (first) => `m=must,${first}` }],
    ['no salt', 'malformed-request', { serverFirst: (first) => first.replace(/s=[^,]*,/, '') }],
    ['empty salt', 'malformed-request', { serverFirst: (first) => first.replace(/s=[^,]*,/, 's=,') }],
    ['salt that is not base64', 'malformed-request', { serverFirst: (first) => first.replace(/s=[^,]*,/, 's=a b=,') }],
    ['another order', 'malformed-request', { serverFirst: (first) => first.split(',').toReversed().join(',') }],
    ['empty first message', 'malformed-request', { serverFirst: () => '' }],
    ['first message not UTF-8', 'malformed-request', { serverFirst: () => Uint8Array.of(0x72, 0x3d, 0xc0, 0x80) }],
    ['e= instead of the first message', 'not-authorized', { serverFirst: () => 'e=unknown-user' }],
    ['e= named like a property', 'not-authorized', { serverFinal: () => 'e=constructor' }],
    ['e=invalid-proof', 'not-authorized', { serverFinal: () => 'e=invalid-proof' }],
    ['e=no-resources', 'temporary-auth-failure', { serverFinal: () => 'e=no-resources' }],
    [
      'e=server-does-support-channel-binding',
      'downgrade',
      { serverFinal: () => 'e=server-does-support-channel-binding' },
    ],
  ])('%s', async (_, condition, script) => {
    const failure = await run(honest(), script).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(SaslError);
    expect((failure as SaslError).condition).toBe(condition);
  });

  test('success before the first challenge, or without one', async () => {
    await expect(honest().success(undefined)).rejects.toThrow('without proving');
    const mechanism = honest();
    await mechanism.initial();
    await expect(mechanism.success(utf8('v=AAAA'))).rejects.toMatchObject({ condition: 'server-signature-invalid' });
  });

  test('after a fault, nothing that follows succeeds', async () => {
    const mechanism = honest();
    await expect(run(mechanism, { password: 'guess' })).rejects.toThrow(SaslError);
    await expect(mechanism.success(utf8('v=AAAA'))).rejects.toThrow(SaslError);
    await expect(mechanism.challenge(utf8(''))).rejects.toMatchObject({ condition: 'malformed-request' });
    await expect(mechanism.success(undefined)).rejects.toThrow(SaslError);
  });

  test('a challenge after the proof has been given and taken', async () => {
    const mechanism = honest();
    await run(mechanism);
    await expect(mechanism.challenge(utf8('r=x,s=AAAA,i=4096'))).rejects.toThrow('out of order');
    await expect(mechanism.success(undefined)).rejects.toThrow(SaslError);
  });

  test("the limits of iterations are the caller's", async () => {
    await run(scram('SHA-1', { minIterations: 100 }).create(user, secure), { hash: 'SHA-1', iterations: 100 });
    await expect(
      run(scram('SHA-256', { maxIterations: 5000 }).create(user, secure), { iterations: 5001 }),
    ).rejects.toThrow('accepted are 4096 to 5000');
    expect(() => scram('SHA-256', { maxIterations: 10 })).toThrow(RangeError);
  });

  test('our nonce differs each time and is long', async () => {
    const nonces = new Set<string>();
    for (let index = 0; index < 20; index += 1) nonces.add(fromUtf8((await honest().initial())!).split('r=')[1]!);
    expect(nonces.size).toBe(20);
    for (const nonce of nonces) expect(nonce).toMatch(/^[A-Za-z0-9+/]{32}$/);
  });
});

describe('§6 channel binding', () => {
  const header = async (context: Partial<SaslContext>, factory = scramSha256, credentials = user): Promise<string> =>
    fromUtf8((await factory.create(credentials, { ...secure, ...context }).initial())!).split(',n=')[0]!;

  test('n: this side has none', async () => expect(await header({ offered: ['SCRAM-SHA-256'] })).toBe('n,'));
  test('y: this side has one and the server offers none', async () =>
    expect(await header({ binding, offered: ['SCRAM-SHA-256'] })).toBe('y,'));
  test('n: both have one, and another mechanism was chosen', async () =>
    expect(await header({ binding, offered: ['SCRAM-SHA-256', 'SCRAM-SHA-1-PLUS'] })).toBe('n,'));
  test('p: the data is bound, by the type that the context names', async () => {
    const offered = ['SCRAM-SHA-256-PLUS'];
    expect(await header({ binding, offered }, scramSha256Plus)).toBe('p=tls-exporter,');
    expect(await header({ binding: { ...binding, type: 'tls-unique' }, offered }, scramSha256Plus)).toBe(
      'p=tls-unique,',
    );
  });
  test('the authorization identity, escaped', async () =>
    expect(await header({}, scramSha256, { ...user, authzid: 'a,b=c@d' })).toBe('n,a=a=2Cb=3Dc@d'));

  test.each([
    [scramSha1Plus, 'SCRAM-SHA-1-PLUS', 130, 'SHA-1'],
    [scramSha256Plus, 'SCRAM-SHA-256-PLUS', 140, 'SHA-256'],
    [scramSha512Plus, 'SCRAM-SHA-512-PLUS', 150, 'SHA-512'],
  ] as const)('%o', async (factory, name, strength, hash) => {
    expect(factory).toMatchObject({ name, strength });
    expect(factory.unusable(user, secure)).toBe('no channel binding');
    expect(() => factory.create(user, secure)).toThrow(SaslError);
    expect(factory.unusable(user, { ...secure, binding })).toBeUndefined();
    await run(factory.create(user, { ...secure, binding }), { hash });
  });
});

describe("§5.1 checks of the server's first message", () => {
  const downgrade = new SaslError('downgrade', 'somebody in between');
  const withChecks = (...checks: ScramCheck[]): SaslMechanism => scramSha256.create(user, { ...secure, checks });

  test('they get its attributes and the hash function, each, in order', async () => {
    const seen: unknown[] = [];
    const look =
      (name: string): ScramCheck =>
      (attributes, hash) =>
        void seen.push([name, hash, attributes.get('i'), attributes.get('h'), attributes.get('t')]);
    await run(withChecks(look('first'), look('second')), { serverFirst: (first) => `${first},h=a=b,t=0304` });
    expect(seen).toEqual([
      ['first', 'SHA-256', '4096', 'a=b', '0304'],
      ['second', 'SHA-256', '4096', 'a=b', '0304'],
    ]);
  });

  test.each<[string, ScramCheck]>([
    [
      'at once',
      () => {
        throw downgrade;
      },
    ],
    ['later', () => Promise.reject(downgrade)],
  ])('one that refuses %s leaves no proof, and no key derived', async (_, refuse) => {
    const derive = vi.spyOn(crypto.subtle, 'deriveBits');
    const mechanism = withChecks(() => {}, refuse);
    const nonce = fromUtf8((await mechanism.initial())!).split('r=')[1]!;
    await expect(mechanism.challenge(utf8(`r=${nonce}server,s=AAAA,i=4096`))).rejects.toBe(downgrade);
    expect(derive).not.toHaveBeenCalled();
    derive.mockRestore();
    await expect(mechanism.challenge(utf8(`r=${nonce}server,s=AAAA,i=4096`))).rejects.toThrow('out of order');
    await expect(mechanism.success(utf8('v=AAAA'))).rejects.toMatchObject({ condition: 'server-signature-invalid' });
  });

  test('a nonce that is not ours is refused before they are asked', async () => {
    const check = vi.fn<ScramCheck>();
    await expect(run(withChecks(check), { nonce: () => 'foreign-nonce' })).rejects.toMatchObject({
      condition: 'nonce',
    });
    expect(check).not.toHaveBeenCalled();
  });
});

describe('cached keys', () => {
  test('a second sign-in derives nothing and needs no password', async () => {
    const scramKeys = memoryScramKeyCache();
    const derive = vi.spyOn(crypto.subtle, 'deriveBits');
    await run(scramSha256.create({ ...user, scramKeys }, secure));
    const once = derive.mock.calls.length; // the client's and the scripted server's
    await run(scramSha256.create({ username: 'user', scramKeys }, secure));
    expect(derive.mock.calls.length - once).toBe(once - 1);
    derive.mockRestore();
  });

  test('a password that has to be fetched is fetched when the keys are missing, and after the checks', async () => {
    const scramKeys = memoryScramKeyCache();
    const password = vi.fn(async () => 'pencil');
    const credentials = { username: 'user', password, scramKeys };
    expect(scramSha256.unusable(credentials, secure)).toBeUndefined();
    const check = vi.fn<ScramCheck>(() => expect(password).not.toHaveBeenCalled());
    await run(scramSha256.create(credentials, { ...secure, checks: [check] }));
    expect(check).toHaveBeenCalledOnce();
    await run(scramSha256.create(credentials, secure));
    expect(password).toHaveBeenCalledOnce();
    await expect(
      run(scramSha256.create({ username: 'user', password: () => undefined }, secure)),
    ).rejects.toMatchObject({ condition: 'credentials-expired' });
  });

  test('keys are not kept before the server has proved itself', async () => {
    const scramKeys = memoryScramKeyCache();
    await expect(run(scramSha256.create({ ...user, scramKeys }, secure), { password: 'guess' })).rejects.toThrow(
      SaslError,
    );
    await expect(run(scramSha256.create({ username: 'user', scramKeys }, secure))).rejects.toMatchObject({
      condition: 'credentials-expired',
    });
  });

  test('another iteration count, hash or user finds no keys', async () => {
    const scramKeys = memoryScramKeyCache();
    await run(scramSha256.create({ ...user, scramKeys }, secure));
    const expired = { condition: 'credentials-expired' };
    const stored = { username: 'user', scramKeys };
    await expect(run(scramSha256.create(stored, secure), { iterations: 5000 })).rejects.toMatchObject(expired);
    await expect(run(scram('SHA-1').create(stored, secure), { hash: 'SHA-1' })).rejects.toMatchObject(expired);
    await expect(run(scramSha256.create({ ...stored, username: 'other' }, secure))).rejects.toMatchObject(expired);
  });

  test('keys that the server refuses are forgotten', async () => {
    const scramKeys = memoryScramKeyCache();
    await run(scramSha256.create({ ...user, scramKeys }, secure));
    const mechanism = scramSha256.create({ ...user, scramKeys }, secure);
    await expect(run(mechanism, { serverFinal: () => 'e=invalid-proof' })).rejects.toThrow('invalid-proof');
    await mechanism.failure!();
    await expect(run(scramSha256.create({ username: 'user', scramKeys }, secure))).rejects.toMatchObject({
      condition: 'credentials-expired',
    });
  });
});

test('base64 is strict', () => {
  expect(fromBase64('AAE=')).toEqual(Uint8Array.of(0, 1));
  for (const bad of ['AAE', 'AA E=', 'AAE=\n', '=AAA', 'AA=A', 'A===', 'AA-_']) expect(fromBase64(bad)).toBeUndefined();
});
