import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatDate,
  formatDateTime,
  formatTime,
  formatTimezoneOffset,
  parseDate,
  parseDateTime,
  parseLegacyDateTime,
  parseTime,
  parseTimezoneOffset,
} from './index.ts';

describe('§3.1 Date', () => {
  test.each([
    ['the date of American independence', '1776-07-04', { year: 1776, month: 7, day: 4 }],
    ['leap day', '2024-02-29', { year: 2024, month: 2, day: 29 }],
    ['first century', '0050-12-31', { year: 50, month: 12, day: 31 }],
    ['XML Schema: with a zone', '2002-09-10+05:30', { year: 2002, month: 9, day: 10, offset: 330 }],
    ['XML Schema: UTC', '2002-09-10Z', { year: 2002, month: 9, day: 10, offset: 0 }],
  ])('§3.1 %s', (_, text, date) => {
    expect(parseDate(text)).toEqual(date);
    expect(formatDate(date)).toBe(text);
  });

  test.each([
    '',
    '1776',
    '1776-07',
    '1776-7-4',
    '17760704',
    '1776-07-04T',
    '1776-07-04T00:00:00Z',
    '2023-02-29',
    '2004-02-30',
    '2004-13-01',
    '2004-00-01',
    '2004-01-00',
    ' 1776-07-04',
    '1776-07-04 ',
    '-1776-07-04',
    '11776-07-04',
    '2004-01-01+15:00',
    '2004-01-01ZZ',
    '2004-01-01-5',
  ])('refuses %j', (text) => {
    expect(() => parseDate(text)).toThrow(RangeError);
    expect(() => parseDate(text)).toThrow(JSON.stringify(text));
  });

  test.each([
    { year: 2023, month: 2, day: 29 },
    { year: 10_000, month: 1, day: 1 },
    { year: -1, month: 1, day: 1 },
    { year: 2000, month: 1.5, day: 1 },
    { year: 2000, month: 1, day: Number.NaN },
    { year: 2000, month: 1, day: 1, offset: 900 },
  ])('does not write %j', (date) => {
    expect(() => formatDate(date)).toThrow(RangeError);
  });
});

describe('§3.2 DateTime is that of @xeps/core', () => {
  test('reads and writes', () => {
    expect(formatDateTime(parseDateTime('1969-07-20T21:56:15-05:00'))).toBe('1969-07-21T02:56:15Z');
    expect(() => parseDateTime('1969-07-20T21:56:15')).toThrow(RangeError);
  });
});

describe('§3.3 Time', () => {
  test.each([
    ['time for tea', '16:00:00', { hour: 16, minute: 0, second: 0, millisecond: 0 }],
    ['with a fraction', '16:00:00.125', { hour: 16, minute: 0, second: 0, millisecond: 125 }],
    ['in UTC', '16:00:00Z', { hour: 16, minute: 0, second: 0, millisecond: 0, offset: 0 }],
    ['Bangkok', '19:00:00+07:00', { hour: 19, minute: 0, second: 0, millisecond: 0, offset: 420 }],
    ['Denver', '05:00:59.5-07:00', { hour: 5, minute: 0, second: 59, millisecond: 500, offset: -420 }],
  ])('§3.3 %s', (_, text, time) => {
    expect(parseTime(text)).toEqual(time);
    expect(parseTime(formatTime(time))).toEqual(time);
  });

  test('XML Schema: 24:00:00 is midnight', () => {
    expect(parseTime('24:00:00')).toEqual({ hour: 0, minute: 0, second: 0, millisecond: 0 });
  });

  test.each([
    '',
    '16',
    '16:00',
    '16:00:0',
    '160000',
    '24:00:01',
    '25:00:00',
    '16:60:00',
    '16:00:60',
    '23:59:60',
    '23:59:60Z',
    '16:00:00.',
    '16:00:00+1',
    '16:00:00+07:00Z',
    'T16:00:00',
    '16:00:00 ',
    '1969-07-21T16:00:00Z',
    '4:00:00 PM',
  ])('refuses %j', (text) => {
    expect(() => parseTime(text)).toThrow(RangeError);
  });

  test.each([
    { hour: 24, minute: 0, second: 0, millisecond: 0 },
    { hour: -1, minute: 0, second: 0, millisecond: 0 },
    { hour: 1, minute: 60, second: 0, millisecond: 0 },
    { hour: 1, minute: 0, second: 60, millisecond: 0 },
    { hour: 1, minute: 0, second: 0, millisecond: 1000 },
    { hour: 1, minute: 0, second: 0, millisecond: 0.5 },
  ])('does not write %j', (time) => {
    expect(() => formatTime(time)).toThrow(RangeError);
  });
});

describe('§2.1 Time Zone Definition', () => {
  test.each([
    ['Z', 0],
    ['+07:00', 420],
    ['-07:00', -420],
    ['+05:30', 330],
    ['+14:00', 840],
    ['-14:00', -840],
  ])('%s is %d minutes', (text, minutes) => {
    expect(parseTimezoneOffset(text)).toBe(minutes);
    expect(formatTimezoneOffset(minutes)).toBe(text);
  });

  test.each(['+00:00', '-00:00'])('%s is UTC', (text) => {
    expect(parseTimezoneOffset(text)).toBe(0);
  });

  test.each([
    '',
    'z',
    '07:00',
    '+7:00',
    '+0700',
    '+07',
    '+14:01',
    '-15:00',
    '+07:60',
    '+07:00 ',
    ' Z',
    'ZZ',
    'UTC',
    '\u221207:00',
  ])('refuses %j', (text) => {
    expect(() => parseTimezoneOffset(text)).toThrow(RangeError);
  });

  test.each([Number.NaN, Infinity, 0.5, 841, -841])('does not write %d', (minutes) => {
    expect(() => formatTimezoneOffset(minutes)).toThrow(RangeError);
  });

  test('reads what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -840, max: 840 }), (minutes) => {
        expect(parseTimezoneOffset(formatTimezoneOffset(minutes))).toBe(minutes);
      }),
    );
  });
});

describe('§4 the old format', () => {
  test.each([
    ['XEP-0091 §3 offline message', '20020910T23:08:25', '2002-09-10T23:08:25Z'],
    ['XEP-0091 §3 presence', '20020910T23:41:07', '2002-09-10T23:41:07Z'],
    ['XEP-0091 §3 room', '20020910T23:05:37', '2002-09-10T23:05:37Z'],
    ['a DateTime', '2002-09-10T18:08:25-05:00', '2002-09-10T23:08:25Z'],
  ])('%s', (_, text, dateTime) => {
    expect(formatDateTime(parseLegacyDateTime(text))).toBe(dateTime);
  });

  test.each([
    '',
    '20020910',
    '20020930T24:30:00',
    '20020230T00:00:00',
    '20020910T23:08',
    '20020910T230825',
    '20020910 23:08:25',
    '20020910T23:08:25Z',
    '2002-09-10T23:08:25',
    '020910T23:08:25',
    '20020910T23:08:25\n',
  ])('refuses %j', (text) => {
    expect(() => parseLegacyDateTime(text)).toThrow(RangeError);
  });
});

test('parsers throw nothing but RangeError, however broken or long the text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...'0123456789-+:.TZ')).map((chars) => chars.join('')),
  );
  fc.assert(
    fc.property(text, (input) => {
      for (const parse of [parseDate, parseTime, parseTimezoneOffset, parseLegacyDateTime]) {
        try {
          parse(input);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect((error as RangeError).message.length).toBeLessThan(500);
        }
      }
    }),
    { numRuns: 2000 },
  );
  const started = performance.now();
  for (const piece of ['1', '+', '.', 'Z', '0-']) expect(() => parseTime(piece.repeat(1_000_000))).toThrow(RangeError);
  expect(performance.now() - started).toBeLessThan(2000);
});
