import { SaslError } from './error.ts';

// RFC 3454 tables that RFC 4013 names. Written as strings of escapes: the characters themselves can't be seen.
const mapToSpace = /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/g; // C.1.2
const mapToNothing = /[\u00AD\u034F\u1806\u180B-\u180D\u200C\u200D\u2060\uFE00-\uFE0F\uFEFF]/g; // B.1 without U+200B
const prohibited = new RegExp(
  '[\\u0000-\\u001F\\u007F' + // C.2.1
    '\\u0080-\\u009F\\u06DD\\u070F\\u180E\\u2028\\u2029\\u2061-\\u2063\\u{1D173}-\\u{1D17A}' + // C.2.2
    '\\p{Co}\\p{Noncharacter_Code_Point}\\p{Cs}' + // C.3, C.4, C.5
    '\\uFFF9-\\uFFFD\\u2FF0-\\u2FFB' + // C.6, C.7
    '\\u200E\\u200F\\u202A-\\u202E\\u206A-\\u206F' + // C.8
    '\\u{E0001}\\u{E0020}-\\u{E007F}]', // C.9
  'u',
);
const rightToLeft = // D.1
  '\\u05BE\\u05C0\\u05C3\\u05D0-\\u05EA\\u05F0-\\u05F4\\u061B\\u061F\\u0621-\\u063A\\u0640-\\u064A\\u066D-\\u066F' +
  '\\u0671-\\u06D5\\u06DD\\u06E5\\u06E6\\u06FA-\\u06FE\\u0700-\\u070D\\u0710\\u0712-\\u072C\\u0780-\\u07A5\\u07B1' +
  '\\u200F\\uFB1D\\uFB1F-\\uFB28\\uFB2A-\\uFB36\\uFB38-\\uFB3C\\uFB3E\\uFB40\\uFB41\\uFB43\\uFB44\\uFB46-\\uFBB1' +
  '\\uFBD3-\\uFD3D\\uFD50-\\uFD8F\\uFD92-\\uFDC7\\uFDF0-\\uFDFC\\uFE70-\\uFE74\\uFE76-\\uFEFC';
const anyRightToLeft = new RegExp(`[${rightToLeft}]`, 'u');
const onlyRightToLeftAtEnds = new RegExp(`^[${rightToLeft}](?:[^]*[${rightToLeft}])?$`, 'u');
// D.2 is the bidirectional class L, which regular expressions can't name: letters, letter numbers and spacing marks.
const leftToRight = new RegExp(`(?![${rightToLeft}])[\\p{L}\\p{Nl}\\p{Mc}]`, 'u');

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
  if (anyRightToLeft.test(prepared) && (leftToRight.test(prepared) || !onlyRightToLeftAtEnds.test(prepared))) {
    throw new SaslError('malformed-request', `The ${what} mixes right-to-left and other characters (RFC 4013 §2.4)`);
  }
  return prepared;
}
