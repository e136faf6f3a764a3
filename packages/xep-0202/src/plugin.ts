import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_TIME, timeQuery } from './schema.ts';
import { timeZone } from './time-zone.ts';

/** What is told of the time here. */
export interface TimeApi {
  /**
   * Tells this time zone, in minutes east of UTC, from now on; `undefined` for that of the system, which is told at
   * first. A time zone hints at where a person is (§6): 0 hides it. Throws `RangeError` for what is none.
   */
  setTimeZone(minutes: number | undefined): void;
}

/** Answers questions for the time (§2) and advertises that (§4). */
export const time: Plugin<TimeApi> = /* @__PURE__ */ definePlugin({
  name: 'time',
  requires: { disco },
  setup(session, requirements): TimeApi {
    let zone: number | undefined;
    session.handle(timeQuery, () => {
      const now = new Date();
      return { tzo: zone ?? -Math.round(now.getTimezoneOffset()), utc: now };
    });
    requirements.disco.addFeature(NS_TIME);
    return {
      setTimeZone(minutes) {
        if (minutes !== undefined) timeZone.encode(minutes);
        zone = minutes;
      },
    };
  },
});
