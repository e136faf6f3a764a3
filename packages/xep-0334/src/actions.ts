import { XmppError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import { hint } from './schema.ts';
import type { Hint } from './schema.ts';

/** The hints of a message; none for an error, which only repeats those of the message that it refuses (§5). */
export function hintsOf(message: Element): ReadonlySet<Hint> {
  return new Set(message.attrs['type'] === 'error' ? [] : hint.findAll(message));
}

/**
 * Adds hints to a message; one that is there already stays the only one.
 *
 * Throws `XmppError` for `no-copy` on a message that is not to a full address, where it is forbidden and would have no
 * effect (§4.3).
 */
export function addHints(message: Element, ...hints: readonly Hint[]): void {
  const to = message.attrs['to'] as string | undefined;
  if (hints.includes('no-copy') && (to === undefined || (tryParseJid(to)?.isBare ?? true))) {
    throw new XmppError(
      'ERR_XMPP_HINT',
      `no-copy is only for messages to a full address (XEP-0334 §4.3), not to ${to ?? 'nobody'}`,
    );
  }
  const present = new Set(hint.findAll(message));
  for (const name of hints) {
    if (!present.has(name)) message.cnode(hint.encode(name));
    present.add(name);
  }
}
