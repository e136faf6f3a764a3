/**
 * XEP-0494: Client Access Management. Lists what has access to the account, and ends the access of what should not.
 *
 * @packageDocumentation
 */
export { listClients, revokeClient } from './actions.ts';
export { ClientAccessError } from './errors.ts';
export type { ClientAccessFault } from './errors.ts';
export {
  clientAccess,
  clientAuth,
  clientGrant,
  clientList,
  clientListRequest,
  clientPermission,
  clientsQuery,
  clientUserAgent,
  NS_CAM,
  passwordResetRequired,
  revokeQuery,
  revokeRequest,
} from './schema.ts';
export type {
  ClientAccess,
  ClientAccessInput,
  ClientAuth,
  ClientAuthInput,
  ClientGrant,
  ClientGrantInput,
  ClientList,
  ClientListInput,
  ClientPermission,
  ClientPermissionInput,
  ClientUserAgent,
  RevokeRequest,
} from './schema.ts';
