import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import {
  attr,
  child,
  childText,
  dateTime,
  element,
  flag,
  jid,
  mapped,
  optional,
  text,
  versions,
  withDefault,
} from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput, Schema } from '@xeps/core/schema';
import { occupantId } from '@xeps/xep-0421';
import { NS_RETRACT } from '@xeps/xep-0424';

/** §2: the namespace of moderation, and the feature of rooms that know it. */
export const NS_MODERATION = 'urn:xmpp:message-moderate:1';

const $request = /* @__PURE__ */ element(NS_MODERATION, 'moderate', {
  /** The room's stanza id of the message. */
  id: attr(),
  retract: flag('retract', NS_RETRACT),
  reason: optional(childText()),
});
/** §3: what a moderator asks of a room: to retract somebody's message. */
export interface ModerationRequest extends Infer<typeof $request> {}
/** What encodes to a `<moderate/>`. */
export interface ModerationRequestInput extends InferInput<typeof $request> {}
/** §3: `<moderate/>`. */
export const moderationRequest: ElementSchema<ModerationRequest, ModerationRequestInput> = $request;

/** §3: asks a room to moderate. */
export const moderationQuery: IqQuery<ModerationRequest, ModerationRequestInput, undefined, undefined | void> =
  /* @__PURE__ */ iqQuery('set', moderationRequest);

const $moderated = /* @__PURE__ */ element(NS_MODERATION, 'moderated', {
  by: optional(attr(jid)),
  occupantId: optional(child(occupantId)),
});
/** §3.1: which moderator it was, by address and by XEP-0421. */
export interface Moderated extends Infer<typeof $moderated> {}
/** What encodes to a `<moderated/>`. */
export interface ModeratedInput extends InferInput<typeof $moderated> {}
/** §3.1: `<moderated/>`. */
export const moderated: ElementSchema<Moderated, ModeratedInput> = $moderated;

/** `<reason/>`: ejabberd (24.12) puts it into the namespace of moderation. */
const reason = /* @__PURE__ */ mapped(
  /* @__PURE__ */ versions(/* @__PURE__ */ reasonIn(NS_RETRACT), /* @__PURE__ */ reasonIn(NS_MODERATION)),
  ({ text: value }) => value,
  (value: string) => ({ text: value }),
);

/* @__NO_SIDE_EFFECTS__ */
function reasonIn(xmlns: string): Schema<{ text: string }, { readonly text?: string | undefined }> {
  return element(xmlns, 'reason', { text: withDefault(text(), '') });
}

const $moderation = /* @__PURE__ */ element(NS_RETRACT, 'retract', {
  /** The room's stanza id of the message. */
  id: attr(),
  moderated: child(moderated),
  reason: optional(child(reason)),
});
/** §3.1: a room's word that a moderator has retracted a message. Not to be believed as it is: see `readModeration`. */
export interface Moderation extends Infer<typeof $moderation> {}
/** What encodes to a `<retract/>` with a `<moderated/>`. */
export interface ModerationInput extends InferInput<typeof $moderation> {}
/** §3.1: the `<retract/>` of XEP-0424, with a `<moderated/>` in it. */
export const moderation: ElementSchema<Moderation, ModerationInput> = $moderation;

const $tombstone = /* @__PURE__ */ element(NS_RETRACT, 'retracted', {
  id: optional(attr()),
  /** When it was moderated. */
  stamp: optional(attr(dateTime)),
  moderated: child(moderated),
  reason: optional(child(reason)),
});
/** §4: an archive's word that the message which holds it had contents that a moderator retracted. */
export interface ModerationTombstone extends Infer<typeof $tombstone> {}
/** What encodes to a `<retracted/>` with a `<moderated/>`. */
export interface ModerationTombstoneInput extends InferInput<typeof $tombstone> {}
/** §4: the `<retracted/>` of XEP-0424, with a `<moderated/>` in it. */
export const moderationTombstone: ElementSchema<ModerationTombstone, ModerationTombstoneInput> = $tombstone;
