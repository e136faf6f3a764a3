import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import { childText, dateTime, element } from '@xeps/core/schema';
import type { ElementSchema, Infer } from '@xeps/core/schema';
import { timeZone } from './time-zone.ts';

/** §2: the namespace of entity time. */
export const NS_TIME = 'urn:xmpp:time';

/** §2: `<time/>` as a question, which has no content. */
export const timeRequest: ElementSchema<object> = /* @__PURE__ */ element(NS_TIME, 'time');

const $time = /* @__PURE__ */ element(NS_TIME, 'time', {
  tzo: childText(timeZone),
  utc: childText(dateTime),
});
/** §2: the time at an entity: the moment by its clock (`utc`), and its time zone in minutes east of UTC (`tzo`). */
export interface EntityTime extends Infer<typeof $time> {}
/** §2: `<time/>` as an answer. */
export const entityTime: ElementSchema<EntityTime> = $time;

/** §2: the question for the time. */
export const timeQuery: IqQuery<object, object, EntityTime, EntityTime> = /* @__PURE__ */ iqQuery(
  'get',
  timeRequest,
  entityTime,
);
