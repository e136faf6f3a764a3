import type { Element } from '@xeps/core';
import { isSameOrigin, originOf } from '@xeps/xep-0421';
import type { MessageOrigin, SenderOptions } from '@xeps/xep-0421';
import { correction } from './schema.ts';

/** What to keep of a message so as to judge its corrections. Plain data. */
export interface CorrectableMessage extends MessageOrigin {
  /** The message's own id; it stays that of the first version, however often it is corrected (§4). */
  readonly id: string;
}

/** A message that stands for an earlier one. Plain data. */
export interface MessageCorrection extends MessageOrigin {
  /** The id of the first version (§4). */
  readonly corrects: string;
}

/**
 * What to keep of a message that came in or was sent; `undefined` for what can't be corrected: no id (§4), itself a
 * correction (§4: the first version is what is corrected), a bounce or headline, or a sender that can't be told.
 *
 * Of a carbon copy or an archived message it is the inner message. `options` are those of `senderOf`. Throws as that does.
 */
export function correctableOf(message: Element, options?: SenderOptions): CorrectableMessage | undefined {
  const id = message.attrs['id'] as string | undefined;
  const origin = originOf(message, options);
  if (id === undefined || id === '' || origin === undefined || correction.safeFind(message) !== undefined)
    return undefined;
  return { id, ...origin };
}

/**
 * Reads a correction: `undefined` when the message is none, when it is broken, a bounce or headline, or when its sender
 * can't be told. Whether it counts is `mayCorrect`'s to say. Throws as `senderOf` does.
 */
export function correctionOf(message: Element, options?: SenderOptions): MessageCorrection | undefined {
  const found = correction.safeFind(message);
  if (found?.ok !== true || found.value.id === '') return undefined;
  const origin = originOf(message, options);
  return origin === undefined ? undefined : { corrects: found.value.id, ...origin };
}

/**
 * Whether a correction counts (§4): it names this message, has the same sender, and went the same way (what one occupant
 * is told in private changes nothing for the room). Look among the messages of the same conversation, and at all of them
 * that have the id: anybody can send one with the id of another.
 *
 * Where a room assigns no occupant identifiers, whoever follows its presences has also to refuse what corrects a message
 * from before the sender came (§5). What is refused stays a message of its own.
 */
export function mayCorrect(original: CorrectableMessage, by: MessageCorrection): boolean {
  return by.corrects === original.id && isSameOrigin(original, by);
}
