/** How often a client waited for its server, read from what passed through a proxy. */

/** `up`: from the client to the server. */
export type Direction = 'up' | 'down';

/** Data that arrived at a proxy. */
export interface Passage {
  /** The number of its connection, from 1. */
  readonly connection: number;
  /** When it arrived, as `performance.now()` counts (milliseconds). */
  readonly at: number;
  readonly direction: Direction;
  readonly bytes: number;
}

/**
 * Counts the round trips in a proxy's log, or in the part of it that is of interest: how often the client sent
 * something, the server answered, and the client had the answer when it sent the next thing.
 * @param delay the proxy's delay each way (milliseconds). Data is no answer to what had not reached its sender yet, so
 * with a delay what a client pipelines counts once; without one, each change of direction counts.
 */
export function countRoundTrips(log: readonly Passage[], delay = 0): number {
  let trips = 0;
  let expected: Direction = 'up';
  let earliest = -Infinity;
  for (const { direction, at } of log) {
    if (direction !== expected || at < earliest) continue;
    if (direction === 'down') trips += 1;
    expected = direction === 'up' ? 'down' : 'up';
    earliest = at + delay;
  }
  return trips;
}
