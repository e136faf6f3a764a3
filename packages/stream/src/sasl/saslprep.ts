import { SaslError } from './error.ts';

// The RFC 3454 tables that RFC 4013 names, for text in NFKC. Written as escapes: the characters themselves can't be seen.
const mapToSpace = /[\p{Zs}\u200B]/gu; // C.1.2
const mapToNothing = /[\u00AD\u034F\u1806\u180B-\u180D\u200C\u200D\u2060\uFE00-\uFE0F\uFEFF]/g; // B.1 without U+200B
const prohibited = // C.2 to C.9, in the order of code points
  /[\p{Cc}\p{Co}\p{Cs}\p{NChar}\u06DD\u070F\u180E\u200E\u200F\u2028-\u202E\u2061-\u2063\u206A-\u206F\u2FF0-\u2FFB\uFFF9-\uFFFD\u{1D173}-\u{1D17A}\u{E0001}\u{E0020}-\u{E007F}]/u;
// D.1. Code points that Unicode 3.2 had not assigned count as their neighbours do.
const rightToLeft = /(?![\p{M}\p{Nd}\u060C\u066A-\u066C\u06DE\u06E9])[\u05BE-\u07B1\uFE73]/u;
// D.2 is the bidirectional class L, which regular expressions can't name: letters, letter numbers and spacing marks.
const leftToRight = /(?![\u05BE-\u07B1\uFE73])[\p{L}\p{Nl}\p{Mc}]/u;

/**
 * Prepares a user name or a password so that every device sends the same octets for it (SASLprep, RFC 4013).
 * Code points that Unicode 3.2 had not assigned are let through, as for query strings (§2.5): people do use emoji.
 *
 * @param what - names the string in the error; the string itself is never shown
 * @throws SaslError `malformed-request` when it contains a prohibited character, breaks the rule for right-to-left
 *   text (§2.4), or is empty afterwards
 */
export function saslprep(text: string, what = 'string'): string {
  // Printable ASCII is unchanged by every step.
  if (/^[\x20-\x7E]+$/.test(text)) return text;
  const prepared = text.replace(mapToSpace, ' ').replace(mapToNothing, '').normalize('NFKC');
  if (prepared === '') throw new SaslError('malformed-request', `The ${what} is empty`);
  const found = prohibited.exec(prepared);
  if (found !== null) {
    const code = found[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    throw new SaslError('malformed-request', `The ${what} contains U+${code}, which RFC 4013 §2.3 prohibits`);
  }
  const characters = [...prepared];
  const mixed =
    leftToRight.test(prepared) || !rightToLeft.test(characters[0]!) || !rightToLeft.test(characters.at(-1)!);
  if (mixed && rightToLeft.test(prepared)) {
    throw new SaslError('malformed-request', `The ${what} mixes right-to-left and other characters (RFC 4013 §2.4)`);
  }
  return prepared;
}
