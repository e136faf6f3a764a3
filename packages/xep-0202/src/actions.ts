import type { RequestOptions, Session } from '@xeps/core';
import { timeQuery } from './schema.ts';
import type { EntityTime } from './schema.ts';

/**
 * Asks an entity for its time (§2); the own server when `to` is left out. The answer was on its way for up to as long as
 * the question took; it is what the entity claims, not what the time is.
 *
 * Rejects as `session.request` does: with `service-unavailable` when the entity does not tell.
 */
export function getEntityTime(session: Session, options: RequestOptions = {}): Promise<EntityTime> {
  return session.request(timeQuery, {}, options);
}
