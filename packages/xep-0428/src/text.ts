import type { Element } from '@xeps/core';
import { codePointIndex } from '@xeps/xep-0426';
import { fallback } from './schema.ts';
import type { Fallback, FallbackRange } from './schema.ts';

/** Parts of one text that are looked at; more are nothing that a client writes. */
const MOST_RANGES = 100;

/** Which text of a message is meant. */
export type FallbackPart = 'body' | 'subject';

/** The parts of a text that a decoded `<fallback/>` marks (§2.2: without any parts, the whole of every text). */
export function fallbackRanges(indication: Fallback, part: FallbackPart = 'body'): readonly FallbackRange[] {
  return indication.body.length + indication.subject.length === 0 ? [{}] : indication[part];
}

/**
 * A text without its marked parts, which are counted in Unicode code points (XEP-0426 §2). Parts may overlap. One that is
 * empty, ends before it begins, or reaches beyond the text was counted for another text: it is passed over, because text
 * that is shown twice is better than text that is lost.
 */
export function withoutFallback(text: string, ranges: readonly FallbackRange[]): string {
  if (ranges.length === 0) return text;
  const index = codePointIndex(text);
  const cuts: [from: number, to: number][] = [];
  for (const { start = 0, end = index.length } of ranges.slice(0, MOST_RANGES)) {
    const [from, to] = [index.toUtf16(start), index.toUtf16(end)];
    if (from !== undefined && to !== undefined && from < to) cuts.push([from, to]);
  }
  cuts.sort(([a], [b]) => a - b);
  let kept = '';
  let at = 0;
  for (const [from, to] of cuts) {
    if (from > at) kept += text.slice(at, from);
    at = Math.max(at, to);
  }
  return kept + text.slice(at);
}

/**
 * The body of a message, or its subject, without what is there for those who do not understand the namespaces `forNs`
 * (§2.2). Only name what was understood in this message and is shown in another way: what is left out is lost to the reader.
 *
 * A broken indication is passed over, and so is one that does not say what it is for.
 *
 * @example
 * ```ts
 * import type { Element } from '@xeps/core';
import { codePointIndex } from '@xeps/xep-0426';
 * import { messageBody } from '@xeps/rfc-6121';
 * import { stripFallback } from '@xeps/xep-0428';
 *
 * export function shownText(message: Element): string {
 *   return stripFallback(messageBody.find(message)?.text ?? '', message, 'urn:xmpp:reply:0');
 * }
 * ```
 */
export function stripFallback(
  text: string,
  message: Element,
  forNs: string | readonly string[],
  part: FallbackPart = 'body',
): string {
  const understood = typeof forNs === 'string' ? [forNs] : forNs;
  const ranges: FallbackRange[] = [];
  for (const child of message.children) {
    if (typeof child !== 'object' || !fallback.is(child)) continue;
    const decoded = fallback.safeDecode(child);
    if (!decoded.ok || decoded.value.for === undefined || !understood.includes(decoded.value.for)) continue;
    for (const range of fallbackRanges(decoded.value, part)) ranges.push(range);
  }
  return withoutFallback(text, ranges);
}
