/**
 * RFC 6121: Instant Messaging and Presence. Messages, presence, the roster and subscriptions.
 *
 * @packageDocumentation
 */
export { messageBody, messageEnvelope, messageStanza, messageSubject, messageThread } from './message-schema.ts';
export type {
  Message,
  MessageBody,
  MessageBodyInput,
  MessageInfo,
  MessageInfoInput,
  MessageInput,
  MessageSubject,
  MessageSubjectInput,
  MessageThread,
  MessageThreadInput,
  MessageType,
} from './message-schema.ts';
export { messageInfo, sendMessage, textFor } from './message.ts';
export type { OutgoingMessage, SentMessage } from './message.ts';
export { presence } from './presence-plugin.ts';
export type { AvailableResource, PresenceApi, PresenceApiEvents } from './presence-plugin.ts';
export { presencePriority, presenceShow, presenceStanza, presenceStatus } from './presence-schema.ts';
export type {
  Presence,
  PresenceInput,
  PresenceStatus,
  PresenceStatusInput,
  PresenceType,
  Show,
} from './presence-schema.ts';
export { sendPresence } from './presence.ts';
export type { Availability, OutgoingPresence } from './presence.ts';
export { roster } from './roster-plugin.ts';
export type { RosterApi, RosterEvents } from './roster-plugin.ts';
export {
  NS_PRE_APPROVAL,
  NS_ROSTER,
  NS_ROSTER_VERSIONING,
  preApproval,
  rosterChangeQuery,
  rosterItem,
  rosterList,
  rosterQuery,
  rosterRequest,
  rosterVersioning,
} from './roster-schema.ts';
export type {
  RosterItem,
  RosterItemInput,
  RosterList,
  RosterListInput,
  RosterRequest,
  Subscription,
} from './roster-schema.ts';
export type { RosterStore, StoredRoster } from './roster-store.ts';
export { getRoster, removeRosterItem, setRosterItem } from './roster.ts';
export type { ContactDetails, RosterOptions } from './roster.ts';
export { subscriptions } from './subscription-plugin.ts';
export type { SubscriptionEvents, SubscriptionRequest, SubscriptionsApi } from './subscription-plugin.ts';
export {
  approveSubscription,
  cancelSubscription,
  denySubscription,
  requestSubscription,
  unsubscribe,
} from './subscription.ts';
export type { SubscriptionDetails } from './subscription.ts';
