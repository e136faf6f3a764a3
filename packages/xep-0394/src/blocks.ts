import type { Element } from '@xeps/core';
import type { ListBlock, ListItem, PreBlock, QuoteBlock, StyledBlock, StyledInline, StyledSpan } from '@xeps/xep-0393';
import { toRanges } from './ranges.ts';
import type { BlockRange, SpanRange } from './ranges.ts';
import { markup } from './schema.ts';
import type { Markup, MarkupInput } from './schema.ts';

/** Blocks inside of each other; what would be deeper is passed over. The specification has no bound. */
const MOST_DEPTH = 32;

/**
 * The markup of a message's body: the `<markup/>` in the language of that body, which is its `xml:lang`, or the message's
 * when left out (§8). `undefined` when there is none, or none that can be read.
 */
export function markupFor(message: Element, lang?: string): Markup | undefined {
  const own = String(message.attrs['xml:lang'] ?? '');
  const language = (named: string | undefined): string =>
    (named === undefined || named === '' ? own : named).toLowerCase();
  const wanted = language(lang);
  return markup.findAll(message).find((each) => language(each.lang) === wanted);
}

/**
 * The blocks of a body and the spans in them, in the shape of XEP-0393's `parseStyling`: a renderer needs to know one.
 * What no block covers is in plain blocks, of one line or several. Offsets are in UTF-16 units again. No character is left
 * out or added, whatever the markup says (§2), and none is a directive.
 *
 * Passed over is what breaks the rules (§5) or is out of range: what overlaps another's boundary, of two the later one;
 * a list whose first item does not begin with it. Of each kind the first 1000 are read, and blocks down to a depth of 32.
 * Takes the time of sorting them and of one walk over the body.
 *
 * @example
 * ```ts
 * import { markupBlocks } from '@xeps/xep-0394';
 *
 * const body = 'There is really no reason to worry.';
 * const [plain] = markupBlocks(body, { spans: [{ start: 9, end: 15, emphasis: true }] });
 * console.log(plain?.children.map(({ start, end }) => body.slice(start, end))); // There is ·really· no reason to worry.
 * ```
 */
export function markupBlocks(body: string, input: MarkupInput): StyledBlock[] {
  const { blocks: ranges, spans } = toRanges(body, input);
  let nextRange = 0;
  let nextSpan = 0;

  /** The blocks from `start` to `end`, all of a block's contents. */
  function fill(start: number, end: number, depth: number, quoted: number): StyledBlock[] {
    const blocks: StyledBlock[] = [];
    let at = start;
    const plain = (until: number): void => {
      if (at < until) blocks.push({ type: 'plain', start: at, end: until, children: inline(at, until) });
    };
    for (let range = ranges[nextRange]; range !== undefined && range.start < end; range = ranges[nextRange]) {
      nextRange++;
      if (range.start < at || range.end > end || depth === MOST_DEPTH) continue;
      plain(range.start);
      blocks.push(block(range, depth + 1, quoted));
      at = range.end;
    }
    plain(end);
    return blocks;
  }

  function block(range: BlockRange, depth: number, quoted: number): PreBlock | QuoteBlock | ListBlock {
    const { start, end } = range;
    if (range.type === 'quote')
      return { type: 'quote', start, end, depth: quoted + 1, children: fill(start, end, depth, quoted + 1) };
    if (range.type === 'pre') return { ...range, children: inline(start, end) };
    const children = range.items.map((from, i): ListItem => {
      const to = range.items[i + 1] ?? end;
      return { type: 'item', start: from, end: to, children: fill(from, to, depth, quoted) };
    });
    return { type: 'list', start, end, ordered: range.ordered, children };
  }

  /** Text without blocks, and the spans that are in it whole. */
  function inline(start: number, end: number): StyledInline[] {
    const children: StyledInline[] = [];
    let at = start;
    const text = (until: number): void => {
      if (at < until) children.push({ type: 'text', start: at, end: until });
    };
    for (let span = spans[nextSpan]; span !== undefined && span.start < end; span = spans[nextSpan]) {
      nextSpan++;
      if (span.start < at || span.end > end) continue;
      text(span.start);
      children.push(nest(span));
      at = span.end;
    }
    text(end);
    return children;
  }

  return fill(0, body.length, 0, 0);
}

/** A span that is several things at once, as spans inside of each other. */
function nest({ start, end, types }: SpanRange): StyledSpan {
  const [first, ...others] = types.toReversed();
  let span: StyledSpan = { type: first!, start, end, children: [{ type: 'text', start, end }] };
  for (const type of others) span = { type, start, end, children: [span] };
  return span;
}
