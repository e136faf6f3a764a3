import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StreamParserOptions } from '../../src/xml/stream-parser.ts';
import { documents, HEADER, observe } from './documents.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const split = (whole: Uint8Array, at: readonly number[]): Uint8Array[] => {
  const cuts = [0, ...at.toSorted((a, b) => a - b), whole.length];
  return cuts.slice(1).map((cut, index) => whole.slice(cuts[index], cut));
};

describe('any division of the input gives the same', () => {
  for (const [name, text] of Object.entries(documents)) {
    test(name, () => {
      const whole = bytes(text);
      const expected = observe([whole]);
      for (let at = 0; at <= whole.length; at++) expect(observe(split(whole, [at]))).toEqual(expected);
      expect(observe(split(whole, [...whole.keys()]))).toEqual(expected);
    });
  }

  test('as text, cut between any two UTF-16 code units', () => {
    for (const text of Object.values(documents)) {
      const expected = observe([bytes(text)]);
      for (let at = 0; at <= text.length; at++) expect(observe([text.slice(0, at), text.slice(at)])).toEqual(expected);
      expect(observe(text.split(''))).toEqual(expected);
    }
  });

  test('arbitrary documents, damaged or not', () => {
    const alphabet = fc.constantFrom(
      '<a>',
      '</a>',
      '<b/>',
      "<b c='d'>",
      '</b>',
      '<',
      '>',
      '/',
      "'",
      '"',
      '&',
      ';',
      '&amp;',
      '&#65;',
      ']]>',
      '<![CDATA[',
      '<!',
      '<?',
      '?>',
      '\u0000',
      '\ufffe',
      '\n',
      '\r',
      ' ',
      'é',
      '😀',
      'x',
      '=',
      ':',
      '<p:q',
      " xmlns='urn:a'",
      " xmlns:p='urn:p'",
      " p:r='1'",
      '</stream:stream>',
    );
    fc.assert(
      fc.property(
        fc.array(alphabet, { maxLength: 30 }),
        fc.array(fc.nat(400), { maxLength: 8 }),
        fc.boolean(),
        (parts, at, fragments) => {
          const whole = bytes((fragments ? '' : HEADER) + parts.join(''));
          const options: StreamParserOptions = {
            fragments,
            xmlns: 'jabber:client',
            limits: { maxDepth: 3, maxBytes: 200, maxChildren: 5, maxAttributes: 2 },
          };
          expect(
            observe(
              split(
                whole,
                at.map((cut) => cut % (whole.length + 1)),
              ),
              options,
            ),
          ).toEqual(observe([whole], options));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(fc.nat(300), { maxLength: 5 }), (noise, at) => {
        const whole = new Uint8Array([...bytes(`${HEADER}<a>`), ...noise, ...bytes('</a><b/>')]);
        expect(
          observe(
            split(
              whole,
              at.map((cut) => cut % (whole.length + 1)),
            ),
          ),
        ).toEqual(observe([whole]));
      }),
      { numRuns: 1500 },
    );
  });
});
