import { parseDateTime } from '@xeps/core/schema';

const TIME = 'Time, such as 16:00:00';
const DATE = 'Date, such as 1776-07-04';
const TZD = 'time zone, such as -05:00';

// A day with any time, and a time on any day, are checked as the DateTimes that they are part of.
const ANY_DAY = '2000-01-01';
const ZONE = /(?:Z|[+-]\d\d:\d\d)$/;

/** A day without a time (§3.1). */
export interface CalendarDate {
  /** 0 to 9999. */
  year: number;
  /** 1 to 12. */
  month: number;
  /** 1 to 31. */
  day: number;
  /** Minutes ahead of UTC; absent, as the XEP has it, or given, as an XML Schema date may have it. */
  offset?: number;
}

/** A time that recurs every day (§3.3). */
export interface TimeOfDay {
  /** 0 to 23. */
  hour: number;
  /** 0 to 59. */
  minute: number;
  /** 0 to 59. */
  second: number;
  /** 0 to 999. */
  millisecond: number;
  /** Minutes ahead of UTC; absent when no time zone is given. */
  offset?: number;
}

/**
 * Reads a Date, `CCYY-MM-DD` (§3.1).
 *
 * @throws RangeError when the text is none, or there is no such day.
 */
export function parseDate(text: string): CalendarDate {
  const { value, offset } = splitZone(text, DATE);
  const date = check(`${value}T00:00:00Z`, value.length === 10, text, DATE);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), ...offset };
}

/**
 * Writes a Date (§3.1).
 *
 * @throws RangeError when there is no such day.
 */
export function formatDate({ year, month, day, offset }: CalendarDate): string {
  const zone = offset === undefined ? '' : formatTimezoneOffset(offset);
  const text = `${pad(year, 4)}-${pad(month)}-${pad(day)}${zone}`;
  parseDate(text);
  return text;
}

/**
 * Reads a Time, `hh:mm:ss[.s…][Z|±hh:mm]` (§3.3). Digits below a millisecond are dropped, `24:00:00` is midnight.
 *
 * @throws RangeError when the text is none. A leap second is refused: it does not recur every day.
 */
export function parseTime(text: string): TimeOfDay {
  const { value, offset } = splitZone(text, TIME);
  const time = check(`${ANY_DAY}T${value}Z`, true, text, TIME);
  return {
    hour: time.getUTCHours(),
    minute: time.getUTCMinutes(),
    second: time.getUTCSeconds(),
    millisecond: time.getUTCMilliseconds(),
    ...offset,
  };
}

/**
 * Writes a Time (§3.3), with milliseconds where there are any.
 *
 * @throws RangeError when there is no such time.
 */
export function formatTime({ hour, minute, second, millisecond, offset }: TimeOfDay): string {
  const zone = offset === undefined ? '' : formatTimezoneOffset(offset);
  const fraction = millisecond === 0 ? '' : `.${pad(millisecond, 3)}`;
  const text = `${pad(hour)}:${pad(minute)}:${pad(second)}${fraction}${zone}`;
  // What is out of range may read as another time: 24:00:00, or 1000 milliseconds.
  const read = parseTime(text);
  if (read.hour !== hour || read.millisecond !== millisecond) throw notA(TIME, text);
  return text;
}

/**
 * Reads a Time Zone Definition, `Z` or `±hh:mm` (§2.1), as minutes ahead of UTC: negative to the west of it.
 *
 * @throws RangeError when the text is none, or is more than 14 hours.
 */
export function parseTimezoneOffset(text: string): number {
  const { value, offset } = splitZone(text, TZD);
  if (value !== '' || !offset) throw notA(TZD, text);
  return offset.offset;
}

/**
 * Writes a Time Zone Definition (§2.1) for minutes ahead of UTC, such as `-new Date().getTimezoneOffset()`. UTC is `Z`.
 *
 * @throws RangeError when `minutes` is not a whole number of at most 14 hours.
 */
export function formatTimezoneOffset(minutes: number): string {
  const total = Math.abs(minutes);
  if (!Number.isInteger(minutes) || total > 14 * 60) throw notA('time zone of -840 to 840 minutes', String(minutes));
  return total === 0 ? 'Z' : `${minutes < 0 ? '-' : '+'}${pad(Math.floor(total / 60))}:${pad(total % 60)}`;
}

/**
 * Reads what the old protocols have (§4: XEP-0009, XEP-0090, XEP-0091): `CCYYMMDDThh:mm:ss`, which is in UTC, or else a
 * DateTime.
 *
 * @throws RangeError when the text is neither.
 */
export function parseLegacyDateTime(text: string): Date {
  const old = /^(\d{4})(\d\d)(\d\d)T(\d\d:\d\d:\d\d)$/.exec(text);
  return check(
    old ? `${old[1]}-${old[2]}-${old[3]}T${old[4]}Z` : text,
    true,
    text,
    'date and time, such as 20020910T23:08:25',
  );
}

/** The text before a time zone, and the zone's minutes ahead of UTC where there is one. */
function splitZone(text: string, what: string): { value: string; offset: { offset: number } | undefined } {
  const zone = ZONE.exec(text);
  if (!zone) return { value: text, offset: undefined };
  const utc = check(`${ANY_DAY}T00:00:00${zone[0]}`, true, text, what);
  return { value: text.slice(0, zone.index), offset: { offset: (Date.UTC(2000, 0, 1) - utc.getTime()) / 60_000 } };
}

function check(dateTime: string, also: boolean, text: string, what: string): Date {
  try {
    if (also) return parseDateTime(dateTime);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw notA(what, text);
}

function notA(what: string, text: string): RangeError {
  return new RangeError(
    `not a ${what} (XEP-0082): ${JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)}`,
  );
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}
