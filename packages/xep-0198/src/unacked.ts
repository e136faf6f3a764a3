import type { Receipt } from '@xeps/stream';
import { handledCountTooHigh } from './elements.ts';
import type { StoredStanza } from './state.ts';

/** A stanza that the server has not acknowledged yet. */
export interface UnackedStanza extends StoredStanza {
  readonly receipt: Receipt | undefined;
}

/** Sent stanzas in the order of sending, and how many the server has handled, modulo 2^32 (§4). */
export interface UnackedQueue {
  readonly size: number;
  /** The last `h` of the server's. */
  readonly handled: number;
  push(entry: UnackedStanza): void;
  /** Takes an `h`, and out what it covers. Throws `StreamError` when the server was never sent that many. */
  acknowledge(h: number): readonly UnackedStanza[];
  entries(): readonly UnackedStanza[];
  /** Empties it and starts counting at zero. */
  clear(): readonly UnackedStanza[];
}

/** Makes a queue that starts with what an earlier one held. */
/* @__NO_SIDE_EFFECTS__ */
export function createUnackedQueue(initial: readonly UnackedStanza[], initialHandled: number): UnackedQueue {
  let queue = [...initial];
  /** Where the queue begins in its array: moving all the rest for every acknowledgement would be quadratic. */
  let first = 0;
  let handled = initialHandled;
  const size = (): number => queue.length - first;
  const take = (count: number): readonly UnackedStanza[] => {
    const taken = queue.slice(first, (first += count));
    if (first * 2 > queue.length) {
      queue = queue.slice(first);
      first = 0;
    }
    return taken;
  };
  return {
    get size() {
      return size();
    },
    get handled() {
      return handled;
    },
    push: (entry) => void queue.push(entry),
    acknowledge(h) {
      // Counters wrap, so the distance does too; an `h` that goes back is a huge distance, as wrong as one too high.
      const distance = (h - handled) >>> 0;
      if (distance > size()) throw handledCountTooHigh(h, (handled + size()) >>> 0);
      handled = h;
      return take(distance);
    },
    entries: () => queue.slice(first),
    clear() {
      handled = 0;
      return take(size());
    },
  };
}
