import { roundTrip, xml } from '@xeps/core/testing';
import { describe, expect, it } from 'vitest';
import { rsmRequest, rsmResult } from './index.ts';

const ns = `xmlns="http://jabber.org/protocol/rsm"`;

describe('golden', () => {
  it.each([
    ['§2.1', `<set ${ns}><max>10</max></set>`, { max: 10 }],
    [
      '§2.2',
      `<set ${ns}><max>10</max><after>peterpan@neverland.lit</after></set>`,
      { max: 10, after: 'peterpan@neverland.lit' },
    ],
    [
      '§2.3',
      `<set ${ns}><max>10</max><before>peter@pixyland.org</before></set>`,
      { max: 10, before: 'peter@pixyland.org' },
    ],
    ['§2.5', `<set ${ns}><max>10</max><before/></set>`, { max: 10, before: '' }],
    ['§2.6', `<set ${ns}><max>10</max><index>371</index></set>`, { max: 10, index: 371 }],
    ['§2.7', `<set ${ns}><max>0</max></set>`, { max: 0 }],
  ])('%s a request', (_section, text, value) => {
    expect(roundTrip(rsmRequest, text)).toEqual({ value, input: text, output: text });
  });

  it.each([
    [
      '§2.2',
      `<set ${ns}><first index="0">a</first><last>b</last><count>800</count></set>`,
      { first: { index: 0, id: 'a' }, last: 'b', count: 800 },
    ],
    [
      '§2.2 without the optional parts',
      `<set ${ns}><first>a</first><last>a</last></set>`,
      { first: { id: 'a' }, last: 'a' },
    ],
    ['§2.2 an empty page', `<set ${ns}><count>790</count></set>`, { count: 790 }],
  ])('%s a result', (_section, text, value) => {
    expect(roundTrip(rsmResult, text)).toEqual({ value, input: text, output: text });
  });
});

it.each(['<max>-1</max>', '<max>ten</max>', '<index>1.5</index>'])('a broken request: %s', (child) => {
  const result = rsmRequest.safeDecode(xml(`<set ${ns}>${child}</set>`));
  expect(result).toMatchObject({ ok: false, error: { path: expect.stringContaining('set > ') as string } });
});

it('a broken result names the place', () => {
  expect(rsmResult.safeDecode(xml(`<set ${ns}><first index='x'>a</first></set>`))).toMatchObject({
    ok: false,
    error: { path: 'set > first/@index' },
  });
});
