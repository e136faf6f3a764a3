import { CodecError, hex } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  computeHash,
  computeHashes,
  hash,
  hashAlgorithms,
  HashError,
  hashes,
  hashUse,
  hashUsed,
  NS_HASHES,
  verifyHashes,
} from './index.ts';

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const abc = bytesOf('abc');

/** The digests of “abc” (FIPS 180-4, FIPS 202, RFC 7693). */
const digests: Readonly<Record<string, string>> = {
  'sha-1': 'a9993e364706816aba3e25717850c26c9cd0d89d',
  'sha-224': '23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7',
  'sha-256': 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  'sha-384': 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  'sha-512':
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  'sha3-256': '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532',
  'sha3-512':
    'b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0',
  'blake2b-256': 'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319',
  'blake2b-512':
    'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
  'id-blake2b256': 'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319',
};
const hashOf = (algo: string, digest = digests[algo] ?? ''): { algo: string; value: Uint8Array } => ({
  algo,
  value: hex.decode(digest),
});

afterEach(() => void vi.unstubAllGlobals());

it('§3 text and value are the same thing', () => {
  const text = `<hash xmlns="${NS_HASHES}" algo="sha-256">ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=</hash>`;
  const trip = roundTrip(hash, text);
  expect(trip.value).toEqual(hashOf('sha-256'));
  expect(trip.output).toBe(trip.input);
  const used = roundTrip(hashUsed, `<hash-used xmlns="${NS_HASHES}" algo="sha-256"/>`);
  expect(used.value).toEqual({ algo: 'sha-256' });
  expect(used.output).toBe(used.input);
});

it('§3 line breaks in it do no harm', () => {
  const broken = `<hash xmlns='${NS_HASHES}' algo='sha-1'>\n  qZk+NkcGgWq6Pi\n  VxeFDCbJzQ2J0=</hash>`;
  expect(hash.decode(xml(broken))).toEqual(hashOf('sha-1'));
});

it.each([
  `<hash xmlns='${NS_HASHES}'>AAAA</hash>`,
  `<hash xmlns='${NS_HASHES}' algo='sha-1'>never!</hash>`,
  `<hash xmlns='urn:xmpp:hashes:1' algo='sha-1'>AAAA</hash>`,
  `<hash-used xmlns='${NS_HASHES}' algo='sha-1'/>`,
])('%s is broken, or none', (text) => {
  expect(() => hash.decode(xml(text))).toThrow(CodecError);
});

it('§3 the digest is base64 without anything else', async () => {
  expect(hash.stringify(await computeHash(abc))).toBe(
    `<hash xmlns="${NS_HASHES}" algo="sha-256">ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=</hash>`,
  );
});

const inPieces = (): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new ReadableStream({
    start(controller) {
      for (const letter of 'abc') controller.enqueue(bytesOf(letter));
      controller.close();
    },
  });

describe.each(Object.keys(digests))('%s', (algo) => {
  it.each([
    ['bytes', () => abc],
    ['a Blob', () => new Blob([abc])],
    ['a stream', inPieces],
  ])('of %s', async (_what, data) => {
    expect(await computeHash(data(), algo)).toEqual(hashOf(algo));
  });

  it('without WebCrypto', async () => {
    vi.stubGlobal('crypto', {});
    expect(await computeHash(abc, algo)).toEqual(hashOf(algo));
    expect(await computeHash(new Blob([abc]), algo)).toEqual(hashOf(algo));
  });
});

it('a large Blob is read in pieces, and once for all algorithms', async () => {
  const large = new Blob(Array.from({ length: 17 }, (_, i) => new Uint8Array(1024 * 1024).fill(i)));
  const whole = vi.spyOn(large, 'arrayBuffer');
  const read = vi.spyOn(large, 'stream');
  const got = await computeHashes(large, ['sha-256', 'sha-1', 'sha-256']);
  expect(whole).not.toHaveBeenCalled();
  expect(read).toHaveBeenCalledOnce();
  const bytes = await new Response(large).arrayBuffer();
  expect(got).toEqual([
    { algo: 'sha-256', value: new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)) },
    { algo: 'sha-1', value: new Uint8Array(await crypto.subtle.digest('SHA-1', bytes)) },
  ]);
});

it('XEP-0414 §5 what an algorithm is good for', async () => {
  const uses = { 'md2': 'insecure', 'md4': 'insecure', 'md5': 'insecure', 'sha-1': 'weak', 'sha-256': 'good' };
  for (const [algo, use] of Object.entries(uses)) expect(hashUse(algo)).toBe(use);
  for (const algo of ['sha-0', '', 'toString', '__proto__', 'SHA-256']) expect(hashUse(algo)).toBe('unknown');
  expect(hashAlgorithms).toEqual([
    'sha-256',
    'sha-512',
    'sha-384',
    'sha-224',
    'sha3-256',
    'sha3-512',
    'blake2b-256',
    'blake2b-512',
  ]);
  await expect(computeHash(abc, 'md5')).rejects.toMatchObject({ name: 'HashError', reason: 'insecure' });
  await expect(computeHash(abc, 'constructor')).rejects.toMatchObject({ reason: 'unknown' });
  await expect(computeHash(abc, 'x')).rejects.toBeInstanceOf(HashError);
  await expect(computeHash(abc, 'x')).rejects.toThrow('use one of sha-256');
});

const wrong = (algo: string): { algo: string; value: Uint8Array } => ({ algo, value: new Uint8Array(32) });

it.each([
  ['one that is right', [hashOf('sha-256')], 'match'],
  ['several that are right', [hashOf('sha-512'), hashOf('sha3-256'), hashOf('id-blake2b256')], 'match'],
  ['one that is wrong', [wrong('sha-256')], 'mismatch'],
  ['a wrong one beside a right one', [hashOf('sha-256'), wrong('blake2b-256')], 'mismatch'],
  ['two of one algorithm', [hashOf('sha-256'), wrong('sha-256')], 'mismatch'],
  ['the beginning of the right one', [hashOf('sha-256', 'ba7816bf8f01cfea')], 'mismatch'],
  ['nothing at all', [], 'unusable'],
  ['an unknown one', [{ algo: 'crc-32', value: abc }], 'unusable'],
  ['an unknown one beside a right one', [{ algo: 'crc-32', value: abc }, hashOf('sha-256')], 'match'],
  ['MD5', [hashOf('md5', '900150983cd24fb0d6963f7d28e17f72')], 'unusable'],
  ['SHA-1', [hashOf('sha-1')], 'unusable'],
  ['a wrong SHA-1 beside a right one', [hashOf('sha-256'), wrong('sha-1')], 'match'],
] as const)('XEP-0414 §3 %s', async (_what, given, check) => {
  expect(await verifyHashes(abc, given)).toBe(check);
  expect(await verifyHashes(inPieces(), given)).toBe(check);
});

it('XEP-0414 §5 SHA-1 alone is enough where the application says so', async () => {
  expect(await verifyHashes(abc, [hashOf('sha-1')], { acceptSha1: true })).toBe('match');
  expect(await verifyHashes(abc, [wrong('sha-1')], { acceptSha1: true })).toBe('mismatch');
  expect(await verifyHashes(abc, [wrong('md5')], { acceptSha1: true })).toBe('unusable');
});

it('stops when it is told to, and tells the source', async () => {
  await expect(computeHash(abc, 'sha-256', { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  let cancelled: unknown;
  const endless = new ReadableStream<Uint8Array>({ cancel: (reason) => void (cancelled = reason) });
  const stop = new AbortController();
  const hashing = computeHash(endless, 'sha-256', { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(hashing).rejects.toThrow('enough');
  expect(cancelled).toMatchObject({ message: 'enough' });
});

it('a source that breaks off gives no hash', async () => {
  const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('gone')) });
  await expect(verifyHashes(broken, [hashOf('sha-256')])).rejects.toThrow('gone');
});

it('§5 is advertised, with every algorithm and none that is weak', async () => {
  const { client, server } = link();
  client.use(hashes);
  const { features } = await getDiscoInfo(server, { to: client.jid });
  expect(features).toContain('urn:xmpp:hashes:2');
  for (const algo of [...hashAlgorithms, 'id-blake2b256', 'id-blake2b512'])
    expect(features).toContain(`urn:xmpp:hash-function-text-names:${algo}`);
  expect(features.filter((feature) => /md\d|sha-1$/.test(feature))).toEqual([]);
});
