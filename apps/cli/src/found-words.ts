/** Where in a text the words of a search are. */
import { queryWords, searchWords } from '@xeps/im/store';
import type { Line, Span } from './terminal-text.ts';

/** A part of a text: from `start` up to, without, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The places in a text that a search for `query` found: whole words, and for the last word those that begin with it. */
export function foundIn(text: string, query: string): Range[] {
  const wanted = queryWords(query);
  const last = wanted.at(-1);
  if (last === undefined) return [];
  const isWanted = (word: string): boolean => wanted.includes(word) || word.startsWith(last);
  const found: Range[] = [];
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}\p{M}\p{Emoji_Presentation}]+/gu)) {
    const whole = { start: index, end: index + word.length };
    const words = searchWords(word);
    if (words.length === 1) {
      if (isWanted(words[0]!)) found.push(whole);
      continue;
    }
    // Without spaces between them, the words are looked for as they are written.
    const before = found.length;
    for (const each of wanted)
      for (let at = word.indexOf(each); at >= 0; at = word.indexOf(each, at + each.length))
        found.push({ start: index + at, end: index + at + each.length });
    if (found.length === before && words.some(isWanted)) found.push(whole);
  }
  return joined(found);
}

/** Lines in which what a search found is marked. */
export function markFound(lines: readonly Line[], query: string): Line[] {
  return lines.map((line) => {
    const places = foundIn(line.map(({ text }) => text).join(''), query);
    let at = 0;
    return line.flatMap((span): Span[] => {
      const start = at;
      at += span.text.length;
      const cuts = places
        .flatMap((place) => [place.start, place.end])
        .filter((cut) => cut > start && cut < at)
        .map((cut) => cut - start);
      return [0, ...cuts].map((from, n) => {
        const text = span.text.slice(from, cuts[n]);
        const isFound = places.some((place) => place.start <= start + from && start + from < place.end);
        return isFound ? { ...span, text, styles: [...(span.styles ?? []), 'found'] } : { ...span, text };
      });
    });
  });
}

function joined(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last !== undefined && range.start <= last.end)
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    else result.push(range);
  }
  return result;
}
