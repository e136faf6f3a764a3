import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DisconnectedError, TimeoutError } from '@xeps/core';
import { NegotiationError, SaslError, StreamError } from '@xeps/stream';
import { describe, expect, test } from 'vitest';
import { backoff } from '../src/backoff.ts';
import type { Endpoint } from '../src/discovery/endpoint.ts';
import { isLoopback } from '../src/loopback.ts';
import { otherHost } from '../src/other-host.ts';
import { endsTheRound, retryOf } from '../src/retry.ts';
import { ConnectionError } from '../src/transport/errors.ts';

const tcp = (host: string): Endpoint => ({ kind: 'tcp', host, port: 5222, directTls: false });
const websocket = (url: string): Endpoint => ({ kind: 'websocket', url });

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['LOCALHOST', true],
  ['example.org', false],
  ['localhost.example.org', false],
  ['127.0.0.1.example.org', false],
  ['10.0.0.1', false],
  ['::2', false],
])('isLoopback %s: %s', (host, expected) => {
  expect(isLoopback(tcp(host))).toBe(expected);
  if (!host.includes(':')) expect(isLoopback(websocket(`ws://${host}:5280/`))).toBe(expected);
});

describe('where a server may send its clients', () => {
  test.each([
    ['other.example', { host: 'other.example', port: 5222 }],
    ['other.example:5223', { host: 'other.example', port: 5223 }],
    ['[2001:db8::1]:9222', { host: '2001:db8::1', port: 9222 }],
    ['192.0.2.1', { host: '192.0.2.1', port: 5222 }],
  ])('%s by TCP, as before', (text, expected) => {
    expect(otherHost(text, tcp('example.org'))).toEqual({ ...tcp('example.org'), ...expected });
  });

  test.each(['', 'a b', 'other.example:0', 'other.example:65536', 'other.example:x', 'http://other.example', 'a@b'])(
    'not “%s”',
    (text) => {
      expect(otherHost(text, tcp('example.org'))).toBeUndefined();
    },
  );

  test('a WebSocket keeps its protection', () => {
    expect(otherHost('wss://other.example/ws', websocket('wss://example.org/ws'))).toEqual(
      websocket('wss://other.example/ws'),
    );
    expect(otherHost('ws://other.example/ws', websocket('wss://example.org/ws'))).toBeUndefined();
    expect(otherHost('ws://other.example/ws', websocket('ws://localhost/ws'))).toBeUndefined();
    expect(otherHost('javascript:alert(1)', websocket('wss://example.org/ws'))).toBeUndefined();
  });
});

test('pauses grow to a bound, and are random from zero on', () => {
  expect([0, 1, 2, 3, 10, 1_000].map((attempt) => backoff(attempt, { random: () => 1 }))).toEqual([
    1_000, 2_000, 4_000, 8_000, 60_000, 60_000,
  ]);
  expect(backoff(5, { random: () => 0 })).toBe(0);
  for (let attempt = 0; attempt < 100; attempt += 1) expect(backoff(3, { base: 10, max: 50 })).toBeLessThanOrEqual(50);
});

test.each([
  [new StreamError('system-shutdown', { by: 'peer' }), 'again', false],
  [new StreamError('conflict', { by: 'peer' }), 'never', true],
  [new StreamError('host-unknown', { by: 'peer' }), 'never', true],
  [new StreamError('policy-violation', { by: 'peer' }), 'change', true],
  [new SaslError('not-authorized', 'x'), 'never', true],
  [new SaslError('temporary-auth-failure', 'x'), 'again', true],
  [new NegotiationError('tls-required', 'x'), 'never', false],
  [new NegotiationError('bind', 'x'), 'never', true],
  [new ConnectionError('refused', 'x'), 'again', false],
  [new ConnectionError('certificate', 'x'), 'never', false],
  [new TimeoutError('x'), 'again', false],
  [new DisconnectedError('x'), 'again', false],
])('%s: %s', (error, retry, final) => {
  expect(retryOf(error)).toBe(retry);
  expect(endsTheRound(error)).toBe(final);
});

describe('row 17: the browser’s entry', () => {
  /** Every module that a browser bundle of `@xeps/client` can load. */
  function graph(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    const visit = (file: string): void => {
      if (found.has(file)) return;
      const source = readFileSync(file, 'utf8')
        .replaceAll(/\/\*[\s\S]*?\*\//g, '')
        .replaceAll(/^\s*(?:import|export) type [\s\S]*?;$/gm, '');
      const imports =
        /^(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm;
      const names = [...source.matchAll(imports)].map((match) => (match[1] ?? match[2] ?? match[3])!);
      found.set(file, names);
      for (const name of names) {
        if (name.startsWith('.')) visit(join(dirname(file), name));
        else if (!name.startsWith('node:')) visit(resolve(name, file));
      }
    };
    visit(join(import.meta.dirname, '../src/index.ts'));
    return found;
  }
  /** The source of a workspace package's entry, or the file of another package. */
  function resolve(name: string, from: string): string {
    const require = createRequire(from);
    const [scope, folder, ...rest] = name.split('/');
    if (scope !== '@xeps') return require.resolve(name);
    const root = join(import.meta.dirname, '../..', folder!);
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      exports: Record<string, { '@xeps/source': string }>;
    };
    return join(root, manifest.exports[['.', ...rest].join('/')]!['@xeps/source']);
  }

  test('reaches no Node built-in, no ws and no TCP', () => {
    const modules = graph();
    expect(modules.size).toBeGreaterThan(40);
    const names = [...modules.values()].flat();
    expect(names.filter((name) => name.startsWith('node:') || name === 'ws')).toEqual([]);
    expect(
      [...modules.keys()].filter((file) => file.endsWith('/transport/tcp.ts') || file.endsWith('-node.ts')),
    ).toEqual([]);
    expect([...modules.keys()].some((file) => file.endsWith('/transport/websocket.ts'))).toBe(true);
  });

  test('is what the condition “browser” selects', () => {
    const { exports } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
      exports: Record<string, Record<string, unknown>>;
    };
    expect(Object.keys(exports['.']!)[0]).toBe('browser');
    expect(exports['.']!['browser']).toMatchObject({ 'default': './dist/index.js', '@xeps/source': './src/index.ts' });
  });
});
