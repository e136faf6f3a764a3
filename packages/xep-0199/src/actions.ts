import { isStanzaError } from '@xeps/core';
import type { RequestOptions, Session } from '@xeps/core';
import { pingQuery } from './schema.ts';

/**
 * Asks whether an entity answers; the own server when `to` is left out. Resolves with the milliseconds that it took.
 *
 * An entity that does not know pings has answered too (§4.1: `service-unavailable` and `feature-not-implemented` count
 * as a pong). Other errors, such as `remote-server-not-found`, reject with `StanzaError`, silence with `TimeoutError`.
 */
export async function sendPing(session: Session, options: RequestOptions = {}): Promise<number> {
  const start = performance.now();
  try {
    await session.request(pingQuery, {}, options);
  } catch (error) {
    if (!isStanzaError(error, 'service-unavailable', 'feature-not-implemented')) throw error;
  }
  return performance.now() - start;
}
