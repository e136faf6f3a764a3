import type { Element } from '@xeps/core';
import { unstyled } from './schema.ts';
import { isSpace, leaf, parseSpans } from './spans.ts';
import type { PlainBlock, PreBlock, QuoteBlock, StyledBlock, StyledLeaf } from './styled.ts';

/** Quotations inside of each other; what would be deeper is text of the innermost. The specification has no bound. */
const MOST_QUOTES = 32;
/** A line that begins so begins preformatted text, one that is only that ends it (§6.1.2). */
const FENCE = '```';
const QUOTE = 0x3e;

/** A block that is still open: its `end` is that of the lines read so far. */
type Open<B extends QuoteBlock | PreBlock> = { -readonly [K in keyof B]: B[K] } & {
  readonly children: (B extends QuoteBlock ? StyledBlock | StyledLeaf : StyledLeaf)[];
};

/**
 * Reads Message Styling (§6): the blocks of a body, and the spans in them. Any text can be read; what is no valid styling
 * is plain text. No character is left out: the leaves, put together in order, are the body.
 *
 * Takes time and memory in proportion to the body. Quotations deeper than 32 are not told apart.
 *
 * @example
 * ```ts
 * import { parseStyling } from '@xeps/xep-0393';
 *
 * const [quote, plain] = parseStyling('> That that is, *is*.\nSaid the old hermit.');
 * console.log(quote?.type, plain?.type); // quote plain
 * ```
 */
export function parseStyling(body: string): StyledBlock[] {
  const blocks: StyledBlock[] = [];
  // The quotations that the line before was in, the outermost first.
  let quotes: Open<QuoteBlock>[] = [];
  // The preformatted text that the line before was in, and how many quotations are around it.
  let pre: Open<PreBlock> | undefined;
  let around = 0;

  for (let start = 0, end: number; start < body.length; start = end) {
    const lineBreak = body.indexOf('\n', start);
    end = lineBreak < 0 ? body.length : lineBreak + 1;

    // Preformatted text has no children: what begins like a quotation in it is text.
    const marks = quoteMarks(body, start, end, pre === undefined ? MOST_QUOTES : around);
    const at = marks.at(-1)?.end ?? start;
    // §6.1.2: it ends with its parent.
    if (marks.length < around) pre = undefined;
    const kept = Math.min(marks.length, quotes.length);
    quotes = quotes.slice(0, kept);
    // The signs of quotations that go on are inside of the innermost block that does.
    ((pre ?? quotes.at(-1))?.children as StyledLeaf[] | undefined)?.push(...marks.slice(0, kept));
    for (const mark of marks.slice(kept)) {
      const quote: Open<QuoteBlock> = {
        type: 'quote',
        start: mark.start,
        end,
        depth: quotes.length + 1,
        children: [mark],
      };
      (quotes.at(-1)?.children ?? blocks).push(quote);
      quotes.push(quote);
    }
    for (const quote of quotes) quote.end = end;

    const parent: (StyledBlock | StyledLeaf)[] = quotes.at(-1)?.children ?? blocks;
    if (pre !== undefined) {
      pre.end = end;
      const closes = at + FENCE.length === (lineBreak < 0 ? end : lineBreak) && isFence(body, at);
      pre.children.push(...leaf(closes ? 'directive' : 'text', at, end));
      if (closes) pre = undefined;
    } else if (isFence(body, at)) {
      const info = body.slice(at + FENCE.length, end).trim();
      pre = { type: 'pre', start: at, end, ...(info !== '' && { info }), children: leaf('directive', at, end) };
      around = quotes.length;
      parent.push(pre);
    } else if (at < end) {
      parent.push(plainBlock(body, at, end));
    }
  }
  return blocks;
}

/**
 * The blocks of a message's body; one plain block when its sender said that it is not to be styled (§7). The body is
 * given, because a message may have several, in several languages.
 */
export function styledBody(message: Element, body: string): StyledBlock[] {
  if (unstyled.safeFind(message) === undefined) return parseStyling(body);
  return body === '' ? [] : [{ type: 'plain', start: 0, end: body.length, children: leaf('text', 0, body.length) }];
}

/** The signs at the beginning of a line, each with the first white space after it, which is trimmed (§6.1.3). */
function quoteMarks(body: string, start: number, end: number, most: number): StyledLeaf[] {
  const marks: StyledLeaf[] = [];
  for (let at = start; marks.length < most && at < end && body.charCodeAt(at) === QUOTE;) {
    const mark = at++;
    // The line break is white space too, but no part of the line.
    if (at < end && isSpace(body.charCodeAt(at)) && body.charCodeAt(at) !== 0x0a) at++;
    marks.push({ type: 'directive', start: mark, end: at });
  }
  return marks;
}

function isFence(body: string, at: number): boolean {
  for (let i = 0; i < FENCE.length; i++) if (body.charCodeAt(at + i) !== FENCE.charCodeAt(i)) return false;
  return true;
}

/** §6.1.1: a line, and its spans. */
function plainBlock(body: string, start: number, end: number): PlainBlock {
  const lineEnd = body.charCodeAt(end - 1) === 0x0a ? end - 1 : end;
  const children = parseSpans(body, start, lineEnd);
  const last = children.at(-1);
  if (last?.type === 'text') children[children.length - 1] = { ...last, end };
  else children.push(...leaf('text', lineEnd, end));
  return { type: 'plain', start, end, children };
}
