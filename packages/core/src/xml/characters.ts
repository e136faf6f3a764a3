// Character classes of XML 1.0 (Fifth Edition) and Namespaces in XML 1.0.

// oxlint-disable-next-line no-control-regex
const control = /[\0-\x1f]/;
// oxlint-disable-next-line no-control-regex
const forbiddenControl = /[\0-\x08\x0b\x0c\x0e-\x1f]/;
// oxlint-disable-next-line no-control-regex
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u;

/** Whether a character below U+0020 is in the text: white space, or one that XML does not allow. */
export function hasControl(text: string): boolean {
  return control.test(text);
}

/** Whether one is in the text that is not white space. */
export function hasForbiddenControl(text: string): boolean {
  return forbiddenControl.test(text);
}

/** Whether U+FFFE or U+FFFF is in the text. Several times faster than to look for both at once, or with others. */
export function hasNonCharacter(text: string): boolean {
  return text.includes('\ufffe') || text.includes('\uffff');
}

/** The index of the first character that XML 1.0 §2.2 does not allow, or -1; half a surrogate pair is one too. */
export function forbiddenIndex(text: string): number {
  return text.search(forbidden);
}

/** Whether XML 1.0 §2.2 allows this code point (production Char). */
export function isCharacter(code: number): boolean {
  return (
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}

/** A code point for a message: `U+0001`. */
export function codePointName(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** XML 1.0 §2.3, production S. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0xa || code === 0x9 || code === 0xd;
}

const OTHER = 0;
const NAME = 1; // may stand in a name, not at its start
const NAME_START = 2;

// The colon is missing on purpose: it separates a prefix.
const asciiClass: Uint8Array = /* @__PURE__ */ (() =>
  Uint8Array.from({ length: 128 }, (_, code) => {
    const character = String.fromCharCode(code);
    return /[A-Za-z_]/.test(character) ? NAME_START : /[-.0-9]/.test(character) ? NAME : OTHER;
  }))();

// §2.3, productions NameStartChar and NameChar above ASCII.
const start =
  '\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef' +
  '\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}';
const wideStart: RegExp = /* @__PURE__ */ new RegExp(`[${start}]`, 'u');
const inside = `${start}\\xb7\\u0300-\\u036f\\u203f\\u2040`;
const wideName: RegExp = /* @__PURE__ */ new RegExp(`[${inside}]`, 'u');
const ncName = `[A-Za-z_${start}][-.\\w${inside}]*`;
const qualifiedName: RegExp = /* @__PURE__ */ new RegExp(`^${ncName}(?::${ncName})?$`, 'u');

/** The end of the name without colon (NCName) that begins at `from`; `from` itself when none does. */
export function nameEnd(text: string, from: number): number {
  let end = from;
  let code = text.charCodeAt(end);
  if (code < 128 && asciiClass[code] !== NAME_START) return from;
  for (;;) {
    while (code < 128 && asciiClass[code] !== OTHER) code = text.charCodeAt(++end);
    if (!(code >= 128)) return end; // also the end of the text, where the code is NaN
    const point = text.codePointAt(end) as number;
    if (!(end === from ? wideStart : wideName).test(String.fromCodePoint(point))) return end;
    end += point > 0xffff ? 2 : 1;
    code = text.charCodeAt(end);
  }
}

/** Whether the whole text is a name with at most one prefix (production QName). */
export function isQualifiedName(text: string): boolean {
  return qualifiedName.test(text);
}
