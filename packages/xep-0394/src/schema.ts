import { attr, boolean, children, element, flag, integer, optional, string, withDefault } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §1: the namespace of message markup. */
export const NS_MARKUP = 'urn:xmpp:markup:0';

/** §4.1: from the code point `start` up to, without, `end` (XEP-0426). */
const range = {
  start: /* @__PURE__ */ attr(/* @__PURE__ */ integer()),
  end: /* @__PURE__ */ attr(/* @__PURE__ */ integer()),
};

const $span = /* @__PURE__ */ element(NS_MARKUP, 'span', {
  ...range,
  emphasis: flag(),
  strong: flag(),
  code: flag(),
  deleted: flag(),
});
/** §4.1: a part of the body, and what it is; it may be several things at once. */
export interface MarkupSpan extends Infer<typeof $span> {}
/** {@link MarkupSpan} for encoding. */
export interface MarkupSpanInput extends InferInput<typeof $span> {}
/** §4.1: `<span/>`. */
export const markupSpan: ElementSchema<MarkupSpan, MarkupSpanInput> = $span;

const $code = /* @__PURE__ */ element(NS_MARKUP, 'bcode', { ...range, language: optional(attr()) });
/** §4.2: a block of code, and the language it is in; which names languages have is not specified. */
export interface MarkupCode extends Infer<typeof $code> {}
/** {@link MarkupCode} for encoding. */
export interface MarkupCodeInput extends InferInput<typeof $code> {}
/** §4.2: `<bcode/>`. */
export const markupCode: ElementSchema<MarkupCode, MarkupCodeInput> = $code;

const $item = /* @__PURE__ */ element(NS_MARKUP, 'li', { start: attr(integer()) });
/** §4.3: an item of a list: up to the next item, or the end of the list. */
export interface MarkupItem extends Infer<typeof $item> {}
/** {@link MarkupItem} for encoding. */
export interface MarkupItemInput extends InferInput<typeof $item> {}
/** §4.3: `<li/>`. */
export const markupItem: ElementSchema<MarkupItem, MarkupItemInput> = $item;

const $list = /* @__PURE__ */ element(NS_MARKUP, 'list', {
  ...range,
  ordered: withDefault(attr(boolean), false),
  items: children(markupItem, { skipBroken: true }),
});
/** §4.3: a list. Its first item begins where the list begins. */
export interface MarkupList extends Infer<typeof $list> {}
/** {@link MarkupList} for encoding. */
export interface MarkupListInput extends InferInput<typeof $list> {}
/** §4.3: `<list/>`. */
export const markupList: ElementSchema<MarkupList, MarkupListInput> = $list;

const $quote = /* @__PURE__ */ element(NS_MARKUP, 'bquote', range);
/** §4.4: a quotation; one that contains another, or is contained, is nested. */
export interface MarkupQuote extends Infer<typeof $quote> {}
/** {@link MarkupQuote} for encoding. */
export interface MarkupQuoteInput extends InferInput<typeof $quote> {}
/** §4.4: `<bquote/>`. */
export const markupQuote: ElementSchema<MarkupQuote, MarkupQuoteInput> = $quote;

const $markup = /* @__PURE__ */ element(NS_MARKUP, 'markup', {
  lang: optional(attr(string, 'xml:lang')),
  spans: children(markupSpan, { skipBroken: true }),
  code: children(markupCode, { skipBroken: true }),
  lists: children(markupList, { skipBroken: true }),
  quotes: children(markupQuote, { skipBroken: true }),
});
/** §4: the markup of one body, by kind. What is unknown or broken is passed over (§5). */
export interface Markup extends Infer<typeof $markup> {}
/** {@link Markup} for encoding. */
export interface MarkupInput extends InferInput<typeof $markup> {}
/** §4: `<markup/>`. A message may have several, one for the body in each language; `markupFor` chooses. */
export const markup: ElementSchema<Markup, MarkupInput> = $markup;
