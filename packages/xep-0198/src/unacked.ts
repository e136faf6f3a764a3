import type { EncodedStanza, Receipt } from '@xeps/stream';
import { handledCountTooHigh } from './elements.ts';

/** A stanza that the server has not acknowledged yet. */
export interface UnackedStanza {
  readonly stanza: EncodedStanza;
  /** When it was first sent, in milliseconds since 1970. */
  readonly time: number;
  readonly receipt: Receipt | undefined;
}

/** Sent stanzas in the order of sending, and how many the server has handled, modulo 2^32 (§4). */
export interface UnackedQueue {
  readonly size: number;
  /** The last `h` of the server's. */
  readonly handled: number;
  push(entry: UnackedStanza): void;
  /** Takes an `h`: settles what it covers. Throws `StreamError` when the server was never sent that many. */
  acknowledge(h: number): void;
  entries(): readonly UnackedStanza[];
  /** Empties it and starts counting at zero. */
  clear(): readonly UnackedStanza[];
}

/** Makes a queue that starts with what an earlier one held. */
/* @__NO_SIDE_EFFECTS__ */
export function createUnackedQueue(initial: readonly UnackedStanza[] = [], initialHandled = 0): UnackedQueue {
  const queue = [...initial];
  let handled = initialHandled;
  return {
    get size() {
      return queue.length;
    },
    get handled() {
      return handled;
    },
    push: (entry) => void queue.push(entry),
    acknowledge(h) {
      // Counters wrap, so the distance does too; an `h` that goes back is a huge distance, as wrong as one too high.
      const distance = (h - handled) >>> 0;
      if (distance > queue.length) throw handledCountTooHigh(h, (handled + queue.length) >>> 0);
      handled = h;
      for (const { receipt } of queue.splice(0, distance)) receipt?.acked();
    },
    entries: () => [...queue],
    clear() {
      handled = 0;
      return queue.splice(0);
    },
  };
}
