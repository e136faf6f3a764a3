import type { TextCodec } from '@xeps/core/schema';

/** XEP-0082 §3: a time zone as minutes east of UTC: `Z`, `+05:30`, `-08:00`. Written with a number, as §3 prints it. */
export const timeZone: TextCodec<number> = {
  decode(text) {
    const trimmed = text.trim();
    if (trimmed === 'Z') return 0;
    const [, sign, hours, minutes] = /^([+-])(\d\d):([0-5]\d)$/.exec(trimmed) ?? [];
    const offset = Number(hours) * 60 + Number(minutes);
    if (sign === undefined || offset > LARGEST) throw new RangeError(`not a time zone: ${JSON.stringify(text.slice(0, 60))}`);
    // Not -0, which is another value to whoever compares exactly.
    return sign === '-' && offset !== 0 ? -offset : offset;
  },
  encode(offset) {
    if (!Number.isInteger(offset) || Math.abs(offset) > LARGEST) throw new RangeError(`not a time zone in minutes: ${offset}`);
    const two = (n: number): string => String(n).padStart(2, '0');
    const minutes = Math.abs(offset);
    return `${offset < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
  },
  json: true,
};

/** XML Schema allows offsets up to 14 hours. */
const LARGEST = 14 * 60;
