import type { Element } from '@xeps/core';
import { parseElement } from '@xeps/core/xml';
import { examplesOf } from '@xeps/examples';
import { NS_STREAM } from '@xeps/stream';
import type { StreamContext } from '@xeps/stream';
import { decodeAuthentication } from '@xeps/xep-0388';
import { expect, test } from 'vitest';
import { decodeFast, decodeToken, fast, NS_FAST } from '../src/index.ts';
import type { FastToken } from '../src/index.ts';

const examples = examplesOf('0484').map(({ xml }) => parseElement(xml, { prefixes: new Map([['stream', NS_STREAM]]) }));
const named = (name: string): Element[] => examples.filter((element) => element.name === name);

test('the printed examples are there', () => {
  // None where the collection of examples is not beside the repository.
  if (examples.length > 0)
    expect(examples.map(({ name }) => name)).toEqual([
      'features',
      'authenticate',
      'success',
      'success',
      'authenticate',
    ]);
});

test('§3.1 the offer', () => {
  for (const features of named('features'))
    expect(decodeFast(decodeAuthentication(features)!.inline.get(NS_FAST)!)).toEqual({
      mechanisms: ['HT-SHA-256-ENDP', 'HT-SHA-256-EXPR', 'HT-SHA-256-NONE'],
      tls0rtt: true,
    });
});

test('§3.3 and §3.5 tokens', () => {
  expect(named('success').map(decodeToken)).toEqual(
    [
      { token: 'WXZzciBwYmFmdmZnZiBqdmd1IGp2eXFhcmZm', expiry: '2020-03-12T14:36:15.000Z' },
      { token: 'R3VyIHpiZmcgbnl2aXIgdmYgZ3VyIGp2eXFyZmcu', expiry: '2020-03-31T14:36:15.000Z' },
    ].slice(0, named('success').length),
  );
});

test('§3.2 and §3.6 what is asked is written as printed', async () => {
  const printed = named('authenticate').map((element) =>
    element.getChildElements().find((child) => child.getNS() === NS_FAST),
  );
  const stream = {
    secure: true,
    tls: { binding: (type) => (type === 'tls-server-end-point' ? new Uint8Array(32) : undefined) },
  } as StreamContext;
  let token: FastToken | undefined;
  for (const features of named('features')) {
    const offer = decodeAuthentication(features)!.inline;
    const tokens = fast({
      username: 'user',
      now: () => 0,
      store: { load: () => token, save: (next) => void (token = next) },
      invalidate: () => token !== undefined,
    });
    expect(String(await tokens.request(offer, stream))).toBe(String(printed[0]));
    token = { mechanism: 'HT-SHA-256-ENDP', token: 'x', count: 122 };
    expect(String((await tokens.attempt(offer, { ...stream }))?.element)).toBe(String(printed[1]));
  }
});
