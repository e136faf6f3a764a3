/**
 * Conversations instead of stanzas: history that is the same on every device, read state, an outbox that survives
 * restarts, names, search.
 *
 * @packageDocumentation
 */
export { createIm } from './engine/im.ts';
export type {
  Im,
  ImEvents,
  ImOptions,
  MessagesOptions,
  NewMessage,
  ReceiptPolicy,
  SearchOptions,
} from './engine/api.ts';
export type { Change } from './engine/journal.ts';
export type { Names, NameView } from './engine/names.ts';
export type { Notification } from './engine/notifier.ts';
export type { OlderMessages, SyncOptions, SyncProgress, SyncState } from './engine/sync.ts';
export type { TypingEvent } from './engine/typing.ts';
export { styledText } from './message.ts';
export type { Conversation, Message } from './message.ts';
export type {
  Attachment,
  Author,
  Content,
  DeliveryState,
  Edit,
  Failure,
  LinkInfo,
  Reaction,
  Store,
  StoreErrorReason,
} from './store/index.ts';
export { StoreError } from './store/errors.ts';
