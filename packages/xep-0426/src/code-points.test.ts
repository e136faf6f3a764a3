import { xml } from '@xeps/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codePointIndex, codePointLength, sliceCodePoints } from './index.ts';

const family = '👨‍👨‍👦‍👦';

it.each([
  ['', 0],
  ['Hello, world!', 13],
  ['You & Me', 8],
  ['こんにちは世界', 7],
  [`🧛🏾 ${family} 🇺🇳`, 13],
])('§2 %j has as many characters as the table says', (text, length) => {
  expect(codePointLength(text)).toBe(length);
  expect(codePointIndex(text).length).toBe(length);
});

it('§2 a reference counts as what it refers to', () => {
  const body = xml('<body>You &amp; Me &#x1F9DB;</body>').getText();
  expect(codePointLength(body)).toBe(10);
});

it('§2 nothing is normalised: a letter and its accent are two, together they are one', () => {
  expect(codePointLength('e\u0301')).toBe(2);
  expect(codePointLength('\u00e9')).toBe(1);
});

it.each([
  ['\ud83e', 1],
  ['\udddb', 1],
  ['\udddb\ud83e', 2],
  ['\ud83e\ud83e\udddb', 2],
  ['\ud83e\udddb\udddb', 2],
  ['a\ud83eb', 3],
])('a surrogate without its other half is one character: %#', (text, length) => {
  expect(codePointLength(text)).toBe(length);
  expect(codePointIndex(text).length).toBe(length);
  expect(sliceCodePoints(text, 0, length)).toBe(text);
});

describe('§3 subsequences', () => {
  it.each([
    ['Hello, world!', 7, 12, 'world'],
    ['🧛🏾 bites', 3, 8, 'bites'],
    ['🧛🏾 bites', 0, 2, '🧛🏾'],
    ['🧛🏾 bites', 3, undefined, 'bites'],
    ['🧛🏾', 0, 2, '🧛🏾'],
    ['🧛🏾', 1, 1, ''],
    ['🧛🏾', 2, 1, ''],
    ['🧛🏾', 1, 99, '🏾'],
    ['🧛🏾', 99, 100, ''],
  ])('%j from %d to %d is %j', (text, begin, end, expected) => {
    expect(sliceCodePoints(text, begin, end)).toBe(expected);
  });

  it('§2.1 an offset inside of a grapheme cluster parts it', () => {
    expect(sliceCodePoints(`${family}!`, 0, 1)).toBe('👨');
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('%d is no offset', (offset) => {
    expect(() => sliceCodePoints('abc', offset)).toThrow(RangeError);
    expect(() => sliceCodePoints('abc', 0, offset)).toThrow('whole number of code points');
    expect(codePointIndex('abc').toUtf16(offset)).toBeUndefined();
    expect(codePointIndex('abc').toCodePoints(offset)).toBeUndefined();
  });
});

describe('an index', () => {
  it('knows both offsets, and inside of a pair that of the pair', () => {
    const index = codePointIndex('a🧛b🏾');
    expect([0, 1, 2, 3, 4, 5].map(index.toUtf16)).toEqual([0, 1, 3, 4, 6, undefined]);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(index.toCodePoints)).toEqual([0, 1, 1, 2, 3, 3, 4, undefined]);
  });

  it('agrees with the platform on any text', () => {
    const text = fc.string({ unit: fc.oneof(fc.constantFrom('\ud83e', '\udddb', 'a'), fc.string({ unit: 'binary' })) });
    fc.assert(
      fc.property(text, (value) => {
        const characters = [...value];
        const index = codePointIndex(value);
        expect(codePointLength(value)).toBe(characters.length);
        expect(index.length).toBe(characters.length);
        const begins: number[] = [];
        for (const [at, character] of characters.entries()) for (const _unit of character.split('')) begins.push(at);
        expect(begins.map((_begin, utf16) => index.toCodePoints(utf16))).toEqual(begins);
        const places = characters.map((_character, at) => begins.indexOf(at));
        expect(places.map((_place, at) => index.toUtf16(at))).toEqual(places);
        expect(characters.map((_character, at) => sliceCodePoints(value, at, at + 1))).toEqual(characters);
        expect(index.toUtf16(characters.length)).toBe(value.length);
      }),
    );
  });
});
