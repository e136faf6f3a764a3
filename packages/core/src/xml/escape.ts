import { codePointName, forbiddenIndex } from './characters.ts';
import { XmlError } from './errors.ts';

// What must be escaped and what must be refused, in one test: most texts have neither. Surrogates are in it because half
// of a pair must be refused; whole pairs pass on the slower way.
// oxlint-disable-next-line no-control-regex
const specialInText = /[&<>\r\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/;
// oxlint-disable-next-line no-control-regex
const specialInAttribute = /[&<>"'\r\n\t\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/;
const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/**
 * A text as it stands between tags. A CR is written as a reference, or the reader would take it for a LF (XML 1.0 §2.11).
 * Throws `XmlError` for what no XML document can hold: most control characters, U+FFFE, U+FFFF, half surrogate pairs.
 */
export function escapeText(text: string): string {
  if (!specialInText.test(text)) return text;
  refuseForbidden(text);
  return text.replace(/[&<>\r]/g, (character) => references[character] as string);
}

/**
 * A value as it stands in an attribute, between quotes of either kind. Tabs and line ends are written as references, or
 * the reader would take them for spaces (XML 1.0 §3.3.3). Throws as `escapeText` does.
 */
export function escapeAttribute(value: string): string {
  if (!specialInAttribute.test(value)) return value;
  refuseForbidden(value);
  return value.replace(/[&<>"'\r\n\t]/g, (character) => references[character] as string);
}

function refuseForbidden(text: string): void {
  const at = forbiddenIndex(text);
  if (at === -1) return;
  const named = codePointName(text.charCodeAt(at));
  throw new XmlError('not-well-formed', `${named} at index ${at} cannot be written in XML; remove it`);
}
