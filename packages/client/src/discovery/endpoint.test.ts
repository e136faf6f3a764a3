import { describe, expect, test } from 'vitest';
import { formatService, parseService } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';

const tcp = (host: string, port: number, directTls = false): Endpoint => ({ kind: 'tcp', host, port, directTls });

describe('parseService', () => {
  test.each<[string, Endpoint]>([
    ['xmpp://localhost:15222', tcp('localhost', 15_222)],
    ['xmpp://example.org', tcp('example.org', 5222)],
    ['xmpp://example.org/', tcp('example.org', 5222)],
    ['xmpps://example.org', tcp('example.org', 5223, true)],
    ['xmpps://example.org:443', tcp('example.org', 443, true)],
    ['xmpp://example.org:80', tcp('example.org', 80)],
    ['XMPPS://Example.ORG:5223', tcp('example.org', 5223, true)],
    ['xmpp://[::1]:5222', tcp('::1', 5222)],
    ['xmpp://127.0.0.1', tcp('127.0.0.1', 5222)],
    ['xmpp://münchen.example', tcp('xn--mnchen-3ya.example', 5222)],
    ['ws://localhost:5280/xmpp-websocket', { kind: 'websocket', url: 'ws://localhost:5280/xmpp-websocket' }],
    ['wss://example.org/ws?a=b', { kind: 'websocket', url: 'wss://example.org/ws?a=b' }],
    ['WSS://example.org', { kind: 'websocket', url: 'wss://example.org/' }],
  ])('%s', (text, endpoint) => {
    expect(parseService(text)).toEqual(endpoint);
    expect(parseService(formatService(endpoint))).toEqual(endpoint);
  });

  test.each([
    '',
    'example.org',
    'example.org:5222',
    'http://example.org',
    'xmpp:example.org',
    'xmpp://',
    'xmpp://:5222',
    'xmpp://example.org:0',
    'xmpp://example.org:65536',
    'xmpp://example.org:port',
    'xmpp://user@example.org',
    'xmpp://example.org/path',
    'xmpp://example.org?x',
    'xmpp://[::1',
    'xmpp://[zz]',
    'xmpp://a b',
    'xmpp://exa%41mple.org',
    'ws://',
    'wss://user:secret@example.org/ws',
    'wss://example.org/ws#part',
    ' wss://example.org',
  ])('%j is refused', (text) => {
    expect(() => parseService(text)).toThrow(expect.objectContaining({ code: 'ERR_XMPP_SERVICE' }));
  });
});
