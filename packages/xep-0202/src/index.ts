/**
 * XEP-0202: Entity Time. Asks what time it is at somebody's place, and answers when asked.
 *
 * @packageDocumentation
 */
export { getEntityTime } from './actions.ts';
export { time } from './plugin.ts';
export type { TimeApi } from './plugin.ts';
export { entityTime, NS_TIME, timeQuery, timeRequest } from './schema.ts';
export type { EntityTime } from './schema.ts';
export { timeZone } from './time-zone.ts';
