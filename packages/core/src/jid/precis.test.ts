import { describe, expect, test } from 'vitest';
import { JidError, createJid, tryParseJid } from './index.ts';
import { firstRefused } from './precis.ts';

const localOf = (text: string): string => createJid({ local: text, domain: 'b' }).local as string;

describe('RFC 8264 §8: the class of every code point, by the algorithm as it is printed', () => {
  const EXCEPTIONS_VALID = new Set([0xdf, 0x3c2, 0x6fd, 0x6fe, 0xf0b, 0x3007]);
  const EXCEPTIONS_CONTEXT = (code: number): boolean =>
    [0xb7, 0x375, 0x5f3, 0x5f4, 0x30fb].includes(code) ||
    (code >= 0x660 && code <= 0x669) ||
    (code >= 0x6f0 && code <= 0x6f9);
  const EXCEPTIONS_REFUSED = new Set([0x640, 0x7fa, 0x302e, 0x302f, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303b]);
  const isJamo = (code: number): boolean =>
    (code >= 0x1100 && code <= 0x11ff) || (code >= 0xa960 && code <= 0xa97c) || (code >= 0xd7b0 && code <= 0xd7fb);

  function classOf(code: number, char: string): 'valid' | 'free' | 'context' | 'refused' {
    if (EXCEPTIONS_VALID.has(code)) return 'valid';
    if (EXCEPTIONS_CONTEXT(code)) return 'context';
    if (EXCEPTIONS_REFUSED.has(code)) return 'refused';
    if (/\p{Cn}/u.test(char)) return 'refused';
    if (code >= 0x21 && code <= 0x7e) return 'valid';
    if (code === 0x200c || code === 0x200d) return 'context';
    if (isJamo(code)) return 'refused';
    if (/\p{Default_Ignorable_Code_Point}|\p{Noncharacter_Code_Point}/u.test(char)) return 'refused';
    if (/\p{Cc}/u.test(char)) return 'refused';
    if (char.normalize('NFKC') !== char) return 'free';
    if (/[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]/u.test(char)) return 'valid';
    if (
      /[\p{Lt}\p{Nl}\p{No}\p{Me}\p{Zs}\p{Sm}\p{Sc}\p{Sk}\p{So}\p{Pc}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}]/u.test(char)
    )
      return 'free';
    return 'refused';
  }

  test('agrees', () => {
    const wrong: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      const char = String.fromCodePoint(code);
      const expected = classOf(code, char);
      if (expected === 'context') continue;
      const identifier = firstRefused(char, true) < 0;
      const freeform = firstRefused(char, false) < 0;
      if (identifier !== (expected === 'valid') || freeform !== (expected !== 'refused')) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });
});

describe('RFC 5892 appendix A: contextual rules', () => {
  test.each([
    ['A.1 non-joiner after a virama', '\u0915\u094d\u200c\u0937'],
    ['A.1 non-joiner between joining letters', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
    ['A.1 with marks between', '\u0628\u064e\u200c\u064e\u0628'],
    ['A.2 joiner after a virama', '\u0915\u094d\u200d\u0937'],
    ['A.2 joiner after a virama beyond the BMP', '\u{11107}\u{11133}\u200d\u{11107}'],
    ['A.3 middle dot between two l', 'l\u00b7l'],
    ['A.3 again and again', 'l\u00b7l\u00b7l'],
    ['A.4 keraia before Greek', '\u0375\u03b1'],
    ['A.5 geresh after Hebrew', '\u05d2\u05f3'],
    ['A.6 gershayim after Hebrew', '\u05e6\u05f4\u05dc'],
    ['A.7 Katakana middle dot with Katakana', '\u30fb\u30a2'],
    ['A.7 with Han', '\u6f22\u30fb\u6f22'],
    ['A.8 Arabic-Indic digits', '\u0627\u0661\u0662'],
    ['A.9 extended Arabic-Indic digits', '\u0627\u06f1\u06f2'],
  ])('%s', (_, text) => {
    expect(firstRefused(text, true)).toBe(-1);
    expect(localOf(text)).toBe(text);
  });

  test.each([
    ['A.1 non-joiner between Latin letters', 'a\u200cb', 1],
    ['A.1 non-joiner after alef, which joins to its right only', '\u0627\u200c\u0628', 1],
    ['A.1 non-joiner at the end', '\u0628\u200c', 1],
    ['A.1 non-joiner at the beginning', '\u200c\u0628', 0],
    ['A.1 non-joiner before a mark and no letter', '\u0628\u200c\u0670', 1],
    ['A.1 two non-joiners', '\u0628\u200c\u200c\u0628', 1],
    ['A.1 two non-joiners after a virama', '\u0915\u094d\u200c\u200c\u0937', 3],
    ['A.2 joiner between Latin letters', 'a\u200db', 1],
    ['A.2 joiner between joining letters', '\u0628\u200d\u0628', 1],
    ['A.2 joiner after a mark of class 10', '\u05d0\u05b0\u200d', 2],
    ['A.2 joiner after a mark of class 8', '\u304b\u3099\u200d', 2],
    ['A.2 joiner after a mark of class 230', 'x\u0301\u200d', 2],
    ['A.3 middle dot after another letter', 'a\u00b7l', 1],
    ['A.3 middle dot before another letter', 'l\u00b7a', 1],
    ['A.4 keraia before Latin', '\u0375a', 0],
    ['A.4 keraia at the end', '\u03b1\u0375', 1],
    ['A.5 geresh first', '\u05f3\u05d2', 0],
    ['A.6 gershayim after Latin', 'a\u05f4', 1],
    ['A.7 Katakana middle dot with Latin', 'a\u30fbb', 1],
    ['A.8 and A.9 mixed', '\u0627\u0661\u06f1', 2],
  ])('%s', (_, text, at) => {
    expect(firstRefused(text, true)).toBe(at);
    expect(firstRefused(text, false)).toBe(at);
  });
});

describe('RFC 8265 §3.3 UsernameCaseMapped', () => {
  test.each([
    ['lower case', 'JULIET', 'juliet'],
    ['lower case beyond ASCII', '\u00c9\u0416\u0130', '\u00e9\u0436i\u0307'],
    ['final sigma by position', '\u0391\u03a3', '\u03b1\u03c2'],
    ['capital sharp s', 'STRA\u1e9eE', 'stra\u00dfe'],
    ['wide letters', '\uff2a\uff35\uff2c', 'jul'],
    ['narrow Katakana', '\uff76\uff9e', '\u30ac'],
    ['NFC', 'e\u0301', '\u00e9'],
    ['NFC of Hangul', '\u1112\u1161\u11ab', '\ud55c'],
    ['RFC 8264 §7: the class after the mapping', '\u212a\u212b\u2126', 'k\u00e5\u03c9'],
    ['ASCII punctuation', '!#$%()*+,-.;=?[\\]^_`{|}~', '!#$%()*+,-.;=?[\\]^_`{|}~'],
  ])('%s', (_, given, canonical) => {
    expect(localOf(given)).toBe(canonical);
    expect(localOf(canonical)).toBe(canonical);
  });

  test.each([...`"&'/:<>@ `])('RFC 7622 §3.3.1 refuses %j, also when it comes about by mapping', (char) => {
    expect(() => localOf(`a${char}b`)).toThrow(JidError);
    const wide = char === ' ' ? '\u3000' : String.fromCodePoint(char.charCodeAt(0) + 0xfee0);
    expect(() => localOf(`a${wide}b`)).toThrow(/XEP-0106/);
  });

  test.each(['\ufb01', '\u2460', '\u00b2', '\u00bd', '\u0132', '\u01c5', '\u2122', '\u{1d400}', '\u00a8'])(
    'refuses %s: it has a compatibility equivalent, or is no letter',
    (char) => {
      expect(() => localOf(char)).toThrow(JidError);
    },
  );

  test.each([
    ['Hebrew', '\u05d0\u05d1'],
    ['Hebrew, digits and punctuation', '\u05d0.1-\u05d1+2'],
    ['a mark at the end', '\u05d0\u05b7'],
    ['Arabic digits', '\u0627\u0661'],
    ['Adlam', '\u{1e922}\u{1e923}'],
    ['a long one', '\u05d0'.repeat(511)],
    ['hyphens that look like an A-label', '\u05d0--\u05d0'],
  ])('§3.3.1 the Bidi Rule takes %s', (_, text) => {
    expect(localOf(text)).toBe(text);
  });

  test.each([
    ['Latin then Hebrew', 'a\u05d0'],
    ['Hebrew then Latin', '\u05d0a'],
    ['Hebrew around Latin', '\u05d0a\u05d0'],
    ['digit first', '1\u05d0'],
    ['punctuation first', '.\u05d0'],
    ['punctuation last', '\u05d0.'],
    ['mark first', '\u05b7\u05d0'],
    ['Arabic digit first', '\u0661\u0627'],
    ['both kinds of digits', '\u0627\u06611'],
    ['an Arabic digit among Latin letters', 'a\u0661b'],
  ])('§3.3.1 the Bidi Rule refuses %s', (_, text) => {
    expect(() => localOf(text)).toThrow(/Bidi/);
  });

  test('RFC 8264 §7: one round of mapping is enough for every code point, alone and between others', () => {
    const unstable: string[] = [];
    for (let code = 0x80; code <= 0x10ffff; code++) {
      const char = String.fromCodePoint(code);
      if (!/[\p{L}\p{N}\p{M}]/u.test(char) || /\p{sc=Han}|\p{sc=Hang}|\p{sc=Tang}/u.test(char)) continue;
      for (const text of [char, `\u03b1${char}\u03a3`]) {
        const address = tryParseJid(`${text}@b/${text}`);
        if (address && tryParseJid(address.toString())?.toString() !== address.toString())
          unstable.push(code.toString(16));
      }
    }
    expect(unstable).toEqual([]);
  });
});
