import { parseElement } from '@xeps/core/xml';
import { expect, test } from 'vitest';
import { decodeFast, decodeToken } from './index.ts';

const feature = (attributes: string, content = '') =>
  parseElement(`<fast xmlns='urn:xmpp:fast:0' ${attributes}>${content}</fast>`);
const success = (content: string) => parseElement(`<success xmlns='urn:xmpp:sasl:2'>${content}</success>`);

test('§3.1 the offer', () => {
  expect(
    decodeFast(feature("tls-0rtt='true'", '<mechanism>HT-SHA-256-ENDP</mechanism><mechanism>\nX\n</mechanism>')),
  ).toEqual({
    mechanisms: ['HT-SHA-256-ENDP', 'X'],
    tls0rtt: true,
  });
  expect(decodeFast(feature("tls-0rtt='1'"))).toEqual({ mechanisms: [], tls0rtt: true });
  for (const attributes of ['', "tls-0rtt='false'", "tls-0rtt='yes'"])
    expect(decodeFast(feature(attributes, "<mechanism xmlns='urn:x'>X</mechanism>"))).toEqual({
      mechanisms: [],
      tls0rtt: false,
    });
});

test.each([
  ["token='abc' expiry='2020-03-12T14:36:15Z'", { token: 'abc', expiry: '2020-03-12T14:36:15.000Z' }],
  ["token='abc' expiry='2020-03-12T15:36:15.5+01:00'", { token: 'abc', expiry: '2020-03-12T14:36:15.500Z' }],
  ["token='abc'", { token: 'abc' }],
  ["token='' expiry='2020-03-12T14:36:15Z'", undefined],
  ["expiry='2020-03-12T14:36:15Z'", undefined],
  ["token='abc' expiry='tomorrow'", undefined],
  ["token='abc' expiry=''", undefined],
  ["token='abc' expiry='2020-02-30T00:00:00Z'", undefined],
  ["token='abc' expiry='2020-13-01T00:00:00Z'", undefined],
  ["token='abc' expiry='2020-03-12T25:00:00Z'", undefined],
  ["token='abc' expiry='2020-03-12T14:36:15'", undefined],
  ["token='abc' expiry='2020-03-12'", undefined],
  ["token='abc' expiry='2020-02-29T23:59:59-01:00'", { token: 'abc', expiry: '2020-03-01T00:59:59.000Z' }],
])('§3.3 a token: %s', (attributes, expected) => {
  expect(decodeToken(success(`<token xmlns='urn:xmpp:fast:0' ${attributes}/>`))).toEqual(expected);
});

test('§3.3 no token, or another’s', () => {
  expect(decodeToken(success(''))).toBeUndefined();
  expect(decodeToken(success("<token xmlns='urn:example' token='abc'/>"))).toBeUndefined();
});
