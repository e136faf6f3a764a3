import { fromBase64, SaslError, toBase64 } from '@xeps/stream';
import { describe, expect, test } from 'vitest';
import { hashedToken } from './index.ts';

const token = 'WXZzciBwYmFmdmZnZiBqdmd1IGp2eXFhcmZm';
const none = new Uint8Array();
const exporter = Uint8Array.from({ length: 32 }, (_, index) => index);

// Computed with node:crypto: createHmac('sha256', token).update('Initiator').update(binding), and 'Responder'.
const vectors = [
  [
    'NONE',
    'juliet',
    token,
    none,
    'anVsaWV0AJCXeHRhoYTg+oTsAME4EZC2xNFqjsRFPHsqxef8+TXt',
    'TlE0CWMUdIY7mGyfPoweJ8op0derntQJfnr9YAe/nGI=',
  ],
  [
    'EXPR',
    'juliet',
    token,
    exporter,
    'anVsaWV0AAxXRVdq/upxGWBUkYajGmXJ8yggXuOLZoJbPUyHKzlc',
    'EmBXmzTVWuuk5DBipBLbYJoKcVOr0hiw8UhEXE6DUp8=',
  ],
  [
    'ENDP',
    'juliet',
    token,
    new Uint8Array(32).fill(0xee),
    'anVsaWV0AIlVH86xtnLWD0LKePDkntdmF3wwTJ+e+DInfkfbqRho',
    '0RhcKBOy7hAyz10WbJ9Nio1pkMyOMCr16pqWFmVHRhE=',
  ],
  [
    'UNIQ',
    'juliet',
    token,
    new Uint8Array(12).fill(0x55),
    'anVsaWV0AP2JIcaS74ejiUz2wqGKNwQxrXAz982rW8ulosaLPCD+',
    '1JlzXHSCE0Sn+FhFXzp03BTrwj4kiB1s5L3buMEODZw=',
  ],
  [
    'NONE',
    'jülïet',
    'tökén€',
    none,
    'asO8bMOvZXQAj+lO60p+qv9CPQvs2cY+OqM/RNoGQvoh0KaHwqve4C0=',
    'IvsZkveW44IDaMxKQ4Neqkyh2HtIJfRtH/6L5YavrCI=',
  ],
] as const;

describe('draft-schmaus-kitten-sasl-ht', () => {
  test.each(vectors)('§3 HT-SHA-256-%s for %s', async (kind, username, secret, binding, initiator, responder) => {
    const mechanism = hashedToken({ name: `HT-SHA-256-${kind}`, username, token: secret, binding });
    expect(mechanism.name).toBe(`HT-SHA-256-${kind}`);
    expect(mechanism.strength).toBe(kind === 'NONE' ? 40 : 140);
    expect(toBase64((await mechanism.initial())!)).toBe(initiator);
    await mechanism.success(fromBase64(responder));
  });

  const bound = () => hashedToken({ name: 'HT-SHA-256-EXPR', username: 'juliet', token, binding: exporter });

  test.each([
    ['nothing', undefined],
    ['an empty message', ''],
    ['our own hash played back', 'DFdFV2r+6nEZYFSRhqMaZcnzKCBe44tmgls9TIcrOVw='],
    ['the hash of another channel', 'TlE0CWMUdIY7mGyfPoweJ8op0derntQJfnr9YAe/nGI='],
    ['a hash with one bit changed', 'E2BXmzTVWuuk5DBipBLbYJoKcVOr0hiw8UhEXE6DUp8='],
    ['a hash that is cut off', 'EmBXmzTVWuuk5DBipBLbYJoKcVOr0hiw8UhEXE6DUg=='],
    ['a hash with more behind it', 'EmBXmzTVWuuk5DBipBLbYJoKcVOr0hiw8UhEXE6DUp8A'],
  ])('row 7: §3.3 success with %s is refused', async (_, data) => {
    const error = await bound()
      .success(data === undefined ? undefined : fromBase64(data))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SaslError);
    expect(error).toMatchObject({ condition: 'server-signature-invalid' });
    expect(String(error)).not.toContain(token);
  });

  test('there is nothing to challenge', async () => {
    await expect(bound().challenge(none)).rejects.toMatchObject({ condition: 'malformed-request' });
  });
});
