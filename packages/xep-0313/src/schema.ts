import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import { attr, boolean, child, dateTime, element, flag, optional, withDefault } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';
import { dataForm } from '@xeps/xep-0004';
import { rsmRequest, rsmResult } from '@xeps/xep-0059';
import { forwarded } from '@xeps/xep-0297';

/** §4: the namespace of archives, the FORM_TYPE of their queries, and a feature of addresses that have one (§7). */
export const NS_MAM = 'urn:xmpp:mam:2';
/** §7: the feature of archives that know ids in queries, flipped pages and metadata. */
export const NS_MAM_EXTENDED = 'urn:xmpp:mam:2#extended';
/** §7: the feature of archives that know the field `include-groupchat`. */
export const NS_MAM_GROUPCHAT_FIELD = 'urn:xmpp:mam:2#groupchat-field';
/** §7: the feature of user archives that hold messages of rooms. */
export const NS_MAM_GROUPCHAT_AVAILABLE = 'urn:xmpp:mam:2#groupchat-available';

const $mamQuery = /* @__PURE__ */ element(NS_MAM, 'query', {
  queryid: optional(attr()),
  /** §6.1.3, for XEP-0442. */
  node: optional(attr()),
  form: optional(child(dataForm)),
  set: optional(child(rsmRequest)),
  /** §4.3.4: `<flip-page/>`. */
  flipPage: flag('flip-page'),
});
/** §4: what is asked of an archive. */
export interface MamQuery extends Infer<typeof $mamQuery> {}
/** {@link MamQuery} for encoding. */
export interface MamQueryInput extends InferInput<typeof $mamQuery> {}
/** §4: `<query/>`. */
export const mamQuery: ElementSchema<MamQuery, MamQueryInput> = $mamQuery;

const $mamResult = /* @__PURE__ */ element(NS_MAM, 'result', {
  queryid: optional(attr()),
  id: attr(),
  forwarded: child(forwarded),
});
/** §4.2: one archived message. Believed only from the archive that was asked (§8.2), which `queryArchive` sees to. */
export interface MamResult extends Infer<typeof $mamResult> {}
/** {@link MamResult} for encoding. */
export interface MamResultInput extends InferInput<typeof $mamResult> {}
/** §4.2: `<result/>`, in a message for each result. */
export const mamResult: ElementSchema<MamResult, MamResultInput> = $mamResult;

const $mamFin = /* @__PURE__ */ element(NS_MAM, 'fin', {
  queryid: optional(attr()),
  /** §4.3.2: no further page is needed. */
  complete: withDefault(attr(boolean), false),
  /** §4.3.2: false while the archive may still change what it gave. */
  stable: withDefault(attr(boolean), true),
  set: optional(child(rsmResult)),
});
/** §4: the end of a page. */
export interface MamFin extends Infer<typeof $mamFin> {}
/** {@link MamFin} for encoding. */
export interface MamFinInput extends InferInput<typeof $mamFin> {}
/** §4: `<fin/>`. */
export const mamFin: ElementSchema<MamFin, MamFinInput> = $mamFin;

/** §4: asks for a page of messages, which come before the answer. */
export const archiveQuery: IqQuery<MamQuery, MamQueryInput, MamFin, MamFinInput> = /* @__PURE__ */ iqQuery(
  'set',
  mamQuery,
  mamFin,
);

/** §4.1.5: asks for the form of queries, with the fields that this archive knows. */
export const archiveFormQuery: IqQuery<MamQuery, MamQueryInput, MamQuery, MamQueryInput> = /* @__PURE__ */ iqQuery(
  'get',
  mamQuery,
  mamQuery,
);

const edge = { id: /* @__PURE__ */ attr(), timestamp: /* @__PURE__ */ attr(dateTime) };
const $mamMetadata = /* @__PURE__ */ element(NS_MAM, 'metadata', {
  start: optional(child(element(NS_MAM, 'start', edge))),
  end: optional(child(element(NS_MAM, 'end', edge))),
});
/** §5: the first and the last message of an archive; neither when it is empty. */
export interface ArchiveMetadata extends Infer<typeof $mamMetadata> {}
/** {@link ArchiveMetadata} for encoding. */
export interface ArchiveMetadataInput extends InferInput<typeof $mamMetadata> {}
/** §5: `<metadata/>`. */
export const mamMetadata: ElementSchema<ArchiveMetadata, ArchiveMetadataInput> = $mamMetadata;

/** §5: asks for the metadata of an archive. */
export const metadataQuery: IqQuery<object, object, ArchiveMetadata, ArchiveMetadataInput> = /* @__PURE__ */ iqQuery(
  'get',
  element(NS_MAM, 'metadata'),
  mamMetadata,
);
