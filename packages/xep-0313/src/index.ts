/**
 * XEP-0313: Message Archive Management. Reads the messages that a server or a room keeps, page by page.
 *
 * @packageDocumentation
 */
export { getArchiveForm, getArchiveMetadata, queryArchive } from './actions.ts';
export type { ArchiveOptions, ArchivePage, ArchiveResults } from './actions.ts';
export { ArchiveError } from './errors.ts';
export type { ArchiveErrorReason } from './errors.ts';
export { archiveFields } from './form.ts';
export type { ArchiveQuery } from './form.ts';
export type { ArchivedMessage } from './results.ts';
export {
  archiveFormQuery,
  archiveQuery,
  mamFin,
  mamMetadata,
  mamQuery,
  mamResult,
  metadataQuery,
  NS_MAM,
  NS_MAM_EXTENDED,
  NS_MAM_GROUPCHAT_AVAILABLE,
  NS_MAM_GROUPCHAT_FIELD,
} from './schema.ts';
export type {
  ArchiveMetadata,
  ArchiveMetadataInput,
  MamFin,
  MamFinInput,
  MamQuery,
  MamQueryInput,
  MamResult,
  MamResultInput,
} from './schema.ts';
export { getArchiveSupport } from './support.ts';
export type { ArchiveSupport } from './support.ts';
