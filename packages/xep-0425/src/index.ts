/**
 * XEP-0425: Moderated Message Retraction. Retracts the messages of others in a room, and reads what a room retracted.
 *
 * @packageDocumentation
 */
export { moderate } from './actions.ts';
export type { ModerateOptions } from './actions.ts';
export { readModeration, readModerationTombstone } from './read.ts';
export type { ModeratedMessage, ModerationDetails, ModerationNotice } from './read.ts';
export {
  moderated,
  moderation,
  moderationQuery,
  moderationRequest,
  moderationTombstone,
  NS_MODERATION,
} from './schema.ts';
export type {
  Moderated,
  ModeratedInput,
  Moderation,
  ModerationInput,
  ModerationRequest,
  ModerationRequestInput,
  ModerationTombstone,
  ModerationTombstoneInput,
} from './schema.ts';
