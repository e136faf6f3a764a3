import { parseElement } from '@xeps/core/xml';
import { expect, test } from 'vitest';
import { decodeStreamLimits, exceeds } from './index.ts';

const features = (content: string): ReturnType<typeof parseElement> =>
  parseElement(
    `<features xmlns='http://etherx.jabber.org/streams'><limits xmlns='urn:xmpp:stream-limits:0'>${content}</limits></features>`,
  );

test('XEP-0478 §3.1 the limits are read; what is no number counts as not said', () => {
  expect(decodeStreamLimits(features('<max-bytes>10000</max-bytes><idle-seconds> 1800 </idle-seconds>'))).toEqual({
    maxBytes: 10_000,
    idleSeconds: 1_800,
  });
  for (const content of [
    '',
    '<max-bytes/>',
    '<max-bytes>0</max-bytes>',
    '<max-bytes>-1</max-bytes>',
    '<max-bytes>1e9</max-bytes>',
  ]) {
    expect(decodeStreamLimits(features(content)).maxBytes).toBeUndefined();
  }
  expect(decodeStreamLimits(parseElement("<features xmlns='http://etherx.jabber.org/streams'/>"))).toEqual({
    maxBytes: undefined,
    idleSeconds: undefined,
  });
});

test('XEP-0478 §4 a stanza over the limit is refused, counted in bytes', () => {
  const stanza = { kind: 'message', text: `<message>${'€'.repeat(10)}</message>` } as const;
  expect(exceeds({}, stanza)).toBeUndefined();
  expect(exceeds({ maxBytes: 49 }, stanza)).toBeUndefined();
  expect(exceeds({ maxBytes: 48 }, stanza)).toMatchObject({
    code: 'ERR_XMPP_TOO_BIG',
    message: expect.stringContaining('49') as string,
  });
});
