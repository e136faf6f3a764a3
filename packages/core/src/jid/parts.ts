import { canonicalDomain, toAscii } from './idna.ts';
import { partError } from './jid-error.ts';
import type { JidPart } from './jid-error.ts';
import { firstRefused } from './precis.ts';

/** RFC 7622 §3.2 to §3.4: the most octets of UTF-8 in a part. */
export const MAX_OCTETS = 1023;

// The blocks that Unicode reserves for scripts written from right to left.
const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A part of an address in canonical form (RFC 7622 §3.2 to §3.4).
 *
 * @throws JidError
 */
export function preparePart(part: JidPart, text: string, lenient: boolean): string {
  // The length counts after the mapping, but what is hopelessly long is not mapped at all.
  const value = text.length > 4 * MAX_OCTETS ? text : MAP[part](text, lenient);
  if (!value) throw partError(part, value, 'is empty');
  // Three octets at most for a UTF-16 code unit.
  if (value.length * 3 > MAX_OCTETS && new TextEncoder().encode(value).length > MAX_OCTETS) {
    throw partError(part, value, `is longer than ${MAX_OCTETS} octets`);
  }
  return value;
}

const MAP = { local: mapLocal, domain: canonicalDomain, resource: mapResource };

/** UsernameCaseMapped (RFC 8265 §3.3) without the characters of RFC 7622 §3.3.1. */
function mapLocal(text: string, lenient: boolean): string {
  const wide = /[\u3000\uff01-\uffee]/g;
  const local = text
    .replace(wide, (char) => char.normalize('NFKC'))
    .toLowerCase()
    .normalize();
  const bad = local.search(/[ "&'/:<>@]/);
  if (bad >= 0) throw partError('local', local, 'needs JID escaping (XEP-0106)', bad);
  checkClass('local', local, lenient);
  // RFC 8265 §3.3.1, directionality: Bidi_Class has no property escape, but the platform's IDNA holds labels to the same
  // Bidi Rule (RFC 5893 §2). An underscore is as neutral there as all the ASCII that labels may not have.
  if (!lenient && RTL.test(local) && !toAscii(local.replace(/[^a-z\d\x80-\uffff]/g, '_'))) {
    throw partError('local', local, 'breaks the Bidi Rule (RFC 5893)');
  }
  return local;
}

/** OpaqueString (RFC 8265 §4.2). */
function mapResource(text: string, lenient: boolean): string {
  const resource = text.replace(/\p{Zs}/gu, ' ').normalize();
  checkClass('resource', resource, lenient);
  return resource;
}

function checkClass(part: JidPart, value: string, lenient: boolean): void {
  const bad = firstRefused(value, part === 'local');
  // Even a lenient reader refuses controls, format characters, lone surrogates, line and paragraph separators.
  if (bad >= 0 && !(lenient && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(value))) {
    throw partError(part, value, 'has a character that RFC 8264 refuses; leave it out', bad);
  }
}
