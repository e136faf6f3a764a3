// Names and namespaces repeat in every stanza. One shared copy of each spares an allocation and a hash per use, and does
// not keep the whole text of a stanza alive, as a slice of it would. The table has a fixed size: a peer that sends ever
// new names only evicts others.
const SLOTS = 512;
const LONGEST = 64;
const known: (string | undefined)[] = /* @__PURE__ */ Array.from({ length: SLOTS });

/** `text.slice(start, end)`, as the same string object whenever the slot still holds it. */
export function intern(text: string, start: number, end: number): string {
  const length = end - start;
  if (length === 0 || length > LONGEST) return text.slice(start, end);
  const slot =
    (text.charCodeAt(start) * 31 + text.charCodeAt(end - 1) * 7 + text.charCodeAt(start + (length >> 1)) * 131 + length * 17) % SLOTS;
  const candidate = known[slot];
  if (candidate !== undefined && candidate.length === length && text.startsWith(candidate, start)) return candidate;
  // A property key is a copy of its own, not a slice.
  const copy = Object.keys({ [text.slice(start, end)]: 0 })[0] as string;
  known[slot] = copy;
  return copy;
}
