import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import {
  attr,
  boolean,
  child,
  children,
  childText,
  dateTime,
  element,
  flag,
  oneOf,
  optional,
  rest,
} from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §3: the namespace of client access management. */
export const NS_CAM = 'urn:xmpp:cam:0';

const $grant = /* @__PURE__ */ element(NS_CAM, 'grant', { details: rest() });
/** §3.1: an authorisation, for instance by OAuth; `details` are its permissions, in namespaces of their own. */
export interface ClientGrant extends Infer<typeof $grant> {}
/** What encodes to a `<grant/>`. */
export interface ClientGrantInput extends InferInput<typeof $grant> {}
/** §3.1: `<grant/>`. */
export const clientGrant: ElementSchema<ClientGrant, ClientGrantInput> = $grant;

const $auth = /* @__PURE__ */ element(NS_CAM, 'auth', {
  password: flag(),
  grant: optional(child(clientGrant)),
  fast: flag(),
  other: rest(),
});
/**
 * §3.1: how the client has got access: it presented the password, has a grant, has FAST tokens (XEP-0484); `other` are
 * ways in namespaces of their own.
 */
export interface ClientAuth extends Infer<typeof $auth> {}
/** What encodes to an `<auth/>`. */
export interface ClientAuthInput extends InferInput<typeof $auth> {}
/** §3.1: `<auth/>`. */
export const clientAuth: ElementSchema<ClientAuth, ClientAuthInput> = $auth;

const $permission = /* @__PURE__ */ element(NS_CAM, 'permission', {
  status: attr(oneOf('unrestricted', 'normal', 'restricted')),
  details: rest(),
});
/**
 * §3.1: what the client may do: everything; everything but what concerns access, such as changing the password; or less
 * than that, which `details` describe in namespaces of their own.
 */
export interface ClientPermission extends Infer<typeof $permission> {}
/** What encodes to a `<permission/>`. */
export interface ClientPermissionInput extends InferInput<typeof $permission> {}
/** §3.1: `<permission/>`. */
export const clientPermission: ElementSchema<ClientPermission, ClientPermissionInput> = $permission;

const $userAgent = /* @__PURE__ */ element(NS_CAM, 'user-agent', {
  software: optional(childText()),
  uri: optional(childText()),
  device: optional(childText()),
});
/** §3.1: what the client says of itself, which nobody has checked: its software, a page about that, its device. */
export interface ClientUserAgent extends Infer<typeof $userAgent> {}
/** §3.1: `<user-agent/>`. */
export const clientUserAgent: ElementSchema<ClientUserAgent> = $userAgent;

const $client = /* @__PURE__ */ element(NS_CAM, 'client', {
  connected: attr(boolean),
  id: attr(),
  type: attr(oneOf('session', 'access')),
  firstSeen: optional(childText(dateTime, 'first-seen')),
  lastSeen: optional(childText(dateTime, 'last-seen')),
  auth: child(clientAuth),
  permission: child(clientPermission),
  userAgent: optional(child(clientUserAgent)),
});
/**
 * §3.1: something that has access to the account. `type` is `session` when it has had an XMPP session that the server
 * knows of, and `connected` whether that is there now or can still be resumed. `id` is for `revokeClient`.
 */
export interface ClientAccess extends Infer<typeof $client> {}
/** What encodes to a `<client/>`. */
export interface ClientAccessInput extends InferInput<typeof $client> {}
/** §3.1: `<client/>`. */
export const clientAccess: ElementSchema<ClientAccess, ClientAccessInput> = $client;

// A client that can't be read must not be missing from the list without a word: nobody would look for it.
const $clients = /* @__PURE__ */ element(NS_CAM, 'clients', { clients: children(clientAccess) });
/** §3.1: all that has access to the account. */
export interface ClientList extends Infer<typeof $clients> {}
/** What encodes to a `<clients/>`. */
export interface ClientListInput extends InferInput<typeof $clients> {}
/** §3.1: `<clients/>`. */
export const clientList: ElementSchema<ClientList, ClientListInput> = $clients;

/** §3.1: `<list/>`, which has no content. */
export const clientListRequest: ElementSchema<object> = /* @__PURE__ */ element(NS_CAM, 'list');

/** §3.1: asks for the list. */
export const clientsQuery: IqQuery<object, object, ClientList, ClientListInput> = /* @__PURE__ */ iqQuery(
  'get',
  clientListRequest,
  clientList,
);

const $revoke = /* @__PURE__ */ element(NS_CAM, 'revoke', { id: attr() });
/** §3.2: whose access is to end: an `id` of the list. */
export interface RevokeRequest extends Infer<typeof $revoke> {}
/** §3.2: `<revoke/>`. */
export const revokeRequest: ElementSchema<RevokeRequest> = $revoke;

/** §3.2: ends a client's access; answered with an empty result. */
export const revokeQuery: IqQuery<RevokeRequest, RevokeRequest, undefined, undefined | void> = /* @__PURE__ */ iqQuery(
  'set',
  revokeRequest,
);

/** §3.2: `<password-reset-required/>`, in an error: the client knows the password. */
export const passwordResetRequired: ElementSchema<object> = /* @__PURE__ */ element(NS_CAM, 'password-reset-required');
