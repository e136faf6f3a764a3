import { bareOf } from '@xeps/core/jid';
import type { MessageSender } from '@xeps/xep-0421';
import { emojiKey } from './emoji.ts';

/** Senders whose reactions to one message are kept; others are not heard. */
const MOST_SENDERS = 5000;

/** What one sender reacts with. */
export interface SenderReactions {
  /** None when they were taken back: kept, so that what is older and comes later is known to be older. */
  readonly reactions: readonly string[];
  /** When they were sent. */
  readonly at: Date;
}

/** The reactions to one message, by {@link senderKey}. */
export type MessageReactions = ReadonlyMap<string, SenderReactions>;

/**
 * A text that two messages share exactly when `isSameSender` (XEP-0421) says that one sender wrote both. No nickname can
 * be made to look like it.
 */
export function senderKey({ address, occupantId }: MessageSender): string {
  // No address has a space before its first slash.
  return occupantId === undefined ? address : `${bareOf(address)} ${occupantId}`;
}

/**
 * The reactions to a message after a sender's newest: they take the place of that sender's earlier ones and nobody
 * else's (§3.2, §4.1). Older ones than what is known, as archives and delays bring them, change nothing (§4.1). What
 * changes nothing gives back `current` itself.
 *
 * `sender` is from `senderOf`; in rooms without occupant ids nothing shows that a nickname is still the same person's, and
 * whoever follows the room's presences decides (§4.1). `at` is when it was sent: now, or the time of the delay or archive
 * result. Of two at the same time the later call counts.
 *
 * The id of a reaction means a message of the conversation that the reaction came in, and no other: look it up there.
 */
export function applyReactions(
  current: MessageReactions,
  sender: MessageSender,
  reactions: readonly string[],
  at: Date,
): MessageReactions {
  const key = senderKey(sender);
  const known = current.get(key);
  if (known === undefined ? current.size >= MOST_SENDERS : known.at > at) return current;
  return new Map(current).set(key, { reactions, at });
}

/** A reaction, and who reacts with it. */
export interface ReactionCount {
  readonly reaction: string;
  /** Their {@link senderKey}s. */
  readonly senders: readonly string[];
}

/** Sums up the reactions to a message (§4), in the order in which they first came. */
export function countReactions(current: MessageReactions): ReactionCount[] {
  const counts = new Map<string, { reaction: string; senders: string[] }>();
  for (const [sender, { reactions }] of current) {
    for (const reaction of reactions) {
      const key = emojiKey(reaction);
      const count = counts.get(key);
      if (count === undefined) counts.set(key, { reaction, senders: [sender] });
      else count.senders.push(sender);
    }
  }
  return [...counts.values()];
}
