import { codePointName, forbiddenIndex, hasForbiddenControl, hasNonCharacter } from './characters.ts';
import { XmlError } from './errors.ts';

// What must be escaped and what must be refused, in one test: most texts have neither. Half a surrogate pair must be
// refused too; whether there is one is known at once of a text without any character beyond Latin-1.
// oxlint-disable-next-line no-control-regex
const specialInText = /[&<>\r\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
// oxlint-disable-next-line no-control-regex
const specialInAttribute = /[&<>"'\r\n\t\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

/** What is written for a character, by its code; none is above that of `>`. */
type References = Readonly<Record<number, string>>;
const LAST = 0x3e;
const textReferences: References = { 0x26: '&amp;', 0x3c: '&lt;', 0x3e: '&gt;', 0xd: '&#13;' };
const attributeReferences: References = {
  ...textReferences,
  0x22: '&quot;',
  0x27: '&apos;',
  0x9: '&#9;',
  0xa: '&#10;',
};

/**
 * A text as it stands between tags. A CR is written as a reference, or the reader would take it for a LF (XML 1.0 §2.11).
 * Throws `XmlError` for what no XML document can hold: most control characters, U+FFFE, U+FFFF, half surrogate pairs.
 */
export function escapeText(text: string): string {
  return specialInText.test(text) || !text.isWellFormed() ? escape(text, textReferences) : text;
}

/**
 * A value as it stands in an attribute, between quotes of either kind. Tabs and line ends are written as references, or
 * the reader would take them for spaces (XML 1.0 §3.3.3). Throws as `escapeText` does.
 */
export function escapeAttribute(value: string): string {
  return specialInAttribute.test(value) || !value.isWellFormed() ? escape(value, attributeReferences) : value;
}

function escape(text: string, references: References): string {
  if (hasForbiddenControl(text) || hasNonCharacter(text) || !text.isWellFormed()) {
    const at = forbiddenIndex(text);
    const named = codePointName(text.charCodeAt(at));
    throw new XmlError('not-well-formed', `${named} at index ${at} cannot be written in XML; remove it`);
  }
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
