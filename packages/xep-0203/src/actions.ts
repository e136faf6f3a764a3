import type { Element, Session } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { delay } from './schema.ts';
import type { Delay } from './schema.ts';

/**
 * The delay to believe of a stanza that came in; `undefined` when it has none, that is when it was sent just now.
 *
 * Anybody on the way may have added a `<delay/>` (§5), so it counts for whom it names: first the account's own server
 * (the domain, or the account itself), which kept the stanza while nobody was online; then the stanza's own sender or
 * the room that it came from, who can only be wrong about what they sent themselves. One of somebody else, or of nobody,
 * is not believed. Of several by the same entity the earliest counts, being the one that was added first.
 *
 * Not for what is in a `<forwarded/>`: there the delay beside the stanza is the word of the forwarder (XEP-0297 §3.2).
 */
export function delayOf(session: Session, stanza: Element): Delay | undefined {
  const from = stanza.attrs['from'] as string | undefined;
  const sender = from === undefined ? undefined : tryParseJid(from);
  let best: Delay | undefined;
  let bestRank = 0;
  for (const child of stanza.children) {
    if (typeof child !== 'object' || !delay.is(child)) continue;
    const decoded = delay.safeDecode(child);
    if (!decoded.ok) continue;
    const { value } = decoded;
    const rank = rankOf(session, sender, value.from);
    if (rank > bestRank || (rank > 0 && rank === bestRank && value.stamp < best!.stamp)) {
      best = value;
      bestRank = rank;
    }
  }
  return best;
}

/** How much the word of `by` counts: 2 for the own server, 1 for the sender, 0 for everybody else. */
function rankOf(session: Session, sender: Jid | undefined, by: Jid | undefined): 0 | 1 | 2 {
  if (by === undefined) return 0;
  if (by.equals(session.jid.domain) || by.equals(session.jid.bare())) return 2;
  return sender !== undefined && (by.equals(sender) || by.equals(sender.bare())) ? 1 : 0;
}

/** Whether a stanza waited somewhere before it came, see {@link delayOf}: not one to notify about as if it were new. */
export function isDelayed(session: Session, stanza: Element): boolean {
  return delayOf(session, stanza) !== undefined;
}
