/**
 * XEP-0441: Message Archive Management Preferences. Asks and tells a server which messages to archive.
 *
 * @packageDocumentation
 */
export { getArchivePreferences, setArchivePreferences } from './actions.ts';
export {
  archivePreferences,
  archivePreferencesRequest,
  getPreferencesQuery,
  NS_MAM_CONFIGURE,
  setPreferencesQuery,
} from './schema.ts';
export type { ArchiveDefault, ArchivePreferences, ArchivePreferencesInput } from './schema.ts';
