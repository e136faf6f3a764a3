import type { TextCodec } from '@xeps/core/schema';
import { formatTimezoneOffset, parseTimezoneOffset } from '@xeps/xep-0082';

/** A time zone (XEP-0082 §2.1) as minutes east of UTC: `Z`, `+05:30`, `-08:00`. */
export const timeZone: TextCodec<number> = {
  decode: (text) => parseTimezoneOffset(text.trim()),
  encode: formatTimezoneOffset,
  json: true,
};
