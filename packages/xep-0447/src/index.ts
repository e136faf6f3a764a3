/**
 * XEP-0447: Stateless file sharing. Files in messages: what they are, where to get them, and which places to believe.
 *
 * @packageDocumentation
 */
export { fileMessage, sourcesMessage } from './compose.ts';
export type { FileMessage, NewSources, OutgoingFile } from './compose.ts';
export { attachedSources, downloadUrls, isInline, sharedFiles } from './receive.ts';
export type { AttachedSources, AttachedSourcesOptions } from './receive.ts';
export { attachTo, fileSharing, NS_ATTACHING, NS_SFS, NS_URL_DATA, sources, urlData } from './schema.ts';
export type {
  AttachTo,
  AttachToInput,
  Disposition,
  FileSharing,
  FileSharingInput,
  Sources,
  SourcesInput,
  UrlData,
  UrlDataInput,
} from './schema.ts';
