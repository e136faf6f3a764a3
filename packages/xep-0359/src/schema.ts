import { attr, element, jid, optional } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §2: the namespace of stanza ids; entities that keep the rules of §3 advertise it (§5). */
export const NS_SID = 'urn:xmpp:sid:0';

const $stanzaId = /* @__PURE__ */ element(NS_SID, 'stanza-id', { id: attr(), by: attr(jid) });
/** §2.1: the id that an entity says it gave to a stanza. Not to be believed as it is: see `stanzaIdsBy`. */
export interface StanzaId extends Infer<typeof $stanzaId> {}
/** {@link StanzaId} for encoding. */
export interface StanzaIdInput extends InferInput<typeof $stanzaId> {}
/** §2.1: `<stanza-id/>`. Anybody can write one; `stanzaIdsBy` reads those that may be believed. */
export const stanzaId: ElementSchema<StanzaId, StanzaIdInput> = $stanzaId;

const $originId = /* @__PURE__ */ element(NS_SID, 'origin-id', { id: attr() });
/** §2.2: the id that the sender gave to a stanza. It can be forged and is no reference to anything (§6). */
export interface OriginId extends Infer<typeof $originId> {}
/** {@link OriginId} for encoding. */
export interface OriginIdInput extends InferInput<typeof $originId> {}
/** §2.2: `<origin-id/>`. */
export const originId: ElementSchema<OriginId, OriginIdInput> = $originId;

const $referencedStanza = /* @__PURE__ */ element(NS_SID, 'referenced-stanza', { id: attr(), by: optional(attr(jid)) });
/** §4: a reference to another stanza by its stanza id. */
export interface ReferencedStanza extends Infer<typeof $referencedStanza> {}
/** {@link ReferencedStanza} for encoding. */
export interface ReferencedStanzaInput extends InferInput<typeof $referencedStanza> {}
/** §4: `<referenced-stanza/>`. */
export const referencedStanza: ElementSchema<ReferencedStanza, ReferencedStanzaInput> = $referencedStanza;
