/**
 * XEP-0444: Message Reactions. Reacts to messages with emoji, and keeps whose reactions stand.
 *
 * @packageDocumentation
 */
export {
  allowsReactions,
  cleanReactions,
  getReactionRestrictions,
  NS_REACTIONS_RESTRICTIONS,
  readReactionRestrictions,
  readReactions,
  sendReactions,
} from './actions.ts';
export type { OutgoingReactions, ReactionRestrictions } from './actions.ts';
export { isEmoji } from './emoji.ts';
export { messageReactions } from './plugin.ts';
export type { MessageReactionsApi, MessageReactionsEvents } from './plugin.ts';
export { applyReactions, countReactions, senderKey } from './reducer.ts';
export type { MessageReactions, ReactionCount, SenderReactions } from './reducer.ts';
export { NS_REACTIONS, reactions } from './schema.ts';
export type { Reactions, ReactionsInput } from './schema.ts';
