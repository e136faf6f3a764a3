import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fallback, fallbackRanges, fallbacks, NS_FALLBACK, stripFallback, withoutFallback } from './index.ts';

const ns = `xmlns="${NS_FALLBACK}"`;

it.each([
  [`<fallback ${ns}/>`, { subject: [], body: [] }],
  [
    `<fallback ${ns} for="urn:xmpp:reply:0"><body start="0" end="33"/></fallback>`,
    { for: 'urn:xmpp:reply:0', subject: [], body: [{ start: 0, end: 33 }] },
  ],
  [
    `<fallback ${ns} for="urn:x"><subject/><body start="4294967295"/><body end="2"/></fallback>`,
    { for: 'urn:x', subject: [{}], body: [{ start: 4_294_967_295 }, { end: 2 }] },
  ],
])('§2.2 golden %#', (text, value) => {
  const trip = roundTrip(fallback, text);
  expect(trip.value).toEqual(value);
  expect(trip.output).toBe(trip.input);
});

it.each(['-1', '1.5', 'x', '', '4294967296'])('§3 an offset of %j is broken', (offset) => {
  expect(() => fallback.decode(xml(`<fallback ${ns}><body start="${offset}"/></fallback>`))).toThrow(CodecError);
});

it('§2.1 is advertised', async () => {
  const { client, server } = link();
  client.use(fallbacks);
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_FALLBACK);
});

it('§2.2 no parts are the whole of everything, parts of another text are not of this one', () => {
  const of = (text: string) => fallback.decode(xml(text));
  expect(fallbackRanges(of(`<fallback ${ns}/>`))).toEqual([{}]);
  expect(fallbackRanges(of(`<fallback ${ns}/>`), 'subject')).toEqual([{}]);
  expect(fallbackRanges(of(`<fallback ${ns}><subject/></fallback>`))).toEqual([]);
  expect(fallbackRanges(of(`<fallback ${ns}><subject/></fallback>`), 'subject')).toEqual([{}]);
});

describe('§2.2 parts of a text', () => {
  it.each([
    ['none', 'abcdef', [], 'abcdef'],
    ['whole', 'abcdef', [{}], ''],
    ['from the beginning', 'abcdef', [{ end: 2 }], 'cdef'],
    ['to the end', 'abcdef', [{ start: 2 }], 'ab'],
    ['in the middle', 'abcdef', [{ start: 2, end: 4 }], 'abef'],
    [
      'several, in any order',
      'abcdef',
      [
        { start: 4, end: 5 },
        { start: 0, end: 1 },
      ],
      'bcdf',
    ],
    [
      'touching',
      'abcdef',
      [
        { start: 1, end: 2 },
        { start: 2, end: 4 },
      ],
      'aef',
    ],
    [
      'overlapping',
      'abcdef',
      [
        { start: 1, end: 4 },
        { start: 2, end: 5 },
      ],
      'af',
    ],
    [
      'one in another',
      'abcdef',
      [
        { start: 1, end: 5 },
        { start: 2, end: 3 },
      ],
      'af',
    ],
    [
      'the same twice',
      'abcdef',
      [
        { start: 1, end: 5 },
        { start: 1, end: 5 },
      ],
      'af',
    ],
    ['empty', 'abcdef', [{ start: 2, end: 2 }], 'abcdef'],
    ['inverted', 'abcdef', [{ start: 4, end: 2 }], 'abcdef'],
    ['too long', 'abcdef', [{ start: 0, end: 7 }], 'abcdef'],
    ['beyond', 'abcdef', [{ start: 6 }, { start: 4_294_967_295, end: 4_294_967_295 }], 'abcdef'],
    [
      'broken beside right',
      'abcdef',
      [
        { start: 4, end: 2 },
        { start: 0, end: 3 },
      ],
      'def',
    ],
    ['of nothing', '', [{}], ''],
  ])('%s', (_what, text, ranges, kept) => {
    expect(withoutFallback(text, ranges)).toBe(kept);
  });

  it.each([
    ['🧛🏾 👨‍👨‍👦‍👦 🇺🇳', { start: 3, end: 10 }, '🧛🏾  🇺🇳'],
    ['𝒳y𝒵', { start: 1, end: 2 }, '𝒳𝒵'],
    ['𝒳y𝒵', { end: 1 }, 'y𝒵'],
  ])('XEP-0426 §2 counts code points of %s', (text, range, kept) => {
    expect(withoutFallback(text, [range])).toBe(kept);
  });

  it('is what leaving out code points one by one gives', () => {
    const offset = fc.option(fc.nat(12), { nil: undefined });
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 10 }),
        fc.array(fc.record({ start: offset, end: offset }), { maxLength: 5 }),
        (text, offsets) => {
          const points = Array.from(text);
          const ranges = offsets.map(({ start, end }) => ({
            ...(start !== undefined && { start }),
            ...(end !== undefined && { end }),
          }));
          const gone = (at: number): boolean =>
            ranges.some(({ start = 0, end = points.length }) => end <= points.length && start <= at && at < end);
          expect(withoutFallback(text, ranges)).toBe(points.filter((_, at) => !gone(at)).join(''));
        },
      ),
    );
  });

  it('takes no more than 100 parts, also of a long text', () => {
    const text = '𝒳'.repeat(200_000);
    const ranges = Array.from({ length: 50_000 }, (_, at) => ({ start: 2 * at, end: 2 * at + 1 }));
    expect(Array.from(withoutFallback(text, ranges))).toHaveLength(199_900);
  });
});

describe('§2.2 of a message', () => {
  const body = '> Anna wrote:\n> Hi, how are you?\nGreat';
  const mark = (attrs: string, content = ''): string => `<fallback ${ns} ${attrs}>${content}</fallback>`;
  const strip = (payloads: string, forNs: string | readonly string[] = 'urn:xmpp:reply:0'): string =>
    stripFallback(body, xml(`<message>${payloads}</message>`), forNs);

  it.each([
    ['understood', mark(`for="urn:xmpp:reply:0"`, '<body start="0" end="33"/>'), 'Great'],
    ['for something else', mark(`for="urn:x"`, '<body start="0" end="33"/>'), body],
    ['for nothing that it names', mark('', '<body start="0" end="33"/>'), body],
    ['of the subject', mark(`for="urn:xmpp:reply:0"`, '<subject/>'), body],
    ['whole', mark(`for="urn:xmpp:reply:0"`), ''],
    ['not there', '', body],
    ['in another namespace', `<fallback xmlns="urn:xmpp:feature-fallback:0" for="urn:xmpp:reply:0"/>`, body],
    ['broken', mark(`for="urn:xmpp:reply:0"`, '<body start="0" end="x"/>'), body],
    [
      'broken, and another',
      mark(`for="urn:xmpp:reply:0"`, '<body start="x"/>') + mark(`for="urn:xmpp:reply:0"`, '<body end="33"/>'),
      'Great',
    ],
  ])('%s', (_what, payloads, shown) => {
    expect(strip(payloads)).toBe(shown);
  });

  it('for several specifications at once', () => {
    const payloads = mark(`for="urn:a"`, '<body end="14"/>') + mark(`for="urn:b"`, '<body start="14" end="33"/>');
    expect(strip(payloads, ['urn:a', 'urn:b'])).toBe('Great');
    expect(strip(payloads, ['urn:a'])).toBe('> Hi, how are you?\nGreat');
    expect(strip(payloads, [])).toBe(body);
  });

  it('the subject has parts of its own', () => {
    const message = xml(`<message>${mark(`for="urn:a"`, '<subject start="0" end="2"/><body/>')}</message>`);
    expect(stripFallback('Re: help', message, 'urn:a', 'subject')).toBe(': help');
    expect(stripFallback('Re: help', message, 'urn:a')).toBe('');
  });
});
