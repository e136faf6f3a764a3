import { parseElement } from '@xeps/core/xml';
import type { StreamContext } from '@xeps/stream';
import { expect, test } from 'vitest';
import { createStreamLimits } from './index.ts';

const features = (content: string): ReturnType<typeof parseElement> =>
  parseElement(`<features xmlns='http://etherx.jabber.org/streams'>${content}</features>`);
const limits = (bytes: number): string =>
  `<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>${bytes}</max-bytes></limits>`;
const stream = {} as StreamContext;

test('§4 every features element says them anew, while signing in and after it', () => {
  const tracker = createStreamLimits();
  const { module } = tracker;
  expect(tracker.current).toEqual({});
  expect(module.negotiate?.(features(limits(1_000)), stream)).toBe('skip');
  expect(tracker.current.maxBytes).toBe(1_000);
  expect(module.element?.(features(limits(5_000)), stream)).toBe(false);
  expect(tracker.current.maxBytes).toBe(5_000);
  expect(module.element?.(parseElement("<a xmlns='urn:xmpp:sm:3' h='1'/>"), stream)).toBe(false);
  expect(tracker.current.maxBytes).toBe(5_000);
  module.negotiate?.(features(''), stream);
  expect(tracker.current.maxBytes).toBeUndefined();
});

test('the next connection knows nothing of the last', () => {
  const tracker = createStreamLimits();
  tracker.module.negotiate?.(features(limits(1_000)), stream);
  tracker.module.ended?.(true);
  expect(tracker.current).toEqual({});
});
