// A quick guess where a stanza ends. It looks at every "<" and at what stands beside it, and takes a tag for empty when
// "/>" stands before the next "<": right for nearly every stanza, three times as fast as to follow the markup. It may
// be wrong ("/>" can be text, text can follow an empty element), which is harmless: the guessed bytes are parsed, and
// what parses as one element is that element, for no element begins with another whole one. If they do not parse, the
// guess is forgotten, whatever the reason.

/** A guess. */
export interface Guess {
  /** Behind the element's last byte; 0 when the bytes do not show it. */
  readonly end: number;
  /** Whether a byte below 0x20 was met. */
  readonly controls: boolean;
}

const NONE: Guess = { end: 0, controls: false };

/** Guesses where the element ends whose "<" is at `from`; looks no further than `limit`. */
export function guessEnd(bytes: Uint8Array, from: number, limit: number): Guess {
  let depth = 1;
  let low = 0; // negative when a byte was below 0x20: cheaper than to compare each
  let isStart = true;
  let i = from + 1;
  for (;;) {
    for (let byte = 0; i < limit && (byte = bytes[i] as number) !== 0x3c; i++) low |= byte - 0x20;
    // Not even one byte too far: V8 would throw compiled code away for it.
    if (i + 1 >= limit) return NONE;
    if (isStart && bytes[i - 1] === 0x3e && bytes[i - 2] === 0x2f && --depth === 0)
      return { end: i, controls: low < 0 };
    i++;
    const byte = bytes[i];
    isStart = byte !== 0x2f;
    if (isStart) {
      // CDATA and what is not allowed are for those who look closely.
      if (byte === 0x21 || byte === 0x3f) return NONE;
      depth++;
    } else if (--depth === 0) {
      while (i < limit && bytes[i] !== 0x3e) i++;
      return { end: i < limit ? i + 1 : 0, controls: low < 0 };
    }
  }
}
