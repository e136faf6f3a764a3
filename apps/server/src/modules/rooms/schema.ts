/** The elements of XEP-0045, as far as a room needs them. */
import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import { attr, child, children, childText, element, integer, jid, oneOfKnown, optional } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';
import { dataForm } from '@xeps/xep-0004';

/** §7.2: entering, and the feature of rooms. */
export const NS_MUC = 'http://jabber.org/protocol/muc';
/** §7.2.2: what rooms say. */
const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
/** §9: what administrators ask. */
const NS_MUC_ADMIN = 'http://jabber.org/protocol/muc#admin';
/** §10: what owners ask. */
const NS_MUC_OWNER = 'http://jabber.org/protocol/muc#owner';

/** §5.2: how somebody stands to a room, for good. */
export type RoomAffiliation = 'admin' | 'member' | 'none' | 'outcast' | 'owner';
/** §5.1: what an occupant may do while there. */
export type RoomRole = 'moderator' | 'none' | 'participant' | 'visitor';

const affiliation = /* @__PURE__ */ oneOfKnown<RoomAffiliation>('admin', 'member', 'none', 'outcast', 'owner');
const role = /* @__PURE__ */ oneOfKnown<RoomRole>('moderator', 'none', 'participant', 'visitor');

/** §7.2: who enters says so. */
export const enterRoom = element(NS_MUC, 'x', {
  password: optional(childText()),
  history: optional(
    child(
      element(NS_MUC, 'history', {
        maxchars: optional(attr(integer())),
        maxstanzas: optional(attr(integer())),
        seconds: optional(attr(integer())),
        since: optional(attr()),
      }),
    ),
  ),
});

const itemIn = (xmlns: string) =>
  element(xmlns, 'item', {
    affiliation: optional(attr(affiliation)),
    role: optional(attr(role)),
    jid: optional(attr(jid)),
    nick: optional(attr()),
    reason: optional(childText()),
  });

const invitation = (name: string) =>
  element(NS_MUC_USER, name, { from: optional(attr(jid)), to: optional(attr(jid)), reason: optional(childText()) });

const $user = element(NS_MUC_USER, 'x', {
  item: optional(child(itemIn(NS_MUC_USER))),
  status: children(element(NS_MUC_USER, 'status', { code: attr(integer()) })),
  invite: optional(child(invitation('invite'))),
  decline: optional(child(invitation('decline'))),
  password: optional(childText()),
  destroy: optional(
    child(element(NS_MUC_USER, 'destroy', { jid: optional(attr(jid)), reason: optional(childText()) })),
  ),
});
/** §7.2.2: what a room says of an occupant, or an occupant asks of it. */
export interface RoomUser extends Infer<typeof $user> {}
/** What encodes to it. */
export interface RoomUserInput extends InferInput<typeof $user> {}
/** §7.2.2: `<x/>`. */
export const roomUser: ElementSchema<RoomUser, RoomUserInput> = $user;

const $admin = element(NS_MUC_ADMIN, 'query', { items: children(itemIn(NS_MUC_ADMIN)) });
/** §9: a list, or changes in one. */
export interface RoomAdmin extends Infer<typeof $admin> {}
/** What encodes to it. */
export interface RoomAdminInput extends InferInput<typeof $admin> {}
/** §9: asks for a list. */
export const adminListQuery: IqQuery<RoomAdmin, RoomAdminInput, RoomAdmin, RoomAdminInput> = iqQuery(
  'get',
  $admin,
  $admin,
);
/** §9: changes a list. */
export const adminChangeQuery: IqQuery<RoomAdmin, RoomAdminInput, undefined, undefined | void> = iqQuery('set', $admin);

const $owner = element(NS_MUC_OWNER, 'query', {
  form: optional(child(dataForm)),
  destroy: optional(
    child(element(NS_MUC_OWNER, 'destroy', { jid: optional(attr(jid)), reason: optional(childText()) })),
  ),
});
/** §10: the configuration, or the end of the room. */
export interface RoomOwner extends Infer<typeof $owner> {}
/** What encodes to it. */
export interface RoomOwnerInput extends InferInput<typeof $owner> {}
/** §10.2: asks for the configuration. */
export const configurationQuery: IqQuery<RoomOwner, RoomOwnerInput, RoomOwner, RoomOwnerInput> = iqQuery(
  'get',
  $owner,
  $owner,
);
/** §10: sets it, or destroys the room. */
export const configureQuery: IqQuery<RoomOwner, RoomOwnerInput, undefined, undefined | void> = iqQuery('set', $owner);
