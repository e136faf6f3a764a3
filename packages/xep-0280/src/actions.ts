import type { Element } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import { addHints } from '@xeps/xep-0334';
import { carbonsPrivate } from './schema.ts';

/**
 * Keeps a message from being copied to other devices, the sender's and the recipient's (§9): adds `<private/>`, and the
 * hint `no-copy` where the message is to a full address, as it has to be (XEP-0334 §4.3). To a bare address the
 * recipient's server still delivers it to each of their devices that would get it anyway.
 */
export function excludeFromCarbons(message: Element): void {
  if (carbonsPrivate.safeFind(message) === undefined) message.cnode(carbonsPrivate.encode({}));
  const to = message.attrs['to'] as string | undefined;
  if (to !== undefined && tryParseJid(to)?.isBare === false) addHints(message, 'no-copy');
}
