import { quote } from '../errors.ts';

const MS_IN_400_YEARS = 146_097 * 86_400_000;
const YEAR_0 = -62_167_219_200_000;
const YEAR_10000 = 253_402_300_800_000;

/**
 * Reads an XEP-0082 §3.2 DateTime, `CCYY-MM-DDThh:mm:ss[.s…](Z|±hh:mm)`, strictly: every field is in range, the day is
 * in the month, the time zone is present. Digits below a millisecond are dropped.
 *
 * What XML Schema adds is read too, since it overrules the XEP (§3): `24:00:00` is the next midnight, and a zone goes up
 * to 14:00 (`-00:00` is UTC). A leap second (`:60`, RFC 3339 §5.7) is read at the only place where there can be one, the
 * end of a month in UTC, and counts as the second after it, because a `Date` has none. Years have four digits (§5).
 *
 * @throws RangeError when the text is not such a DateTime.
 */
export function parseDateTime(text: string): Date {
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // A field that is not two digits is NaN, and so is this: each comparison below then fails.
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const end = fractionEnd(text);
  const milliseconds = Number(text.slice(20, Math.min(end, 23)).padEnd(3, '0'));
  const zone = zoneMinutes(text, end);

  const ok =
    text[4] === '-' &&
    text[7] === '-' &&
    text[10] === 'T' &&
    text[13] === ':' &&
    text[16] === ':' &&
    year >= 0 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysIn(year, month) &&
    (hour <= 23 || (hour === 24 && minute === 0 && second === 0 && /^\.?0*$/.test(text.slice(19, end)))) &&
    minute <= 59 &&
    second <= 60 &&
    Math.abs(zone) <= 14 * 60;
  if (!ok) throw notDateTime(text);

  // Date.UTC takes the years 0 to 99 for 1900 to 1999, hence the turn of the calendar, forth and back.
  const ms = second === 60 ? 0 : milliseconds;
  const date = new Date(Date.UTC(year + 400, month - 1, day, hour, minute - zone, second, ms) - MS_IN_400_YEARS);
  if (second === 60 && (date.getTime() % 86_400_000 !== 0 || date.getUTCDate() !== 1)) throw notDateTime(text);
  // A zone or 24:00 may lead out of the four-digit years; what is read must be writable.
  if (!(date.getTime() >= YEAR_0 && date.getTime() < YEAR_10000)) throw notDateTime(text);
  return date;
}

/**
 * Writes an XEP-0082 §3.2 DateTime in UTC (§6: an offset would tell where its sender is), with milliseconds where there
 * are any.
 *
 * @throws RangeError when the date is invalid or its year has not four digits.
 */
export function formatDateTime(date: Date): string {
  const text = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  if (text.length !== 24)
    throw new RangeError('the date is invalid or outside the years 0000 to 9999: it has no XEP-0082 form');
  return text.endsWith('.000Z') ? `${text.slice(0, 19)}Z` : text;
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const units = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : Number.NaN;
}

/** Where the zone begins: at 19, or after a point and at least one digit. */
function fractionEnd(text: string): number {
  if (text[19] !== '.') return 19;
  let end = 20;
  while (end < text.length && text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end++;
  return end === 20 ? 19 : end;
}

/** Minutes ahead of UTC of the zone that fills the text from `at` to its end; NaN when there is no such zone. */
function zoneMinutes(text: string, at: number): number {
  const sign = text[at];
  if (sign === 'Z' && text.length === at + 1) return 0;
  if ((sign !== '+' && sign !== '-') || text[at + 3] !== ':' || text.length !== at + 6) return Number.NaN;
  const minutes = twoDigits(text, at + 4);
  const total = minutes <= 59 ? twoDigits(text, at + 1) * 60 + minutes : Number.NaN;
  return sign === '-' ? -total : total;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function notDateTime(text: string): RangeError {
  return new RangeError(`not a DateTime (XEP-0082), such as 2002-09-10T23:08:25Z: ${quote(text)}`);
}
