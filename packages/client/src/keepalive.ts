import { TimeoutError } from '@xeps/core';
import type { Clock } from '@xeps/xep-0198';
import type { StreamLimits } from '@xeps/xep-0478';
import type { LiveStream } from './live-stream.ts';

/** How a connection that says nothing is told from one that is dead. */
export interface KeepaliveOptions {
  /** Milliseconds of silence after which the server is asked for a sign of life; 60,000 when left out. */
  readonly interval?: number | undefined;
  /** Milliseconds that it has for that; 15,000 when left out. */
  readonly timeout?: number | undefined;
}

/** Watches a stream until it is stopped, and breaks it off when the server is silent. */
export interface Keepalive {
  /** Asks now: the machine was asleep, or the network changed. */
  check(): void;
  stop(): void;
}

/**
 * Starts watching.
 *
 * @param limits what the server says of itself, which may come after the start
 * @param probe makes the server say something; false when it has nothing to answer, so that silence proves nothing.
 */
export function startKeepalive(
  live: LiveStream,
  clock: Clock,
  probe: () => boolean,
  limits: () => StreamLimits,
  options: KeepaliveOptions = {},
): Keepalive {
  const { timeout = 15_000 } = options;
  // XEP-0478 §3.1: a server that takes streams for idle sooner hears of this one before that.
  const intervalNow = (): number => Math.min(options.interval ?? 60_000, (limits().idleSeconds ?? Infinity) * 500);
  let cancel: (() => void) | undefined;
  const later = (callback: () => void, milliseconds: number): void => {
    cancel?.();
    cancel = clock.schedule(callback, milliseconds);
  };
  const watch = (): void => {
    const silence = clock.now() - live.lastHeard;
    const interval = intervalNow();
    if (silence >= interval) check();
    else later(watch, interval - silence);
  };
  const check = (): void => {
    const asked = clock.now();
    if (!probe()) return later(watch, intervalNow());
    later(() => {
      if (live.lastHeard >= asked) return watch();
      live.abort(new TimeoutError(`no sign of life from the server within ${timeout} ms`));
    }, timeout);
  };
  // What the server says of itself may follow in a moment.
  later(watch, Math.min(intervalNow(), 1_000));
  return { check, stop: () => cancel?.() };
}
