import type { ConnectionError } from './errors.ts';

/** Counts writes and their completion, for `Transport.flushed`. */
export interface FlushTracker {
  /** A write was queued. */
  queued(): void;
  /** The oldest queued write was handed to the operating system. */
  done(): void;
  /** Nothing more will be: whoever waits is told. */
  fail(error: ConnectionError): void;
  /** Resolves when everything queued so far is done. */
  flushed(): Promise<void>;
}

/* @__NO_SIDE_EFFECTS__ */
export function createFlushTracker(): FlushTracker {
  let queued = 0;
  let done = 0;
  let failure: ConnectionError | undefined;
  let waiting: { readonly upTo: number; resolve(): void; reject(error: Error): void }[] = [];
  return {
    queued() {
      queued += 1;
    },
    done() {
      done += 1;
      while (waiting.length > 0 && waiting[0]!.upTo <= done) waiting.shift()!.resolve();
    },
    fail(error) {
      failure ??= error;
      const told = waiting;
      waiting = [];
      for (const { reject } of told) reject(failure);
    },
    flushed() {
      if (done >= queued) return Promise.resolve();
      if (failure !== undefined) return Promise.reject(failure);
      return new Promise((resolve, reject) => waiting.push({ upTo: queued, resolve, reject }));
    },
  };
}
