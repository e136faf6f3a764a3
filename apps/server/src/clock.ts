import type { Clock } from '@xeps/xep-0198';

export type { Clock } from '@xeps/xep-0198';

/** The machine's time. Its timers keep no process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(callback, milliseconds) {
    const timer = setTimeout(callback, Math.min(milliseconds, 0x7fff_ffff));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A clock that a test holds. */
export interface TestClock extends Clock {
  /** Goes on by so many milliseconds, and does what becomes due on the way, in order. */
  advance(milliseconds: number): void;
}

/** Makes a clock that stands still until it is told to go on. */
/* @__NO_SIDE_EFFECTS__ */
export function testClock(start: Date | number = 0): TestClock {
  let now = Number(start);
  const due = new Set<{ readonly at: number; callback(): void }>();
  return {
    now: () => now,
    schedule(callback, milliseconds) {
      const entry = { at: now + Math.max(0, milliseconds), callback };
      due.add(entry);
      return () => due.delete(entry);
    },
    advance(milliseconds) {
      const until = now + milliseconds;
      for (;;) {
        // Sorting is stable: what is due at one time runs in the order in which it was asked for.
        const [next] = Array.from(due).toSorted((left, right) => left.at - right.at);
        if (next === undefined || next.at > until) break;
        due.delete(next);
        now = next.at;
        next.callback();
      }
      now = until;
    },
  };
}
