import { codePointName, forbiddenIndex, hasForbiddenControl, hasNonCharacter } from './characters.ts';
import { XmlError } from './errors.ts';

// What must be escaped and what must be refused, in one test: most texts have neither. Surrogates are in it because half
// of a pair must be refused; whole pairs pass on the slower way.
// oxlint-disable-next-line no-control-regex
const specialInText = /[&<>\r\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/;
// oxlint-disable-next-line no-control-regex
const specialInAttribute = /[&<>"'\r\n\t\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/;

/** What is written for a character, by its code; none is above that of `>`. */
type References = readonly (string | undefined)[];
const LAST = 0x3e;
const textReferences: References = /* @__PURE__ */ byCode({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' });
const attributeReferences: References = /* @__PURE__ */ byCode({
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
});

/**
 * A text as it stands between tags. A CR is written as a reference, or the reader would take it for a LF (XML 1.0 §2.11).
 * Throws `XmlError` for what no XML document can hold: most control characters, U+FFFE, U+FFFF, half surrogate pairs.
 */
export function escapeText(text: string): string {
  return specialInText.test(text) ? escape(text, textReferences) : text;
}

/**
 * A value as it stands in an attribute, between quotes of either kind. Tabs and line ends are written as references, or
 * the reader would take them for spaces (XML 1.0 §3.3.3). Throws as `escapeText` does.
 */
export function escapeAttribute(value: string): string {
  return specialInAttribute.test(value) ? escape(value, attributeReferences) : value;
}

function escape(text: string, references: References): string {
  if (hasForbiddenControl(text) || hasNonCharacter(text) || !text.isWellFormed()) refuseForbidden(text);
  let escaped = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const reference = code > LAST ? undefined : references[code];
    if (reference === undefined) continue;
    escaped += text.slice(from, i) + reference;
    from = i + 1;
  }
  return escaped + text.slice(from);
}

function refuseForbidden(text: string): void {
  const at = forbiddenIndex(text);
  if (at === -1) return;
  const named = codePointName(text.charCodeAt(at));
  throw new XmlError('not-well-formed', `${named} at index ${at} cannot be written in XML; remove it`);
}

function byCode(references: Readonly<Record<string, string>>): References {
  return Array.from({ length: LAST + 1 }, (_, code) => references[String.fromCharCode(code)]);
}
