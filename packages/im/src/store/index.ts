/**
 * The port that stores of conversations implement, and what they hold.
 *
 * @packageDocumentation
 */
export { StoreError } from './errors.ts';
export type { StoreErrorReason } from './errors.ts';
export type { PageQuery, ReadTransaction, SearchQuery, Store, WriteTransaction } from './port.ts';
export type {
  Attachment,
  Author,
  ChangeBatch,
  Content,
  ConversationRecord,
  DeliveryState,
  Edit,
  EventData,
  EventKind,
  EventRecord,
  Failure,
  LinkInfo,
  OutboxRecord,
  Reaction,
  ReadMark,
} from './records.ts';
export { queryWords, searchWords } from './words.ts';
