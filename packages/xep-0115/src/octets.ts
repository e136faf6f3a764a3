/**
 * Orders texts by the octets of their UTF-8 form (§5.1: “i;octet”). The built-in order goes by UTF-16, which puts what is
 * beyond U+FFFF before U+E000 to U+FFFF.
 */
export function compareOctets(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates rank above all other code units, as the characters that they make up do in UTF-8. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
