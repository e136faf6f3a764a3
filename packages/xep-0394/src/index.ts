/**
 * XEP-0394: Message Markup. Tells which parts of a message are emphasised, code, lists or quotations, beside its text.
 *
 * @packageDocumentation
 */
export { markupBlocks, markupFor } from './blocks.ts';
export { markup, markupCode, markupItem, markupList, markupQuote, markupSpan, NS_MARKUP } from './schema.ts';
export type {
  Markup,
  MarkupCode,
  MarkupCodeInput,
  MarkupInput,
  MarkupItem,
  MarkupItemInput,
  MarkupList,
  MarkupListInput,
  MarkupQuote,
  MarkupQuoteInput,
  MarkupSpan,
  MarkupSpanInput,
} from './schema.ts';
