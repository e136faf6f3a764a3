import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import {
  attr,
  child,
  childText,
  children,
  choice,
  dateTime,
  element,
  integer,
  optional,
  string,
  text,
  uri,
} from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput, Schema } from '@xeps/core/schema';

/** §3: the namespace of upload slots. */
export const NS_UPLOAD = 'urn:xmpp:http:upload:0';
/** §5: the namespace of what uploads are for. */
export const NS_UPLOAD_PURPOSE = 'urn:xmpp:http:upload:purpose:0';

const $purpose = /* @__PURE__ */ choice({
  message: /* @__PURE__ */ element(NS_UPLOAD_PURPOSE, 'message'),
  profile: /* @__PURE__ */ element(NS_UPLOAD_PURPOSE, 'profile'),
  ephemeral: /* @__PURE__ */ element(NS_UPLOAD_PURPOSE, 'ephemeral', { expireBefore: attr(dateTime, 'expire-before') }),
  permanent: /* @__PURE__ */ element(NS_UPLOAD_PURPOSE, 'permanent'),
});
/** §5: what an upload is for, which decides how long it is kept; `ephemeral` not beyond `value.expireBefore`. */
export type UploadPurpose = Infer<typeof $purpose>;
/** §5: `<message/>`, `<profile/>`, `<ephemeral/>`, `<permanent/>`. */
export const uploadPurpose: Schema<UploadPurpose> = $purpose;

const $request = /* @__PURE__ */ element(NS_UPLOAD, 'request', {
  filename: attr(),
  size: attr(integer()),
  contentType: optional(attr(string, 'content-type')),
  purpose: optional(child(uploadPurpose)),
});
/** §4: the file that is to be uploaded; `size` in bytes. */
export interface UploadRequest extends Infer<typeof $request> {}
/** What encodes to a `<request/>`. */
export interface UploadRequestInput extends InferInput<typeof $request> {}
/** §4: `<request/>`. */
export const uploadRequest: ElementSchema<UploadRequest, UploadRequestInput> = $request;

const $header = /* @__PURE__ */ element(NS_UPLOAD, 'header', { name: attr(), value: text() });
/** §4: a header field for the PUT request. Which of them are sent is `allowedHeaders`' to say. */
export interface UploadHeader extends Infer<typeof $header> {}
/** §4: `<header/>`. */
export const uploadHeader: ElementSchema<UploadHeader> = $header;

const $slot = /* @__PURE__ */ element(NS_UPLOAD, 'slot', {
  put: child(/* @__PURE__ */ element(NS_UPLOAD, 'put', { url: attr(uri), headers: children(uploadHeader) })),
  get: child(/* @__PURE__ */ element(NS_UPLOAD, 'get', { url: attr(uri) })),
});
/** §4: where to put the file, and where others get it, as the service says; `requestSlot` checks both. */
export interface UploadSlot extends Infer<typeof $slot> {}
/** What encodes to a `<slot/>`. */
export interface UploadSlotInput extends InferInput<typeof $slot> {}
/** §4: `<slot/>`. */
export const uploadSlot: ElementSchema<UploadSlot, UploadSlotInput> = $slot;

/** §4: asks for a slot. */
export const uploadSlotQuery: IqQuery<UploadRequest, UploadRequestInput, UploadSlot, UploadSlotInput> =
  /* @__PURE__ */ iqQuery('get', uploadRequest, uploadSlot);

const $tooLarge = /* @__PURE__ */ element(NS_UPLOAD, 'file-too-large', {
  maxFileSize: optional(childText(integer(), 'max-file-size')),
});
/** §6: the file is too large; `maxFileSize` is what it may have, in bytes. */
export interface FileTooLarge extends Infer<typeof $tooLarge> {}
/** §6: `<file-too-large/>`, in an error. */
export const fileTooLarge: ElementSchema<FileTooLarge> = $tooLarge;

const $retry = /* @__PURE__ */ element(NS_UPLOAD, 'retry', { stamp: attr(dateTime) });
/** §6: when to try again. */
export interface UploadRetry extends Infer<typeof $retry> {}
/** §6: `<retry/>`, in an error. */
export const uploadRetry: ElementSchema<UploadRetry> = $retry;
