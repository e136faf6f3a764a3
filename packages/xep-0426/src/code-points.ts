/**
 * How many characters a text has (§2): its Unicode code points. Text that came over the wire is counted as it is, after
 * its character references were resolved and without normalising it. A surrogate without its other half, which XML can't
 * hold, counts as one.
 */
export function codePointLength(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at += width(text, at)) length++;
  return length;
}

/**
 * The characters from `begin` up to, without, `end` (§3), both counted in code points; to the end of the text when `end`
 * is left out. Offsets that the text does not have are cut to its end, as `slice` cuts them; an empty text for a range
 * that ends before it begins.
 *
 * An offset may part what is drawn as one glyph: that is one of the two ways that §2.1 allows.
 *
 * @throws RangeError when an offset is not a whole number from 0.
 */
export function sliceCodePoints(text: string, begin: number, end: number = Number.MAX_SAFE_INTEGER): string {
  check(begin);
  check(end);
  let left = begin;
  let at = 0;
  for (; at < text.length && left > 0; left--) at += width(text, at);
  const from = at;
  for (left = end - begin; at < text.length && left > 0; left--) at += width(text, at);
  return text.slice(from, at);
}

/** Offsets into one text, counted in both ways. */
export interface CodePointIndex {
  /** The number of code points in the text. */
  readonly length: number;
  /**
   * Where the character with that number begins, in UTF-16 units as `slice` takes them; for {@link length}, the end of the
   * text. `undefined` for what is no offset into the text, which an offset from elsewhere may be.
   */
  toUtf16(codePoints: number): number | undefined;
  /**
   * How many characters come before that UTF-16 offset; inside of a surrogate pair, before the pair. `undefined` for what
   * is no offset into the text.
   */
  toCodePoints(utf16: number): number | undefined;
}

/**
 * Counts a text once, for any number of offsets into it (§2.2: JavaScript's strings count UTF-16 units). Takes the time of
 * one walk over the text, and memory only for the characters outside of the Basic Multilingual Plane; each conversion
 * takes the logarithm of their number.
 *
 * @example
 * ```ts
 * import { codePointIndex } from '@xeps/xep-0426';
 *
 * const body = '🧛🏾 bites';
 * const index = codePointIndex(body);
 * const begin = body.indexOf('bites');
 * console.log(begin, index.toCodePoints(begin)); // 5 3
 * ```
 */
export function codePointIndex(text: string): CodePointIndex {
  // Where surrogate pairs begin, in UTF-16 units. The k-th of them begins at the code point pairs[k] - k.
  const pairs: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (width(text, at) === 1) continue;
    pairs.push(at);
    at++;
  }
  const length = text.length - pairs.length;
  /** How many pairs, counted by their place among the units (`shift` 0) or among the code points (1), are before `limit`. */
  function before(limit: number, shift: 0 | 1): number {
    let low = 0;
    let high = pairs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (pairs[middle]! - shift * middle < limit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  return {
    length,
    toUtf16: (codePoints) => (isOffset(codePoints, length) ? codePoints + before(codePoints, 1) : undefined),
    toCodePoints: (utf16) => (isOffset(utf16, text.length) ? utf16 - before(utf16, 0) : undefined),
  };
}

/** How many UTF-16 units the code point at `at` takes. */
function width(text: string, at: number): 1 | 2 {
  if ((text.charCodeAt(at) & 0xfc00) !== 0xd800 || at + 1 === text.length) return 1;
  return (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00 ? 2 : 1;
}

function isOffset(offset: number, length: number): boolean {
  return Number.isInteger(offset) && offset >= 0 && offset <= length;
}

function check(offset: number): void {
  if (!isOffset(offset, Number.MAX_SAFE_INTEGER))
    throw new RangeError(`an offset is a whole number of code points from 0, not ${offset}`);
}
