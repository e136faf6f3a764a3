/** Texts in the user's language (ICU messages by Lingui), and dates, times and sizes as one writes them there. */
import { setupI18n } from '@lingui/core';
import type { I18n, Messages } from '@lingui/core';
import { en } from './en.ts';
import type { TextKey } from './en.ts';

export type { TextKey } from './en.ts';

/** The languages that there are, by what they call themselves. */
export const languages: Readonly<Record<string, string>> = { en: 'English', de: 'Deutsch' };

/** Scripts that are written from right to left. */
const rightToLeft = /^(?:ar|fa|he|ur|yi|ps|sd|ug)\b/;

const i18n: I18n = setupI18n();

/** The language that is asked for, or the best of those that the browser wants. */
export function chooseLanguage(wanted: string): string {
  const all = wanted === '' ? navigator.languages : [wanted];
  return all.map((name) => name.slice(0, 2).toLowerCase()).find((name) => name in languages) ?? 'en';
}

/** Speaks a language from now on. */
export async function speak(language: string): Promise<void> {
  const catalogue = language === 'de' ? (await import('./de.ts')).de : en;
  // Compiled when the page is built (vite.config.ts).
  i18n.load(language, catalogue as Messages);
  i18n.activate(language);
  document.documentElement.lang = language;
  document.documentElement.dir = rightToLeft.test(language) ? 'rtl' : 'ltr';
}

/** A text, with what belongs into it. */
export function t(key: TextKey, values?: Readonly<Record<string, string | number>>): string {
  return i18n._(key, values);
}

/** `14:05` */
export const time = (date: Date): string => format(date, { hour: '2-digit', minute: '2-digit' });
/** `14 March 2026` */
const day = (date: Date): string => format(date, { dateStyle: 'long' });
/** `14 March 2026 at 14:05` */
export const dateTime = (date: Date): string => format(date, { dateStyle: 'long', timeStyle: 'short' });

const formats = new Map<string, Intl.DateTimeFormat>();

function format(date: Date, options: Intl.DateTimeFormatOptions): string {
  const key = i18n.locale + JSON.stringify(options);
  let found = formats.get(key);
  if (found === undefined) formats.set(key, (found = new Intl.DateTimeFormat(i18n.locale, options)));
  return found.format(date);
}

/** Today, yesterday, the weekday of this week, or the date. */
export function dayName(date: Date, now: Date = new Date()): string {
  const days = Math.round((startOfDay(now) - startOfDay(date)) / 86_400_000);
  if (days === 0) return t('today');
  if (days === 1) return t('yesterday');
  return days > 0 && days < 7 ? format(date, { weekday: 'long' }) : day(date);
}

/** What a list has room for: the time of today, the weekday, or the date. */
export function shortTime(date: Date, now: Date = new Date()): string {
  const days = Math.round((startOfDay(now) - startOfDay(date)) / 86_400_000);
  if (days === 0) return time(date);
  if (days > 0 && days < 7) return format(date, { weekday: 'short' });
  return format(date, { day: '2-digit', month: '2-digit', year: '2-digit' });
}

const startOfDay = (date: Date): number => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** `1.2 MB` */
export function size(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const power = Math.min(bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return new Intl.NumberFormat(i18n.locale, {
    style: 'unit',
    unit: units[power]!,
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** power);
}

/** `42 %` */
export const percent = (share: number): string =>
  new Intl.NumberFormat(i18n.locale, { style: 'percent', maximumFractionDigits: 0 }).format(share);
