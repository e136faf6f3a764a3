import { attr, child, children, element, langText, oneOfKnown, optional, rest, uri } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';
import { fileMetadata } from '@xeps/xep-0446';

/** §3.1: the namespace of shared files. */
export const NS_SFS = 'urn:xmpp:sfs:0';
/** XEP-0103 §5.1: the namespace of addresses. */
export const NS_URL_DATA = 'http://jabber.org/protocol/url-data';
/** XEP-0367: the namespace of what is attached to another message. */
export const NS_ATTACHING = 'urn:xmpp:message-attaching:1';

/** §3.2: whether a file is meant to be seen with the message, or to be fetched when somebody asks for it. */
export type Disposition = 'attachment' | 'inline';

const $urlData = /* @__PURE__ */ element(NS_URL_DATA, 'url-data', {
  target: attr(uri),
  sid: optional(attr()),
  desc: langText(),
  details: rest(),
});
/** XEP-0103 §5.1: an address, of any scheme. `details` say how to use it, such as the headers of XEP-0104. */
export interface UrlData extends Infer<typeof $urlData> {}
/** What encodes to a `<url-data/>`. */
export interface UrlDataInput extends InferInput<typeof $urlData> {}
/** XEP-0103 §5.1: `<url-data/>`. Fetch none but those that `downloadUrls` gives. */
export const urlData: ElementSchema<UrlData, UrlDataInput> = $urlData;

const $sources = /* @__PURE__ */ element(NS_SFS, 'sources', {
  id: optional(attr()),
  urls: children(urlData, { skipBroken: true }),
  others: rest(),
});
/**
 * §3.1: where a file is. `others` are sources of other kinds, as they are. `id` is only for sources that come later: that of
 * the `<file-sharing/>` that they belong to (§3.3).
 */
export interface Sources extends Infer<typeof $sources> {}
/** What encodes to a `<sources/>`. */
export interface SourcesInput extends InferInput<typeof $sources> {}
/** §3.1, §3.3: `<sources/>`. */
export const sources: ElementSchema<Sources, SourcesInput> = $sources;

const $fileSharing = /* @__PURE__ */ element(NS_SFS, 'file-sharing', {
  id: optional(attr()),
  disposition: optional(attr(oneOfKnown('attachment', 'inline'))),
  file: child(fileMetadata),
  sources: optional(child(sources)),
});
/** §3.1: a file that is shared. Without `sources` they come later (§3.2). `id` tells several files of a message apart (§4.2). */
export interface FileSharing extends Infer<typeof $fileSharing> {}
/** What encodes to a `<file-sharing/>`. */
export interface FileSharingInput extends InferInput<typeof $fileSharing> {}
/** §3.1: `<file-sharing/>`. */
export const fileSharing: ElementSchema<FileSharing, FileSharingInput> = $fileSharing;

const $attachTo = /* @__PURE__ */ element(NS_ATTACHING, 'attach-to', { id: attr() });
/** §3.3: the id of the message that this one adds something to. */
export interface AttachTo extends Infer<typeof $attachTo> {}
/** What encodes to an `<attach-to/>`. */
export interface AttachToInput extends InferInput<typeof $attachTo> {}
/** §3.3: `<attach-to/>` (XEP-0367). */
export const attachTo: ElementSchema<AttachTo, AttachToInput> = $attachTo;
