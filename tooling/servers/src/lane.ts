/** One direction of a connection through a proxy. */
import { between } from './random.ts';

/** Delivers what arrives: all of it, in order, and later. */
export interface Lane {
  /** Takes what arrived. */
  pass(data: Buffer): void;
  /** Does something once all that came before is delivered. */
  after(action: () => void): void;
  /** Takes what arrived last, and loses the end of all that still waits: this share of its bytes (0 to 1) stays. */
  lose(data: Buffer, share: number): void;
  /** Loses all that still waits. */
  clear(): void;
}

export interface LaneOptions {
  readonly deliver: (data: Buffer) => void;
  /** How much later each piece is delivered (milliseconds). */
  readonly delay: number;
  /** Where given, data is cut at random places into pieces that are delivered one in a turn of the event loop. */
  readonly split: (() => number) | undefined;
}

interface Waiting {
  readonly due: number;
  readonly data: Buffer;
  readonly action?: () => void;
}

/** The most pieces that one arrival is cut into. */
const MOST_PIECES = 8;
const NOTHING = Buffer.alloc(0);

function pieces(data: Buffer, random: () => number): Buffer[] {
  const places = Array.from({ length: between(random, 1, MOST_PIECES) - 1 }, () => between(random, 1, data.length - 1));
  const ends = [...places, data.length].sort((left, right) => left - right);
  return ends.map((end, index) => data.subarray(ends[index - 1] ?? 0, end)).filter((piece) => piece.length > 0);
}

export function createLane({ deliver, delay, split }: LaneOptions): Lane {
  let waiting: Waiting[] = [];
  let stop: (() => void) | undefined;

  const pump = (): void => {
    stop = undefined;
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      const wait = next.due - performance.now();
      if (wait > 0) {
        const timer = setTimeout(pump, wait);
        stop = () => clearTimeout(timer);
        return;
      }
      waiting.shift();
      if (next.data.length > 0) deliver(next.data);
      next.action?.();
      if (split !== undefined && waiting.length > 0 && stop === undefined) {
        const immediate = setImmediate(pump);
        stop = () => clearImmediate(immediate);
        return;
      }
    }
  };
  const add = (data: Buffer, action?: () => void): void => {
    // Without a delay nothing waits for the clock, not even for its next tick.
    const due = delay > 0 ? performance.now() + delay : -Infinity;
    const parts = split === undefined || data.length < 2 ? [data] : pieces(data, split);
    for (const part of parts) waiting.push({ due, data: part, ...(action && { action }) });
  };
  const start = (): void => {
    if (stop === undefined) pump();
  };
  return {
    pass(data) {
      add(data);
      start();
    },
    after(action) {
      add(NOTHING, action);
      start();
    },
    lose(data, share) {
      add(data);
      let left = Math.round(share * waiting.reduce((sum, item) => sum + item.data.length, 0));
      waiting = waiting.map((item) => {
        const kept = item.data.subarray(0, left);
        left -= kept.length;
        return { ...item, data: kept };
      });
      start();
    },
    clear() {
      stop?.();
      stop = undefined;
      waiting = [];
    },
  };
}
