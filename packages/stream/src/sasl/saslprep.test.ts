import { describe, expect, test } from 'vitest';
import { SaslError } from './error.ts';
import { saslprep } from './saslprep.ts';

describe('row 6: RFC 4013', () => {
  test.each([
    ['SOFT HYPHEN mapped to nothing', 'I\u00ADX', 'IX'],
    ['no transformation', 'user', 'user'],
    ['case preserved, will not match the one above', 'USER', 'USER'],
    ['output is NFKC, input in ISO 8859-1', '\u00AA', 'a'],
    ['output is NFKC, will match the first', '\u2168', 'IX'],
  ])('§3 %s', (_, input, output) => {
    expect(saslprep(input)).toBe(output);
  });

  test('§3 prohibited character', () => {
    expect(() => saslprep('\u0007', 'password')).toThrow('The password contains U+0007');
  });

  test('§3 bidirectional check', () => {
    expect(() => saslprep('\u0627\u0031')).toThrow('right-to-left');
  });

  test.each([
    ['no-break space', 'a\u00A0b', 'a b'],
    ['ideographic space', 'a\u3000b', 'a b'],
    ['zero-width space is a space here', 'a\u200Bb', 'a b'],
    ['variation selector', 'a\uFE0Fb', 'ab'],
    ['composed and decomposed are one', 'o\u0308', 'ö'],
    ['the first characters after ASCII', 'pässwörd', 'pässwörd'],
    ['assigned after Unicode 3.2', 'key\u{1F511}', 'key\u{1F511}'],
    ['Hebrew, right to left at both ends', '\u05D0\u0031\u05D1', '\u05D0\u0031\u05D1'],
    ['one Arabic letter', '\u0627', '\u0627'],
    ['Armenian letters, then a sign', '\u0561!', '\u0561!'],
  ])('§2.1, §2.2 %s', (_, input, output) => {
    expect(saslprep(input)).toBe(output);
  });

  test.each([
    ['NUL', 'a\0b'],
    ['DELETE', 'a\u007F'],
    ['C1 control', 'a\u0085'],
    ['line separator', 'a\u2028'],
    ['private use', 'a\uE000'],
    ['private use of plane 16', 'a\u{100000}'],
    ['noncharacter', 'a\uFFFE'],
    ['lone surrogate', 'a\uD800'],
    ['replacement character', 'a\uFFFD'],
    ['ideographic description', 'a\u2FF0'],
    ['left-to-right mark', 'a\u200E'],
    ['override', 'a\u202E'],
    ['tagging', 'a\u{E0061}'],
  ])('§2.3 %s is prohibited', (_, input) => {
    expect(() => saslprep(input)).toThrow(SaslError);
  });

  test.each([
    ['Hebrew with a Latin letter inside', '\u05D0a\u05D1'],
    ['a digit before Hebrew', '1\u05D0'],
    ['a line of Hebrew that ends in a sign', '\u05D0\u05D1!'],
  ])('§2.4 %s is refused', (_, input) => {
    expect(() => saslprep(input)).toThrow('right-to-left');
  });

  test.each([
    ['nothing', ''],
    ['only what is mapped to nothing', '\u00AD\u200D'],
  ])('%s is refused', (_, input) => {
    expect(() => saslprep(input, 'user name')).toThrow('The user name is empty');
  });
});
