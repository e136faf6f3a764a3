/**
 * XEP-0446: File metadata element. What a file is: its name, type, size and hashes, its measures, and thumbnails of it.
 *
 * @packageDocumentation
 */
export { describeFile } from './actions.ts';
export type { DescribeOptions } from './actions.ts';
export { safeFileName } from './file-name.ts';
export type { FileNameOptions } from './file-name.ts';
export { fileMetadata, NS_FILE_METADATA, NS_THUMBS, thumbnail } from './schema.ts';
export type { FileMetadata, FileMetadataInput, Thumbnail, ThumbnailInput } from './schema.ts';
