/**
 * XEP-0198 Stream Management: the server acknowledges every stanza, and a session survives the loss of its connection.
 *
 * @packageDocumentation
 */
export { createStreamManagement } from './stream-management.ts';
export { StreamManagementError } from './options.ts';
export type { Clock, StreamManagement, StreamManagementOptions } from './options.ts';
export { applyChange } from './state.ts';
export type {
  StoredStanza,
  StreamJournal,
  StreamManagementChange,
  StreamManagementState,
  StreamStateStore,
} from './state.ts';
export type { UnackedStanza } from './unacked.ts';
export { redelivery } from './redelivery.ts';
export {
  answer,
  decodeEnabled,
  decodeFailed,
  decodeHandled,
  enable,
  handledCountTooHigh,
  NS_SM,
  request,
  resume,
} from './elements.ts';
export type { Enabled } from './elements.ts';
