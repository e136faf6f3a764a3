import { computeHashes } from '@xeps/xep-0300';
import type { HashOptions } from '@xeps/xep-0300';
import type { FileMetadataInput } from './schema.ts';

/** How to describe a file. */
export interface DescribeOptions extends HashOptions {
  /** The hash algorithms; SHA-256 when left out. */
  readonly algorithms?: readonly string[] | undefined;
}

/**
 * Describes a file that is to be shared: its name (of a `File`), media type, size and hashes. When it was changed is left
 * out, as that is nobody's business. Rejects as `computeHash` does.
 *
 * @example
 * ```ts
 * import { describeFile, fileMetadata } from '@xeps/xep-0446';
 *
 * export async function describePicture(picture: File, width: number, height: number) {
 *   return fileMetadata.encode({ ...(await describeFile(picture)), width, height });
 * }
 * ```
 */
export async function describeFile(
  file: Blob,
  { algorithms = ['sha-256'], signal }: DescribeOptions = {},
): Promise<FileMetadataInput> {
  const { name } = file as Partial<File>;
  return {
    ...(name !== undefined && name !== '' && { name }),
    ...(file.type !== '' && { mediaType: file.type }),
    size: file.size,
    hashes: await computeHashes(file, algorithms, { signal }),
  };
}
