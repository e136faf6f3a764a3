import type { RequestOptions, Session } from '@xeps/core';
import { versionQuery } from './schema.ts';
import type { SoftwareVersion } from './schema.ts';

/**
 * Asks an entity what software it is (§2); the own server when `to` is left out. For contacts whose presence comes in
 * XEP-0115 tells it without a question (§1).
 *
 * Rejects as `session.request` does: with `service-unavailable` when the entity does not tell.
 */
export function getSoftwareVersion(session: Session, options: RequestOptions = {}): Promise<SoftwareVersion> {
  return session.request(versionQuery, {}, options);
}
