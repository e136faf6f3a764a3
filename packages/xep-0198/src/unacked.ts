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
  let queue = [...initial];
  // Acknowledged entries stay in front until they are half of the array: taking them off one by one is quadratic.
  let head = 0;
  let handled = initialHandled;
  const size = (): number => queue.length - head;
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
      const end = head + distance;
      handled = h;
      const settled = queue.slice(head, end);
      head = end;
      if (head > 64 && head * 2 > queue.length) {
        queue = queue.slice(head);
        head = 0;
      }
      for (const entry of settled) entry.receipt?.acked();
    },
    entries: () => queue.slice(head),
    clear() {
      const left = queue.slice(head);
      queue = [];
      head = 0;
      handled = 0;
      return left;
    },
  };
}
