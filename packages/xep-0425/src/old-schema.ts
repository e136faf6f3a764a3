// Version 0.2 of the specification. Prosody (mod_muc_moderation of 13.0) writes its tombstones in it, and names the
// moderator's address only there.
import { attr, child, childText, dateTime, element, flag, jid, optional } from '@xeps/core/schema';
import { occupantId } from '@xeps/xep-0421';
import { NS_FASTEN } from '@xeps/xep-0422';

const NS_OLD_RETRACT = 'urn:xmpp:message-retract:0';

/** In a message that a room sends, with `retract`; in an archive in the place of the message, with `retracted`. */
export const oldModerated = /* @__PURE__ */ element('urn:xmpp:message-moderate:0', 'moderated', {
  by: optional(attr(jid)),
  occupantId: optional(child(occupantId)),
  retract: flag('retract', NS_OLD_RETRACT),
  retracted: optional(child(/* @__PURE__ */ element(NS_OLD_RETRACT, 'retracted', { stamp: optional(attr(dateTime)) }))),
  reason: optional(childText()),
});

/** What a room sends: fastened to the message by XEP-0422. */
export const oldModeration = /* @__PURE__ */ element(NS_FASTEN, 'apply-to', {
  id: attr(),
  moderated: child(oldModerated),
});
