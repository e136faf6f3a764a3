import { parseElement } from '@xeps/core/xml';
import { SaslError } from '@xeps/stream';
import type { SaslOffer, ScramHash, StreamContext } from '@xeps/stream';
import { describe, expect, test } from 'vitest';
import { hashOffer, scramDowngradeProtection } from './downgrade-protection.ts';

function offer(mechanisms: readonly string[], types?: readonly string[]): SaslOffer {
  const list = types?.map((type) => `<channel-binding type='${type}'/>`).join('');
  const announced =
    list === undefined ? '' : `<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>${list}</sasl-channel-binding>`;
  const features = parseElement(`<features xmlns='http://etherx.jabber.org/streams'>${announced}</features>`);
  return { profile: 'sasl2', mechanisms, features };
}

const stream = { domain: 'example.org' } as StreamContext;

/** Compares with what the server's first message says. */
async function check(offered: SaslOffer, attributes: Record<string, string>, hash: ScramHash = 'SHA-1'): Promise<void> {
  const { binding, checks } = scramDowngradeProtection().offered!(offered, stream)!;
  expect(binding).toBeUndefined();
  expect(checks).toHaveLength(1);
  await checks![0]!(new Map(Object.entries(attributes)), hash);
}

const printed = offer(['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS'], ['tls-server-end-point', 'tls-exporter']);
const hash = 'G6k/rBLDqgOhRRaCuuatSDFkJ08=';

describe('§6.1 the hash', () => {
  // The first is the specification's, §6.3; the others: hashlib of Python 3.11.
  test.each<[string, ScramHash, SaslOffer, string]>([
    ['both, sorted', 'SHA-1', printed, hash],
    ['SHA-256', 'SHA-256', printed, 'H6VEQ+6wl/eYKuTjJn4D9/e9GTn1AcYGw/oiSJ3Yhy0='],
    [
      'SHA-512',
      'SHA-512',
      printed,
      'Q1q0WwH927l2RRoYIMiDY0g7R21hTZK+bfBgkhqek9JSTfIzUlnUZQRB2A6lZL3ER7ZMWRRdQzEJKVH671Bh0g==',
    ],
    [
      'no types announced',
      'SHA-1',
      offer(['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1', 'PLAIN']),
      '9k5rtNMrc6wvmajOov2DJTojHsk=',
    ],
    ['one mechanism', 'SHA-1', offer(['SCRAM-SHA-1']), 'LrtFoCs8XsoI+diY4u3rG69UGN8='],
    ['an empty list of types', 'SHA-1', offer(['SCRAM-SHA-1'], []), 'nhnNMkXWKqeFs68JKcV/T05fui8='],
    ['upper case before lower case', 'SHA-1', offer(['a', 'B', 'A', '_']), '/K4zT762jQN5WHLuIlPGr6Fmlvo='],
  ])('%s, %s', async (_, algorithm, offered, expected) => {
    expect(await hashOffer(offered, algorithm)).toBe(expected);
  });
});

describe('§6.2 the client verifies it', () => {
  test('the same: nothing is said', async () => {
    await check(printed, { h: hash });
    await check(offer(printed.mechanisms.toReversed(), ['tls-exporter', 'tls-server-end-point']), { h: hash });
  });

  test('none: nothing is said', async () => {
    await check(printed, {});
    // The attribute of version 0.3, whose hash is another.
    await check(printed, { d: 'anything' });
  });

  test.each<[string, SaslOffer]>([
    ['a mechanism is gone', offer(['SCRAM-SHA-1'], ['tls-server-end-point', 'tls-exporter'])],
    ['a mechanism was put in', offer([...printed.mechanisms, 'PLAIN'], ['tls-server-end-point', 'tls-exporter'])],
    ['a type is gone', offer(printed.mechanisms, ['tls-server-end-point'])],
    ['a type was put in', offer(printed.mechanisms, ['tls-server-end-point', 'tls-exporter', 'x-new'])],
    ['all types are gone', offer(printed.mechanisms)],
  ])('%s: refused', async (_, offered) => {
    const failure = check(offered, { h: hash });
    await expect(failure).rejects.toBeInstanceOf(SaslError);
    await expect(failure).rejects.toMatchObject({
      condition: 'downgrade',
      message: expect.stringMatching(/^example\.org .*somebody in between.*Try another network/) as string,
    });
  });

  test.each(['', 'anything', `${hash}=`, hash.toLowerCase()])('h=%s: refused', async (h) => {
    await expect(check(printed, { h })).rejects.toMatchObject({ condition: 'downgrade' });
  });

  test('the hash of another hash function: refused', async () => {
    await expect(check(printed, { h: hash }, 'SHA-256')).rejects.toMatchObject({ condition: 'downgrade' });
  });
});
