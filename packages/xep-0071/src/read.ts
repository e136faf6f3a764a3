import type { Element } from '@xeps/core';
import { messageBody, textFor } from '@xeps/rfc-6121';
import { sanitizeXhtml } from './sanitize.ts';
import type { XhtmlTree } from './sanitize.ts';
import { xhtmlIm } from './schema.ts';

/** What begins on a line of its own, and ends one. */
const blocks: ReadonlySet<string> = /* @__PURE__ */ new Set(['blockquote', 'li', 'ol', 'p', 'ul']);

/**
 * The formatted version of a message's text (§8), sanitised; of several languages the one that `textFor` of
 * `@xeps/rfc-6121` chooses for the text too. `undefined` when there is none, when it is too large to be shown, and when
 * the message has no text: what is said stands there (§4).
 *
 * The sender may say other things in the one than in the other.
 *
 * @example
 * ```ts
 * import type { Element } from '@xeps/core';
 * import { messageInfo, messageStanza, textFor } from '@xeps/rfc-6121';
 * import { readXhtml, xhtmlText } from '@xeps/xep-0071';
 *
 * export function show(message: Element, languages: readonly string[]): string | undefined {
 *   const xhtml = readXhtml(message, languages);
 *   if (xhtml !== undefined) return xhtmlText(xhtml);
 *   return textFor(messageStanza.decode(message).body, languages, messageInfo(message).lang);
 * }
 * ```
 */
export function readXhtml(message: Element, languages: readonly string[] = []): XhtmlTree | undefined {
  const wrapper = xhtmlIm.safeFind(message);
  if (wrapper?.ok !== true || messageBody.safeFind(message) === undefined) return undefined;
  const byLang = new Map<string, string>();
  for (const [at, body] of wrapper.value.bodies.entries()) {
    const lang = String(body.attrs['xml:lang'] ?? '');
    if (!byLang.has(lang)) byLang.set(lang, String(at));
  }
  const chosen = textFor(byLang, languages, message.attrs['xml:lang'] as string | undefined);
  const body = chosen === undefined ? undefined : wrapper.value.bodies[Number(chosen)];
  return body === undefined ? undefined : sanitizeXhtml(body);
}

/**
 * A sanitised tree as text: a line for each paragraph, quotation and item, images as their `alt`. For where nothing else
 * can be shown; the message's own text is better, where it is the same.
 */
export function xhtmlText(tree: XhtmlTree): string {
  return textOf(tree.children)
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .replaceAll(/\n{2,}/g, '\n')
    .trim();
}

function textOf(nodes: XhtmlTree['children']): string {
  let text = '';
  for (const node of nodes) {
    if (node.type === 'text') text += node.value.replaceAll(/\s+/g, ' ');
    if (node.type !== 'element') continue;
    if (node.tagName === 'br') text += '\n';
    if (node.tagName === 'img') text += String(node.properties['alt'] ?? '');
    const edge = blocks.has(node.tagName) ? '\n' : '';
    text += edge + textOf(node.children) + edge;
  }
  return text;
}
