import type { Element } from '@xeps/core';
import { messageBody, textFor } from '@xeps/rfc-6121';
import { content } from './schema.ts';

/** What a message says, in one type. */
export interface TypedText {
  /** In lower case and without parameters, such as `text/markdown`. */
  readonly type: string;
  readonly text: string;
}

/** Which of the bodies of a message to take, where there are several. */
export interface ContentOptions {
  /** The languages that the user reads, the best first, as `textFor` takes them. */
  readonly languages?: readonly string[] | undefined;
}

/**
 * All that a message offers (§2.3): its contents in their order, those without text of their own standing for the body
 * (§2.1), then the body as `text/plain`. Of two of one type the first, and no broken ones; nothing of a bounce.
 */
export function contentsOf(message: Element, options: ContentOptions = {}): TypedText[] {
  if (message.attrs['type'] === 'error') return [];
  const bodies = new Map<string, string>();
  const contents = new Map<string, string | undefined>();
  for (const child of message.children) {
    if (typeof child !== 'object') continue;
    if (messageBody.is(child)) {
      const { lang = '', text } = messageBody.decode(child);
      if (!bodies.has(lang)) bodies.set(lang, text);
    } else if (content.is(child)) {
      const decoded = content.safeDecode(child);
      if (!decoded.ok) continue;
      const { type, text } = decoded.value;
      const name = essence(type);
      if (!contents.has(name)) contents.set(name, text);
    }
  }
  const body = textFor(bodies, options.languages, message.attrs['xml:lang'] as string | undefined);
  if (!contents.has('text/plain')) contents.set('text/plain', body);
  const offered: TypedText[] = [];
  for (const [type, text = body] of contents) if (text !== undefined) offered.push({ type, text });
  return offered;
}

/**
 * What to show of a message: the first of `types` that it offers, otherwise the body as `text/plain` (§2.2).
 * `undefined` when there is neither.
 *
 * Nobody checks that the texts say the same (§2.2 only asks for it), nor that one of type `text/html` is harmless.
 *
 * @example
 * ```ts
 * import type { Element } from '@xeps/core';
 * import { chooseContent } from '@xeps/xep-0481';
 *
 * export function show(message: Element): string {
 *   const { type, text } = chooseContent(message, ['text/markdown']) ?? { type: 'text/plain', text: '' };
 *   return type === 'text/markdown' ? `with styles: ${text}` : text;
 * }
 * ```
 */
export function chooseContent(
  message: Element,
  types: readonly string[],
  options: ContentOptions = {},
): TypedText | undefined {
  const offered = new Map(contentsOf(message, options).map((one) => [one.type, one]));
  for (const type of [...types, 'text/plain']) {
    const found = offered.get(essence(type));
    if (found !== undefined) return found;
  }
  return undefined;
}

function essence(type: string): string {
  return type.split(';', 1)[0]!.trim().toLowerCase();
}
