/**
 * The two string classes of PRECIS (RFC 8264) by Unicode property escapes, so that no table is shipped: the platform's
 * version of Unicode decides. Texts come here mapped and in NFC; §7 puts the class last.
 */

// Refused by both classes, in this order: the exceptions of §9.6 and old Hangul jamo (§9.9); ignorable properties (§9.13),
// controls, surrogates, private use and unassigned; and, out of their context (RFC 5892 A.1 and A.3 to A.6), the
// non-joiner, middle dot, keraia, geresh and gershayim. There is no property escape for Joining_Type: a non-joiner parts
// Arabic letters only, after those of the Arabic, Persian and Urdu letters that join to their left. That is stricter than
// A.1, never looser.
const NOT_FREEFORM =
  /[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]|(?!\u200c)[\p{DI}\p{C}\p{Zl}\p{Zp}]|(?<![\u0626\u0628\u062a-\u062e\u0633-\u063f\u0641-\u0647\u0649\u064a\u0679-\u0687\u069a-\u06bf\u06c1\u06cc]\p{M}*)\u200c|\u200c(?!\p{M}*[\u0622-\u064a\u066e\u066f\u0671-\u0673\u0678-\u06d3])|(?<!l)\u00b7|\u00b7(?!l)|\u0375(?!\p{sc=Grek})|(?<!\p{sc=Hebr})[\u05f3\u05f4]/u;

// §4.2: beyond ASCII an identifier has letters, decimal digits and combining marks (§9.1), the exceptions of §9.6, and
// what depends on its context.
const NOT_IN_IDENTIFIER =
  /[^!-~\p{Ll}\p{Lu}\p{Lo}\p{Lm}\p{Nd}\p{Mn}\p{Mc}\u06fd\u06fe\u0f0b\u3007\u00b7\u0375\u05f3\u05f4\u30fb\u200c]/u;

/** Index of the first character that RFC 8264 refuses in an identifier (§4.2) or in free text (§4.3); -1 if none. */
export function firstRefused(text: string, identifier: boolean): number {
  // RFC 5892 A.1 and A.2: a joiner may follow a virama, that is a mark of combining class 9. There is no property escape
  // for it, but canonical ordering puts it between a mark of class 8 (U+3099) and one of class 10 (U+05B0).
  const value = text.replace(/([^\u05b0\u3099])[\u200c\u200d]/gu, (pair, mark: string) =>
    `\u05b0${mark}\u3099`.normalize('NFD') === `\u3099${mark}\u05b0` ? `${mark}a` : pair,
  );
  let bad = identifier ? value.search(NOT_IN_IDENTIFIER) : -1;
  if (bad < 0) bad = value.search(NOT_FREEFORM);
  // RFC 5892 A.7: the Katakana middle dot needs Hiragana, Katakana or Han anywhere beside it.
  if (bad < 0 && !/[\p{sc=Hira}\p{sc=Kana}\p{sc=Han}]/u.test(value)) bad = value.indexOf('\u30fb');
  // A.8, A.9: the two sets of Arabic digits don't mix.
  if (bad < 0 && /[\u0660-\u0669]/.test(value)) bad = value.search(/[\u06f0-\u06f9]/);
  // §9.17 HasCompat. A NUL would have been found before.
  if (bad < 0 && identifier) bad = value.indexOf([...value].find((char) => char !== char.normalize('NFKC')) ?? '\0');
  return bad;
}
