import {
  attr,
  child,
  children,
  childText,
  dateTime,
  element,
  integer,
  langText,
  mapped,
  optional,
  string,
  text,
  uri,
} from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput, Schema } from '@xeps/core/schema';
import { hash } from '@xeps/xep-0300';

/** §2: the namespace of file metadata. */
export const NS_FILE_METADATA = 'urn:xmpp:file:metadata:0';
/** XEP-0264 §3.1: the namespace of thumbnails. */
export const NS_THUMBS = 'urn:xmpp:thumbs:1';

const pixels = /* @__PURE__ */ integer();

const $thumbnail = /* @__PURE__ */ element(NS_THUMBS, 'thumbnail', {
  uri: attr(uri),
  mediaType: optional(attr(string, 'media-type')),
  width: optional(attr(pixels)),
  height: optional(attr(pixels)),
});
/**
 * XEP-0264 §3.1: a small picture of a file: its address, which is often a `cid:` (XEP-0231), and in pixels how large it is
 * meant to be shown. Neither size is to be trusted when memory is set aside for it (§4).
 */
export interface Thumbnail extends Infer<typeof $thumbnail> {}
/** What encodes to a `<thumbnail/>`. */
export interface ThumbnailInput extends InferInput<typeof $thumbnail> {}
/** XEP-0264 §3.1: `<thumbnail/>`. */
export const thumbnail: ElementSchema<Thumbnail, ThumbnailInput> = $thumbnail;

/** `<dimensions/>`, of earlier versions of the specification. */
const formerDimensions = /* @__PURE__ */ element(NS_FILE_METADATA, 'dimensions', { value: optional(text()) });

const $file = /* @__PURE__ */ element(NS_FILE_METADATA, 'file', {
  date: optional(childText(dateTime)),
  desc: langText(),
  hashes: children(hash, { skipBroken: true }),
  height: optional(childText(pixels)),
  length: optional(childText(integer())),
  mediaType: optional(childText(string, 'media-type')),
  name: optional(childText()),
  size: optional(childText(integer())),
  thumbnails: children(thumbnail, { skipBroken: true }),
  width: optional(childText(pixels)),
  dimensions: optional(child(formerDimensions)),
});
/**
 * §2: what somebody says a file is. `date` is when it was last changed; `size` is in bytes, `width` and `height` in
 * pixels, `length` in milliseconds; without a `mediaType` it is `application/octet-stream`. All of it is hostile until it is
 * checked: the name with `safeFileName`, the contents with `verifyHashes` (XEP-0300).
 */
export interface FileMetadata extends Omit<Infer<typeof $file>, 'dimensions'> {}
/** What encodes to a `<file/>`. */
export interface FileMetadataInput extends Omit<InferInput<typeof $file>, 'dimensions'> {}
/** §2: `<file/>`. Of an earlier version, `<dimensions/>` is read too, where width and height are missing. */
export const fileMetadata: Schema<FileMetadata, FileMetadataInput> = /* @__PURE__ */ mapped(
  $file,
  ({ dimensions, ...file }): FileMetadata => {
    const [, width, height] = /^\s*(\d{1,9})x(\d{1,9})\s*$/.exec(dimensions?.value ?? '') ?? [];
    if (width === undefined || file.width !== undefined || file.height !== undefined) return file;
    return { ...file, width: Number(width), height: Number(height) };
  },
  (file: FileMetadataInput) => file,
);
