/**
 * How many of the peer's stanzas have come, and how many of them count as handled: those that every listener has seen
 * and nobody holds, up to the first that is otherwise. Plain numbers that don't wrap.
 */
export interface InboundCount {
  readonly arrived: number;
  readonly handled: number;
  /** The next stanza has come, and will be delivered in the same turn. */
  arrive(): void;
  /** What has come was delivered. */
  deliver(): void;
  /** The stanza that is being delivered is not handled until `work` has settled. Does nothing at other times. */
  hold(work: Promise<unknown>): void;
  /** Everything that is held now has settled; undefined when nothing is. */
  settled(): Promise<unknown> | undefined;
  /** Lets go of everything that is held. */
  release(): void;
  /** Starts at zero. */
  clear(): void;
}

/** Counts on from `start`. Calls back whenever more may have been handled. */
/* @__NO_SIDE_EFFECTS__ */
export function createInboundCount(start: number, changed: () => void): InboundCount {
  let arrived = start;
  let delivered = start;
  let queued = false;
  /** In the order of arrival. */
  const held = new Set<{ readonly number: number; readonly work: Promise<unknown> }>();

  const deliver = (): void => void (delivered = arrived);

  return {
    get arrived() {
      return arrived;
    },
    get handled() {
      const [oldest] = held;
      return oldest === undefined ? delivered : oldest.number - 1;
    },
    arrive() {
      // Stanzas are delivered one by one, after they were counted: the one before has been, this one has not.
      deliver();
      arrived += 1;
      changed();
      if (queued) return;
      queued = true;
      // Delivery is synchronous, and a microtask runs when nothing else does.
      queueMicrotask(() => {
        queued = false;
        deliver();
      });
    },
    deliver,
    hold(work) {
      if (delivered === arrived) return;
      const entry = { number: arrived, work };
      held.add(entry);
      const settle = (): void => {
        if (held.delete(entry)) changed();
      };
      work.then(settle, settle);
    },
    settled: () => (held.size === 0 ? undefined : Promise.allSettled(Array.from(held, ({ work }) => work))),
    release: () => held.clear(),
    clear() {
      arrived = delivered = 0;
      held.clear();
    },
  };
}
