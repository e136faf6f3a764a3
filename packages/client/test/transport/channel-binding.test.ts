import { createHash, X509Certificate } from 'node:crypto';
import { connect as connectTls, createServer } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { channelBinding, endPoint } from '../../src/transport/channel-binding.ts';
import { createAuthority } from './certificates.ts';
import type { Authority, Certificate, IssueOptions } from './certificates.ts';
import { listen } from './scripted.ts';

let authority: Authority;
let certificate: Certificate;
beforeAll(async () => {
  authority = await createAuthority();
  certificate = await authority.issue(['DNS.1 = example.org']);
});
afterAll(() => authority.remove());

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const task of cleanup.splice(0)) await task();
});

type Version = 'TLSv1.2' | 'TLSv1.3';

async function startServer(version: Version, from = certificate) {
  const sockets: TLSSocket[] = [];
  const options = { ...from, minVersion: version, maxVersion: version } as const;
  const server = await listen(createServer(options, (socket) => void sockets.push(socket.resume())));
  cleanup.push(server.close);
  return {
    /** Both ends of a connection. */
    async connect(how: ConnectionOptions = {}) {
      const client = connectTls({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false, ...how });
      client.on('error', () => {});
      cleanup.push(() => client.destroy());
      await new Promise((resolve) => client.once('secureConnect', resolve));
      await expect.poll(() => sockets.length).toBe(1);
      return { client, server: sockets.pop()! };
    },
  };
}

const both = async (version: Version) => (await startServer(version)).connect();

describe('RFC 9266 tls-exporter', () => {
  test('§2 both ends have the same, and no other connection', async () => {
    const { client, server } = await both('TLSv1.3');
    const data = channelBinding(client, 'tls-exporter');
    expect(data).toHaveLength(32);
    expect(data).toEqual(server.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)));
    expect(channelBinding((await both('TLSv1.3')).client, 'tls-exporter')).not.toEqual(data);
  });

  test('§4.1 not under TLS 1.2', async () => {
    expect(channelBinding((await both('TLSv1.2')).client, 'tls-exporter')).toBeUndefined();
  });
});

describe('RFC 5929 §3 tls-unique', () => {
  test('the first Finished message: the client’s, and both ends have the same', async () => {
    const { client, server } = await both('TLSv1.2');
    const data = channelBinding(client, 'tls-unique');
    expect(data).toHaveLength(12);
    expect(data).toEqual(server.getPeerFinished());
  });

  test('of a session that is resumed: the server’s', async () => {
    const server = await startServer('TLSv1.2');
    const first = await server.connect();
    const session = first.client.getSession()!;
    const second = await server.connect({ session });
    expect(second.client.isSessionReused()).toBe(true);
    const data = channelBinding(second.client, 'tls-unique');
    expect(data).toEqual(second.server.getFinished());
    expect(data).not.toEqual(channelBinding(first.client, 'tls-unique'));
  });

  test('not under TLS 1.3', async () => {
    expect(channelBinding((await both('TLSv1.3')).client, 'tls-unique')).toBeUndefined();
  });
});

describe('RFC 5929 §4.1 tls-server-end-point', () => {
  // Short, and so made in no time: nothing is protected by it.
  const rsa = ['-newkey', 'rsa:1024'];
  const pss = (hash: string, mask = hash): readonly string[] => [
    `-${hash}`,
    '-sigopt',
    'rsa_padding_mode:pss',
    '-sigopt',
    `rsa_mgf1_md:${mask}`,
  ];

  test.each<[string, string | undefined, IssueOptions]>([
    ['ECDSA with SHA-256', 'sha256', {}],
    ['ECDSA with SHA-384', 'sha384', { signature: ['-sha384'] }],
    ['ECDSA with SHA-512', 'sha512', { signature: ['-sha512'] }],
    ['ECDSA with SHA-1, for which SHA-256 is used', 'sha256', { signature: ['-sha1'] }],
    ['RSA with SHA-256', 'sha256', { selfSigned: true, key: rsa }],
    ['RSA with SHA-384', 'sha384', { selfSigned: true, key: rsa, signature: ['-sha384'] }],
    ['RSA with SHA-512', 'sha512', { selfSigned: true, key: rsa, signature: ['-sha512'] }],
    ['RSA with SHA-1, for which SHA-256 is used', 'sha256', { selfSigned: true, key: rsa, signature: ['-sha1'] }],
    ['RSA with MD5, for which SHA-256 is used', 'sha256', { selfSigned: true, key: rsa, signature: ['-md5'] }],
    ['RSA-PSS with SHA-256', 'sha256', { selfSigned: true, key: rsa, signature: pss('sha256') }],
    ['RSA-PSS with SHA-384', 'sha384', { selfSigned: true, key: rsa, signature: pss('sha384') }],
    [
      'RSA-PSS with SHA-1, which parameters leave out',
      'sha256',
      { selfSigned: true, key: rsa, signature: pss('sha1') },
    ],
    ['RSA-PSS with two hash functions', undefined, { selfSigned: true, key: rsa, signature: pss('sha384', 'sha256') }],
    ['RSA-PSS with two, one left out', undefined, { selfSigned: true, key: rsa, signature: pss('sha256', 'sha1') }],
    ['Ed25519, which has none', undefined, { selfSigned: true, key: ['-newkey', 'ed25519'] }],
  ])('%s', async (_, hash, options) => {
    const { raw } = new X509Certificate((await authority.issue(['DNS.1 = example.org'], options)).cert);
    expect(endPoint(raw)).toEqual(hash && createHash(hash).update(raw).digest());
  });

  test('a certificate of which OpenSSL says the same', async () => {
    const { raw, fingerprint256 } = new X509Certificate(certificate.cert);
    expect(Buffer.from(endPoint(raw)!).toString('hex')).toBe(fingerprint256.replaceAll(':', '').toLowerCase());
  });

  test.each<Version>(['TLSv1.2', 'TLSv1.3'])('of the certificate that a server shows, under %s', async (version) => {
    const { raw } = new X509Certificate(certificate.cert);
    const data = channelBinding((await both(version)).client, 'tls-server-end-point');
    expect(data).toEqual(createHash('sha256').update(raw).digest());
  });

  test('none for Ed25519, on a connection', async () => {
    const ed25519 = await authority.issue(['DNS.1 = example.org'], { selfSigned: true, key: ['-newkey', 'ed25519'] });
    const { client } = await (await startServer('TLSv1.3', ed25519)).connect();
    expect(channelBinding(client, 'tls-server-end-point')).toBeUndefined();
    expect(channelBinding(client, 'tls-exporter')).toHaveLength(32);
  });

  test('what is no certificate, or ends too early, has none', () => {
    const { raw } = new X509Certificate(certificate.cert);
    for (const broken of ['', '30', '3080', '3084ffffffff', '30840000000002', '300030', 'ff'.repeat(40)])
      expect(endPoint(Buffer.from(broken, 'hex')), broken).toBeUndefined();
    for (let length = 0; length < raw.length; length += 1) expect(endPoint(raw.subarray(0, length))).toBeUndefined();
    // Whatever is changed, it ends and throws nothing.
    for (let at = 0; at < raw.length; at += 1) endPoint(Buffer.from(raw).fill(0xff, at, at + 1));
  });
});

test('no other type, and none when the connection is gone', async () => {
  const { client } = await both('TLSv1.3');
  expect(channelBinding(client, 'tls-other')).toBeUndefined();
  client.destroy();
  for (const type of ['tls-exporter', 'tls-unique', 'tls-server-end-point'])
    expect(channelBinding(client, type)).toBeUndefined();
});
