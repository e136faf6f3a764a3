import type { Element } from '@xeps/core';
import type { LangMap } from '@xeps/core/schema';
import { spoiler } from './schema.ts';

/**
 * The hints of a spoiler by language, of which `textFor` (RFC 6121) chooses one; the hint that names no language is under
 * `''`. An empty map is a spoiler without a hint, `undefined` no spoiler.
 *
 * Of a spoiler nothing is shown before the user asks for it (§4): no body, preview, notification or attachment.
 */
export function spoilerHints(message: Element): LangMap | undefined {
  const all = spoiler.findAll(message);
  if (all.length === 0) return undefined;
  const hints = new Map<string, string>();
  for (const { lang = '', hint = '' } of all) if (hint.trim() !== '' && !hints.has(lang)) hints.set(lang, hint);
  return hints;
}

/** What makes a message a spoiler (§3): without a hint, with one, or with one in several languages. */
export function spoilerPayloads(hint: string | LangMap = ''): Element[] {
  const hints: LangMap = typeof hint === 'string' ? new Map([['', hint]]) : hint;
  // Also an empty map says that it is one.
  return [...(hints.size === 0 ? new Map([['', '']]) : hints)].map(([lang, text]) =>
    spoiler.encode({ ...(lang !== '' && { lang }), ...(text !== '' && { hint: text }) }),
  );
}
