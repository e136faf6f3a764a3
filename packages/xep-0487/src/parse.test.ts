import { HostMetaError } from '@xeps/xep-0156';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHostMeta } from './index.ts';
import type { HostMeta, HostMetaLink } from './index.ts';

const tls = {
  rel: 'urn:xmpp:alt-connections:tls',
  port: 443,
  ips: ['192.0.2.1'],
  priority: 1,
  weight: 2,
  sni: 'xmpp.example.org',
};
const websocket = { ...tls, rel: 'urn:xmpp:alt-connections:websocket', port: undefined, href: 'wss://example.org/ws' };

const parse = (links: unknown, xmpp: unknown = { ttl: 60 }, loopback?: boolean): HostMeta | undefined =>
  parseHostMeta(JSON.stringify({ xmpp, links }), loopback);
const linksOf = (...links: unknown[]): readonly HostMetaLink[] => parse(links)!.links;

describe('§2.2 the object "xmpp" says that this specification is in use', () => {
  test.each<[string, unknown]>([
    ['missing', undefined],
    ['null', null],
    ['a list', []],
    ['a string', 'yes'],
  ])('%s: the rules of XEP-0156 hold', (_, xmpp) => expect(parseHostMeta(JSON.stringify({ xmpp }))).toBeUndefined());

  test('empty: it is', () => expect(parse(undefined, {})).toEqual({ ttl: 0, pins: [], links: [] }));
});

describe('§2.1 ttl and pins', () => {
  test.each<[unknown, number]>([
    [0, 0],
    [3000, 3000],
    [604_801, 604_800],
    [1e300, 604_800],
    [-1, 0],
    [1.5, 0],
    ['3000', 0],
    [null, 0],
  ])('ttl %j is %d', (ttl, expected) => expect(parse([], { ttl })!.ttl).toBe(expected));

  test('pins that are not the hash of a key are left out, and what is beyond 32', () => {
    const pin = '4/mggdlVx8A3pvHAWW5sD+qJyMtUHgiRuPjVC48N0XQ=';
    const pins = (value: unknown): readonly string[] => parse([], { 'ttl': 1, 'public-key-pins-sha-256': value })!.pins;
    expect(pins([pin, 'YQ==', `${pin}\n`, 5, pin.slice(0, 43)])).toEqual([pin]);
    expect(pins(pin)).toEqual([]);
    expect(pins(Array.from({ length: 100 }, () => pin))).toHaveLength(32);
  });
});

test.each<[string, string]>([
  ['nothing', ''],
  ['not JSON', '{'],
  ['a list', '[]'],
  ['null', 'null'],
])('%s is malformed', (_, text) => {
  expect(() => parseHostMeta(text)).toThrow(expect.objectContaining({ name: 'HostMetaError', reason: 'malformed' }));
});

test('a file is not read beyond 64 Ki characters', () => {
  const text = JSON.stringify({ xmpp: {}, links: [tls] });
  expect(parseHostMeta(text.padEnd(64 * 1024))?.links).toHaveLength(1);
  expect(() => parseHostMeta(text.padEnd(64 * 1024 + 1))).toThrow(HostMetaError);
});

describe('§2.1 links', () => {
  test('a good one', () => {
    expect(linksOf({ ...tls, ech: 'YQ==' })).toEqual([
      {
        kind: 'tls',
        service: 'c2s',
        port: 443,
        ips: ['192.0.2.1'],
        priority: 1,
        weight: 2,
        sni: 'xmpp.example.org',
        ech: 'YQ==',
      },
    ]);
  });

  test.each<[string, unknown]>([
    ['no object', 'tls'],
    ['a relation in a list', { ...tls, rel: [tls.rel] }],
    ['a relation that is an object', { ...tls, rel: { toString: 1, valueOf: 1 } }],
    ['BOSH for servers', { ...websocket, rel: 'urn:xmpp:alt-connections:s2s-xbosh', href: 'https://a/' }],
    ['no relation', { ...tls, rel: undefined }],
    ['another relation', { ...tls, rel: 'urn:xmpp:alt-connections:httppoll' }],
    ['a property of objects', { ...tls, rel: 'urn:xmpp:alt-connections:constructor' }],
    ['another prefix', { ...tls, rel: 'tls' }],
    ['no port', { ...tls, port: undefined }],
    ['port 0', { ...tls, port: 0 }],
    ['port 65536', { ...tls, port: 65_536 }],
    ['a port in quotes', { ...tls, port: '443' }],
    ['no priority', { ...tls, priority: undefined }],
    ['a negative priority', { ...tls, priority: -1 }],
    ['half a weight', { ...tls, weight: 0.5 }],
    ['a weight beyond those of SRV', { ...tls, weight: 65_536 }],
    ['no sni', { ...tls, sni: undefined }],
    ['sni an address', { ...tls, sni: '192.0.2.1' }],
    ['sni an address in hex', { ...tls, sni: '0xC0000201' }],
    ['sni an IPv6 address', { ...tls, sni: '[::1]' }],
    ['sni with a port', { ...tls, sni: 'example.org:443' }],
    ['sni empty', { ...tls, sni: '' }],
    ['sni with a line break', { ...tls, sni: 'example.org\n' }],
    ['sni too long', { ...tls, sni: 'a'.repeat(256) }],
    ['no ips', { ...tls, ips: undefined }],
    ['ips empty', { ...tls, ips: [] }],
    ['ips a string', { ...tls, ips: '192.0.2.1' }],
    ['ips names', { ...tls, ips: ['example.org', 5, null] }],
    ['websocket with some of the new fields only', { ...websocket, ips: undefined }],
    ['websocket with a broken priority', { ...websocket, priority: '1' }],
  ])('%s is left out', (_, link) => expect(linksOf(link)).toEqual([]));

  test.each([
    '192.0.2.256',
    '192.0.2',
    '192.0.2.1.',
    '192.0.2.01',
    '0x7f.0.0.1',
    '3221225985',
    '192.0.2.1:443',
    '[2001:db8::1]',
    '2001:db8::1%eth0',
    'fe80::1::2',
    '::g',
    '',
  ])('§2.1 "IPv4 or IPv6 addresses only": %j is none', (ip) => {
    expect(linksOf({ ...tls, ips: [ip, '192.0.2.1'] })[0]!.ips).toEqual(['192.0.2.1']);
  });

  test.each(['0.0.0.0', '255.255.255.255', '::', '::1', '2001:DB8::1', '::ffff:192.0.2.1', '2001:db8:0:0:0:0:0:1'])(
    '%s is an address',
    (ip) => expect(linksOf({ ...tls, ips: [ip, ip] })[0]!.ips).toEqual([ip]),
  );

  test('sni is written as TLS does', () => {
    expect(linksOf({ ...tls, sni: 'MÜNCHEN.example.' })[0]!.sni).toBe('xn--mnchen-3ya.example');
  });

  test('ech that is none is left out alone', () => {
    for (const ech of ['', 5, '€', 'a'.repeat(4097)]) expect(linksOf({ ...tls, ech })[0]).not.toHaveProperty('ech');
  });

  test('there are limits on their number, and on that of addresses', () => {
    expect(linksOf(...Array.from({ length: 1000 }, () => ({ rel: tls.rel })), tls)).toEqual([]);
    expect(linksOf(...Array.from({ length: 100 }, () => tls))).toHaveLength(64);
    const ips = Array.from({ length: 100 }, (_, index) => `192.0.2.${index}`);
    expect(linksOf({ ...tls, ips })[0]!.ips).toHaveLength(16);
  });
});

describe('§2.2 only secure connections', () => {
  test.each(['ws://example.org/ws', 'https://example.org/ws', 'wss://', '/ws', 'wss://a:b@example.org/', 5, undefined])(
    'websocket to %j is left out',
    (href) => {
      expect(parse([{ ...websocket, href }], {}, true)!.links).toEqual([]);
    },
  );

  test('open links to this machine only where asked for', () => {
    const open = { ...websocket, href: 'ws://localhost:5280/ws' };
    expect(parse([open])!.links).toEqual([]);
    expect(parse([open], {}, true)!.links).toMatchObject([{ url: 'ws://localhost:5280/ws' }]);
  });
});

test('§2.1 a websocket link of XEP-0156 is one here, the last to be tried', () => {
  expect(linksOf({ rel: websocket.rel, href: websocket.href })).toEqual([
    { kind: 'websocket', service: 'c2s', url: 'wss://example.org/ws', priority: 65_535, weight: 0, ips: [] },
  ]);
});

test('whatever JSON there is, what is read is what the types say', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom(443, 'example.org', ['192.0.2.1'], 'wss://example.org/'));
  const link = fc.record(
    {
      rel: fc
        .constantFrom('tls', 'quic', 'websocket', 'xbosh', 's2s-tls')
        .map((name) => `urn:xmpp:alt-connections:${name}`),
      port: value,
      href: value,
      ips: value,
      sni: value,
      priority: value,
      weight: value,
    },
    { requiredKeys: ['rel'] },
  );
  fc.assert(
    fc.property(fc.array(link), fc.jsonValue(), (links, ttl) => {
      for (const found of parse(links, { ttl })!.links) {
        expect([found.priority, found.weight].every((number) => Number.isInteger(number))).toBe(true);
        if ('port' in found)
          expect([typeof found.port, typeof found.sni, found.ips.length > 0]).toEqual(['number', 'string', true]);
        else expect(found.url).toMatch(/^(?:wss|https):\/\//);
      }
    }),
  );
});
