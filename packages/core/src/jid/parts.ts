import { canonicalDomain, toAscii } from './idna.ts';
import { partError } from './jid-error.ts';
import type { JidPart } from './jid-error.ts';
import { firstRefused } from './precis.ts';

/** RFC 7622 §3.2 to §3.4: the most octets of UTF-8 in a part. */
export const MAX_OCTETS = 1023;

// What even a lenient reader refuses: controls, format characters, lone surrogates, line and paragraph separators.
const NEVER = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

// The blocks that Unicode reserves for scripts written from right to left.
const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** RFC 7622 §3.2. */
export function prepareDomain(text: string, lenient: boolean): string {
  return prepare('domain', text, (name) => canonicalDomain(name, lenient));
}

/** RFC 7622 §3.3: UsernameCaseMapped (RFC 8265 §3.3) without the eight characters of §3.3.1. */
export function prepareLocal(text: string, lenient: boolean): string {
  return prepare('local', text, (name) => {
    const wide = /[\u3000\uff01-\uffee]/g;
    const local = name.replace(wide, (char) => char.normalize('NFKC')).toLowerCase().normalize();
    const bad = local.search(/[ "&'/:<>@]/);
    if (bad >= 0) throw partError('local', local, 'needs JID escaping (XEP-0106)', bad);
    checkClass('local', local, lenient);
    // RFC 8265 §3.3.1, directionality: Bidi_Class has no property escape, but the platform's IDNA holds labels to the same
    // Bidi Rule (RFC 5893 §2). An underscore is as neutral there as all the ASCII that labels may not have.
    if (!lenient && RTL.test(local) && !toAscii(local.replace(/[^a-z\d\x80-\uffff]/g, '_'))) {
      throw partError('local', local, 'breaks the Bidi Rule (RFC 5893)');
    }
    return local;
  });
}

/** RFC 7622 §3.4: OpaqueString (RFC 8265 §4.2). */
export function prepareResource(text: string, lenient: boolean): string {
  return prepare('resource', text, (name) => {
    const resource = name.replace(/\p{Zs}/gu, ' ').normalize();
    checkClass('resource', resource, lenient);
    return resource;
  });
}

function checkClass(part: JidPart, value: string, lenient: boolean): void {
  const bad = firstRefused(value, part === 'local');
  if (bad >= 0 && (!lenient || NEVER.test(value))) throw partError(part, value, 'has a character refused by RFC 8264', bad);
}

/** Maps the text and checks its length, which counts after the mapping; what is hopelessly long is not mapped at all. */
function prepare(part: JidPart, text: string, map: (text: string) => string): string {
  const value = text.length > 4 * MAX_OCTETS ? text : map(text);
  if (!value) throw partError(part, value, 'is empty');
  if (new TextEncoder().encode(value).length > MAX_OCTETS) throw partError(part, value, `is longer than ${MAX_OCTETS} octets`);
  return value;
}
