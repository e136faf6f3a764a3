import { parseHostMetaJson } from '@xeps/xep-0156';
import { expect, test } from 'vitest';
import { parseHostMeta } from '../src/index.ts';

/** The addresses and names that all links but the last have in common. */
const common = `"ips": [
        "1.2.3.4",
        "fd00:feed:dad:beef::1"
      ],`;
const rest = `"weight": 50,
      "sni": "example.org",
      "ech": "eG1wcC1jbGllbnQ="`;
const link = (rel: string, where: string, priority: number): string => `{
      "rel": "urn:xmpp:alt-connections:${rel}",
      ${where},
      ${common}
      "priority": ${priority},
      ${rest}
    }`;
const printed = `{
  "xmpp": {
    "ttl": 3000,
    "public-key-pins-sha-256": [
      "4/mggdlVx8A3pvHAWW5sD+qJyMtUHgiRuPjVC48N0XQ="
    ]
  },
  "links": [
    ${link('websocket', '"href": "wss://other.example.org/xmpp-websocket"', 15)},
    ${link('tls', '"port": 443', 10)},
    ${link('quic', '"port": 443', 5)},
    ${link('s2s-websocket', '"href": "wss://other.example.org/s2s-xmpp-websocket"', 15)},
    ${link('s2s-tls', '"port": 443', 10)},
    ${link('s2s-quic', '"port": 443', 5)},
    {
      "rel": "urn:xmpp:alt-connections:xbosh",
      "href": "https://web.example.com:5280/bosh"
    }
  ]
}`;

test('§2.3 example 1: host-meta.json', () => {
  const route = {
    ips: ['1.2.3.4', 'fd00:feed:dad:beef::1'],
    weight: 50,
    sni: 'example.org',
    ech: 'eG1wcC1jbGllbnQ=',
  };
  expect(parseHostMeta(printed)).toEqual({
    ttl: 3000,
    pins: ['4/mggdlVx8A3pvHAWW5sD+qJyMtUHgiRuPjVC48N0XQ='],
    links: [
      { kind: 'websocket', service: 'c2s', url: 'wss://other.example.org/xmpp-websocket', priority: 15, ...route },
      { kind: 'tls', service: 'c2s', port: 443, priority: 10, ...route },
      { kind: 'quic', service: 'c2s', port: 443, priority: 5, ...route },
      { kind: 'websocket', service: 's2s', url: 'wss://other.example.org/s2s-xmpp-websocket', priority: 15, ...route },
      { kind: 'tls', service: 's2s', port: 443, priority: 10, ...route },
      { kind: 'quic', service: 's2s', port: 443, priority: 5, ...route },
      {
        kind: 'bosh',
        service: 'c2s',
        url: 'https://web.example.com:5280/bosh',
        priority: 65_535,
        weight: 0,
        ips: [],
      },
    ],
  });
});

test('§3.3 who knows XEP-0156 alone reads the same file', () => {
  expect(parseHostMetaJson(printed)).toEqual([
    { kind: 'websocket', url: 'wss://other.example.org/xmpp-websocket' },
    { kind: 'bosh', url: 'https://web.example.com:5280/bosh' },
  ]);
});
