import type { StyledInline, StyledLeaf, StyledSpan } from './styled.ts';

/** §6.2.2–6.2.5: the directives, by character. */
const kinds: ReadonlyMap<number, StyledSpan['type']> = /* @__PURE__ */ new Map([
  [0x5f, 'emphasis'],
  [0x2a, 'strong'],
  [0x7e, 'strike'],
  [0x60, 'code'],
]);

/** The places in a line where a span may end, by directive, in order; those passed are dropped from `next` on. */
type Closings = ReadonlyMap<number, { readonly places: number[]; next: number }>;

/**
 * Reads the spans of a line (§6.2), which ends before its line break. Takes time in proportion to the line: places where
 * a span may end are found beforehand, each is passed once, and spans of one kind can't contain each other.
 */
export function parseSpans(text: string, start: number, end: number): StyledInline[] {
  const closings: Closings = new Map([...kinds.keys()].map((code) => [code, { places: [], next: 0 }]));
  let any = false;
  for (let at = start + 1; at < end; at++) {
    const found = closings.get(text.charCodeAt(at));
    // The closing directive is not preceded by white space.
    if (found === undefined || isSpace(text.charCodeAt(at - 1))) continue;
    found.places.push(at);
    any = true;
  }
  return any ? spansWithin(text, start, end, closings) : leaf('text', start, end);
}

/** The spans in a line, or in a span whose opening directive stands before `start` and whose closing one stands at `end`. */
function spansWithin(text: string, start: number, end: number, closings: Closings): StyledInline[] {
  const children: StyledInline[] = [];
  let plain = start;
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    const type = kinds.get(code);
    if (type !== undefined && mayOpen(text, at, start)) {
      const close = nextClosing(closings, code, at);
      // There must be text between two directives, otherwise neither is valid; and the second can't open either, since
      // what is before it doesn't.
      if (close !== undefined && close > at + 1 && close < end) {
        children.push(...leaf('text', plain, at), {
          type,
          start: at,
          end: close + 1,
          children: [
            ...leaf('directive', at, at + 1),
            // §6.2.5: inside of a preformatted span there is plain text only.
            ...(type === 'code' ? leaf('text', at + 1, close) : spansWithin(text, at + 1, close, closings)),
            ...leaf('directive', close, close + 1),
          ],
        });
        at = close + 1;
        plain = at;
        continue;
      }
    }
    at++;
  }
  children.push(...leaf('text', plain, end));
  return children;
}

/**
 * An opening directive stands at the beginning, after white space, or after a different opening directive, which is where
 * the text of a span begins. It is not followed by white space.
 */
function mayOpen(text: string, at: number, start: number): boolean {
  return (at === start || isSpace(text.charCodeAt(at - 1))) && !isSpace(text.charCodeAt(at + 1));
}

/** Spans are matched lazily: the first place behind `at`. Calls come in the order of the text. */
function nextClosing(closings: Closings, code: number, at: number): number | undefined {
  const found = closings.get(code)!;
  while (found.next < found.places.length && found.places[found.next]! <= at) found.next++;
  return found.places[found.next];
}

/** A leaf; none for an empty range. */
export function leaf(type: StyledLeaf['type'], start: number, end: number): StyledLeaf[] {
  return start < end ? [{ type, start, end }] : [];
}

/** §4: whether a character has the property `White_Space` or is in category Z. All of them are one UTF-16 unit. */
export function isSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  return /[\p{White_Space}\p{Z}]/u.test(String.fromCharCode(code));
}
