import type { StyledRange, StyledSpan } from '@xeps/xep-0393';
import { codePointIndex } from '@xeps/xep-0426';
import type { MarkupInput, MarkupListInput, MarkupSpanInput } from './schema.ts';

/** Elements of one kind, and items of a list, that are read. */
const MOST = 1000;

/** A part of the body that is something, offsets in UTF-16 units. */
export interface SpanRange extends StyledRange {
  /** What it is, one thing at least, the outermost first. */
  readonly types: readonly StyledSpan['type'][];
}

interface QuoteRange extends StyledRange {
  readonly type: 'quote';
}
interface ListRange extends StyledRange {
  readonly type: 'list';
  readonly ordered: boolean;
  /** Where its items begin, in order, the first where the list begins. */
  readonly items: readonly number[];
}
interface PreRange extends StyledRange {
  readonly type: 'pre';
  readonly info?: string;
}
/** A block of the markup, before its children are known. */
export type BlockRange = QuoteRange | ListRange | PreRange;

/**
 * The ranges of a markup that the body has, in the order of the body; those that begin together the longer first, and of
 * the same length a quotation around a list around code. Spans that begin together are in the order of the markup.
 */
export function toRanges(body: string, markup: MarkupInput): { blocks: BlockRange[]; spans: SpanRange[] } {
  const index = codePointIndex(body);
  const within = <T>(all: readonly (T & StyledRange)[] | undefined): (T & StyledRange)[] =>
    (all ?? []).slice(0, MOST).flatMap((each) => {
      const start = index.toUtf16(each.start);
      const end = index.toUtf16(each.end);
      return start !== undefined && end !== undefined && start < end ? [{ ...each, start, end }] : [];
    });
  const blocks: BlockRange[] = [
    ...within(markup.quotes).map(({ start, end }): QuoteRange => ({ type: 'quote', start, end })),
    ...within<MarkupListInput>(markup.lists).flatMap(({ start, end, ordered = false, items = [] }): ListRange[] => {
      const places = items.slice(0, MOST).map((item) => index.toUtf16(item.start) ?? end);
      const begins = [...new Set(places)].filter((at) => at >= start && at < end).sort((a, b) => a - b);
      return begins[0] === start ? [{ type: 'list', start, end, ordered, items: begins }] : [];
    }),
    ...within(markup.code).map(({ start, end, language }): PreRange => ({
      type: 'pre',
      start,
      end,
      ...(language !== undefined && { info: language }),
    })),
  ];
  const spans = within(markup.spans).flatMap(({ start, end, ...kinds }): SpanRange[] => {
    const types = typesOf(kinds);
    return types.length === 0 ? [] : [{ start, end, types }];
  });
  return {
    blocks: blocks.sort((a, b) => a.start - b.start || b.end - a.end),
    spans: spans.sort((a, b) => a.start - b.start),
  };
}

/** §4.1: what a span is. One that is nothing known is passed over (§5). */
function typesOf({ strong, emphasis, deleted, code }: Omit<MarkupSpanInput, 'start' | 'end'>): StyledSpan['type'][] {
  const types: StyledSpan['type'][] = [];
  if (strong === true) types.push('strong');
  if (emphasis === true) types.push('emphasis');
  if (deleted === true) types.push('strike');
  if (code === true) types.push('code');
  return types;
}
