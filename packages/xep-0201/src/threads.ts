import { newId } from '@xeps/core';
import type { Element } from '@xeps/core';
import { messageInfo, messageThread } from '@xeps/rfc-6121';
import type { MessageThread } from '@xeps/rfc-6121';

/** Characters of an id; a longer one is no thread that a client made. */
const LONGEST_ID = 1024;

/** Ancestors that are followed; a chain of more is none that a conversation branched into. */
const MOST_ANCESTORS = 100;

/**
 * The thread of a message; `undefined` when it is in none, or its id is empty or longer than 1024 characters. White space
 * around an id does not count (the specification's own example has it).
 *
 * Anybody can name any thread: it groups messages within one conversation, and never across (RFC 6121 §5.2.5).
 */
export function threadOf(message: Element): MessageThread | undefined {
  const found = messageThread.safeFind(message);
  if (found?.ok !== true) return undefined;
  const id = found.value.id.trim();
  if (!isId(id)) return undefined;
  const parent = found.value.parent?.trim() ?? '';
  return isId(parent) && parent !== id ? { parent, id } : { id };
}

/** A new thread (§3.2), for `sendMessage`: its id is in use nowhere else. */
export function newThread(): MessageThread {
  return { id: newId() };
}

/** A new thread for what veers from the topic of another one (§3.3). */
export function childThread(parent: MessageThread | string): MessageThread {
  return { parent: typeof parent === 'string' ? parent : parent.id, id: newId() };
}

/**
 * The thread of a direct reply (§3.2): that of the message. A chat message without one begins one (§4.1); `undefined` for
 * other types, which stay without.
 *
 * @throws CodecError when the stanza is no message or an address is broken.
 */
export function replyThread(message: Element): MessageThread | undefined {
  return threadOf(message) ?? (messageInfo(message).type === 'chat' ? newThread() : undefined);
}

/**
 * The threads that a thread branched off (§3.3), the nearest first. `parentOf` knows the parent of each thread of the
 * conversation. A thread that is its own ancestor, which anybody can write, ends the list, and so does the 100th.
 */
export function threadAncestors(id: string, parentOf: (id: string) => string | undefined): string[] {
  const seen = new Set([id]);
  for (let next = parentOf(id); next !== undefined && !seen.has(next); next = parentOf(next)) {
    if (seen.size > MOST_ANCESTORS) break;
    seen.add(next);
  }
  return [...seen].slice(1);
}

function isId(id: string): boolean {
  return id !== '' && id.length <= LONGEST_ID;
}
