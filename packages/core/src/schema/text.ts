import { quote } from '../errors.ts';
import { parseJid } from '../jid/index.ts';
import type { Jid } from '../jid/index.ts';
import { formatDateTime, parseDateTime } from './date-time.ts';

/**
 * A two-way mapping between the text of an attribute or element and a value.
 * Both directions throw an error that says what is wrong with the text or value.
 */
export interface TextCodec<T> {
  decode(text: string): T;
  encode(value: T): string;
  /** Whether a value is its own JSON form; otherwise JSON holds the text. */
  readonly json?: true;
}

/** Any text, as it is. */
export const string: TextCodec<string> = { decode: (text) => text, encode: (value) => value, json: true };

/** `xs:boolean`: reads `true`, `1`, `false`, `0`; writes `true` and `false`. */
export const boolean: TextCodec<boolean> = {
  decode(text) {
    const trimmed = text.trim();
    if (trimmed === 'true' || trimmed === '1') return true;
    if (trimmed === 'false' || trimmed === '0') return false;
    throw new RangeError(`not a boolean: ${quote(text)}`);
  },
  encode: String,
  json: true,
};

/** A whole number from `min` to `max`; by default any that JavaScript holds exactly and that is not negative. */
/* @__NO_SIDE_EFFECTS__ */
export function integer(min = 0, max: number = Number.MAX_SAFE_INTEGER): TextCodec<number> {
  const check = (n: number, shown: string): number => {
    if (Number.isInteger(n) && n >= min && n <= max) return n;
    throw new RangeError(`not a whole number from ${min} to ${max}: ${shown}`);
  };
  return {
    decode: (text) => check(/^\s*[+-]?\d{1,16}\s*$/.test(text) ? Number(text) : Number.NaN, quote(text)),
    encode: (value) => String(check(value, String(value))),
    json: true,
  };
}

/** One of the given words, compared exactly. */
/* @__NO_SIDE_EFFECTS__ */
export function oneOf<const T extends string>(...values: readonly T[]): TextCodec<T> {
  const check = (text: string): T => {
    if ((values as readonly string[]).includes(text)) return text as T;
    throw new RangeError(`expected one of ${values.join(', ')}, got ${quote(text)}`);
  };
  return { decode: check, encode: check, json: true };
}

/**
 * One of the given words; any other reads as if nothing were there, where a specification says that unknown values are
 * to be passed over. For fields that may be absent.
 */
/* @__NO_SIDE_EFFECTS__ */
export function oneOfKnown<const T extends string>(...values: readonly T[]): TextCodec<T> {
  return { ...oneOf(...values), decode: (text) => values.find((value) => value === text.trim()) as T };
}

/** XEP-0082 DateTime, as a `Date`; written in UTC, with milliseconds only where there are any. */
export const dateTime: TextCodec<Date> = { decode: (text) => parseDateTime(text.trim()), encode: formatDateTime };

/**
 * An XMPP address (RFC 7622). What arrives is read leniently: servers that prepare addresses by the older RFC 6122 let
 * parts through that RFC 7622 refuses.
 */
export const jid: TextCodec<Jid> = { decode: (text) => parseJid(text.trim(), { lenient: true }), encode: String };

/** Base64 (RFC 4648 §4); white space in it is ignored. */
export const base64: TextCodec<Uint8Array> = {
  decode(text) {
    const compact = text.replace(/\s+/g, '');
    if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) throw new RangeError('not base64');
    const binary = atob(compact);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  },
  encode(bytes) {
    let binary = '';
    for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return btoa(binary);
  },
};

/** Lower-case hexadecimal. */
export const hex: TextCodec<Uint8Array> = {
  decode(text) {
    const compact = text.trim();
    if (compact.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(compact)) throw new RangeError('not hexadecimal');
    return Uint8Array.from({ length: compact.length / 2 }, (_, i) =>
      Number.parseInt(compact.slice(2 * i, 2 * i + 2), 16),
    );
  },
  encode: (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
};

/** An absolute URI; only its scheme is looked at. Whoever opens it decides which schemes may be opened. */
export const uri: TextCodec<string> = {
  decode: absolute,
  encode: absolute,
  json: true,
};

function absolute(text: string): string {
  const trimmed = text.trim();
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\S/.test(trimmed)) return trimmed;
  throw new RangeError(`not an absolute URI: ${quote(text)}`);
}
