import type { Message } from '@xeps/im';

/** One's own reactions with this one, or without it where it is there. */
export function toggledReactions({ reactions }: Message, own: string, emoji: string): readonly string[] {
  const mine = reactions.find(({ author }) => author.address === own)?.emojis ?? [];
  return mine.includes(emoji) ? mine.filter((one) => one !== emoji) : [...mine, emoji];
}
