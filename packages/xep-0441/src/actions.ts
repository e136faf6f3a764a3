import type { RequestOptions, Session } from '@xeps/core';
import { getPreferencesQuery, setPreferencesQuery } from './schema.ts';
import type { ArchivePreferences, ArchivePreferencesInput } from './schema.ts';

/**
 * Which messages the own server archives (§2.1). Rejects as `session.request` does: with `StanzaError`
 * `feature-not-implemented` or `service-unavailable` where the server has no preferences.
 */
export function getArchivePreferences(session: Session, options?: RequestOptions): Promise<ArchivePreferences> {
  return session.request(getPreferencesQuery, {}, options);
}

/**
 * Says which messages to archive, and gives what the server made of it, which its policy may change (§2.1). The lists
 * replace those that were there. Other devices catch up from the archive: what is not archived they never see (§1).
 * Rejects as {@link getArchivePreferences} does, and with `forbidden` or `not-allowed`.
 */
export function setArchivePreferences(
  session: Session,
  preferences: ArchivePreferencesInput,
  options?: RequestOptions,
): Promise<ArchivePreferences> {
  return session.request(setPreferencesQuery, preferences, options);
}
