import { disposable } from '@xeps/core';

/** Time, so that a test may make it pass. */
export interface RttClock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Runs something once, after so many milliseconds, unless disposed of before. */
  after(milliseconds: number, run: () => void): Disposable;
}

/** The time of the platform. */
export const systemClock: RttClock = {
  now: () => performance.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return disposable(() => clearTimeout(timer));
  },
};
