import { partError } from './jid-error.ts';
import { firstRefused } from './precis.ts';

// Letters, digits and hyphens, at most 63 octets (RFC 5890 §2.3.1). Underscores are not LDH, but names on private networks
// have them, and nothing would be gained by refusing those.
const LDH = /^(?:(?![^.]{64})[a-z\d_]+(?:-+[a-z\d_]+)*(?:\.(?!$)|$))+$/;

/**
 * The canonical form of a domain part (RFC 7622 §3.2): an IP address, or a name of U-labels without its final dot; empty
 * for an empty text.
 *
 * @throws JidError
 */
export function canonicalDomain(text: string): string {
  const name = text.replace(/[.\u3002\uff0e\uff61]$/, '').toLowerCase();
  if (!name || (LDH.test(name) && !/(^|\.)xn--/.test(name))) return name;
  // The platform writes IPv6 as RFC 5952 wants it, so that equal addresses are equal texts.
  const literal = /^\[[\da-f:.]+\]$/.test(name) && hostOf(name);
  if (literal) return literal;
  // Before the platform sees the name: it would drop tabs, decode `%` and end the host at `/`, `?`, `#`, `:` and `\`.
  const bad = name.search(/[^a-z\d._\-\x80-\uffff]/);
  const ascii = bad < 0 ? toAscii(name) : '';
  const labels = LDH.test(ascii) ? ascii.split('.').map(toUnicode) : [''];
  if (labels.includes('')) throw partError('domain', name, 'is no domain name (IDNA2008) or IP address', bad);
  return labels.join('.');
}

/** UTS 46 ToASCII; empty where it refuses. The label at the end keeps the platform from reading `1` as an IPv4 address. */
export function toAscii(name: string): string {
  return hostOf(`${name}.a`).slice(0, -2);
}

/** The platform's host parser, which applies UTS 46 (URL Standard §3.5); empty where it refuses. */
function hostOf(host: string): string {
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return '';
  }
}

/** The U-label of an A-label (RFC 5891 §4.2.3, §5.3), any other label as it is; empty where that is none. */
function toUnicode(label: string): string {
  if (!label.startsWith('xn--')) return label;
  const unicode = decodePunycode(label.slice(4));
  const valid = !/^-|-$|^..--/u.test(unicode) && firstRefused(unicode, true) < 0;
  return valid && toAscii(unicode) === label ? unicode : '';
}

/** RFC 3492 §6.2 with the parameters of §5, for an LDH label in lower case; empty when it encodes nothing. */
function decodePunycode(input: string): string {
  const delimiter = input.lastIndexOf('-');
  const output = [...input.slice(0, Math.max(delimiter, 0))];
  let code = 128;
  let index = 0;
  let bias = 72;
  for (let at = delimiter + 1; at < input.length;) {
    const start = index;
    let weight = 1;
    let digit;
    let threshold;
    for (let k = 36; ; k += 36) {
      // Base 36 counts 0-9 a-z, Punycode a-z 0-9. What is no digit makes all that follows NaN.
      digit = (Number.parseInt(input.charAt(at++), 36) + 26) % 36;
      index += digit * weight;
      threshold = Math.min(Math.max(k - bias, 1), 26);
      if (!(digit >= threshold)) break;
      weight *= 36 - threshold;
    }
    const count = output.length + 1;
    code += Math.floor(index / count);
    if (!(code <= 0x10ffff)) return '';
    // §6.1.
    let delta = Math.floor((index - start) / (start ? 2 : 700));
    delta += Math.floor(delta / count);
    for (bias = 0; delta > 455; bias += 36) delta = Math.floor(delta / 35);
    bias += Math.floor((36 * delta) / (delta + 38));
    index %= count;
    output.splice(index++, 0, String.fromCodePoint(code));
  }
  return output.join('');
}
