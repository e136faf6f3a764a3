/**
 * XEP-0082: XMPP Date and Time Profiles. Dates, times and time zones as stanzas have them.
 *
 * @packageDocumentation
 */
export { formatDateTime, parseDateTime } from '@xeps/core/schema';
export {
  formatDate,
  formatTime,
  formatTimezoneOffset,
  parseDate,
  parseLegacyDateTime,
  parseTime,
  parseTimezoneOffset,
} from './profiles.ts';
export type { CalendarDate, TimeOfDay } from './profiles.ts';
