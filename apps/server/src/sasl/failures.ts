import type { SaslFailure } from './types.ts';

/**
 * What ends a stream (RFC 6120 §6.4.5): five guesses at a password. Mechanisms that can't work on a connection count half:
 * clients try one after the other until one does.
 */
export const maxFailures = 10;

/** How much a failure counts. */
export function weightOf({ condition }: SaslFailure): number {
  return condition === 'not-authorized' ? 2 : 1;
}
