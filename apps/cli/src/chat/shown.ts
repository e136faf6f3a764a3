/** Which messages of a chat are on the screen, by which numbers they go, and what was said of each. */
import type { Message } from '@xeps/im';

/** What there is to say about a message: nothing when it stands as it was shown. */
export type News = 'new' | 'wording' | 'reactions' | 'failed' | 'state' | undefined;

/** See the file's head. */
export interface Shown {
  /** Takes a message as it stands now; says what is new of it. From now on it is shown so. */
  take(message: Message): News;
  has(key: string): boolean;
  /** It is gone; whether it was shown. Its number is nobody's. */
  drop(key: string): boolean;
  /** Its number: the one that was given when it was first shown. */
  numberOf(key: string): number | undefined;
  /** The key of the message of a number; of negative ones counted back from the last of those that `fits`. */
  keyOf(number: number, fits: (message: Message) => boolean): string | undefined;
  /** The last that fits, in the order of the conversation. */
  last(fits: (message: Message) => boolean): Message | undefined;
}

/** With nothing on the screen. */
export function createShown(): Shown {
  const messages = new Map<string, Message>();
  const numbers = new Map<string, number>();
  const keys: string[] = [];

  const inOrder = (fits: (message: Message) => boolean): Message[] =>
    [...messages.values()].filter(fits).sort((a, b) => a.position - b.position);

  return {
    take(message) {
      const before = messages.get(message.key);
      messages.set(message.key, message);
      if (before === undefined) {
        numbers.set(message.key, keys.push(message.key));
        return 'new';
      }
      if (wordingOf(before) !== wordingOf(message)) return 'wording';
      if (message.state !== before.state) return message.state === 'failed' ? 'failed' : 'state';
      return reactionsOf(before) === reactionsOf(message) ? undefined : 'reactions';
    },
    has: (key) => messages.has(key),
    drop: (key) => messages.delete(key),
    numberOf: (key) => numbers.get(key),
    keyOf: (number, fits) => (number > 0 ? keys[number - 1] : inOrder(fits).at(number)?.key),
    last: (fits) => inOrder(fits).at(-1),
  };
}

const wordingOf = ({ content, edits, retracted }: Message): string =>
  JSON.stringify([content, edits.length, retracted !== undefined]);
const reactionsOf = ({ reactions }: Message): string =>
  JSON.stringify(reactions.map(({ author, emojis }) => [author.address, emojis]));
