import type { Element } from '@xeps/core';
import { jid as toJid, tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { oldModerated, oldModeration } from './old-schema.ts';
import { moderation, moderationTombstone } from './schema.ts';
import type { Moderated } from './schema.ts';

/** Who moderated a message, and why, as far as the room says so. */
export interface ModerationDetails {
  /** The moderator's address, mostly the one in the room. */
  readonly by?: Jid;
  /** Who the moderator is under whatever nickname (XEP-0421). */
  readonly occupantId?: string;
  /** The moderator's words, for people to read. */
  readonly reason?: string;
}

/** A room's word that a message was retracted by a moderator. */
export interface ModerationNotice extends ModerationDetails {
  /** The room's stanza id of the message; no other id is meant (§3.1). */
  readonly id: string;
}

/** An archive's word that a message was retracted by a moderator. */
export interface ModeratedMessage extends ModerationDetails {
  /** When. */
  readonly stamp?: Date;
}

/**
 * Reads what a room tells about a moderated message (§3.1). `undefined` when the message tells no such thing, is broken, or
 * is not the room's own: only of its bare address and of type `groupchat` it is (§5). An occupant can have a room pass
 * something on under its bare address, with an invitation (XEP-0045 §7.8.2), but not as `groupchat`; and what the room
 * sends back as an error is one's own.
 *
 * Of an archived message it is the inner message, out of the room's archive. Throws `JidError` when `room` is no address.
 *
 * @example
 * ```ts
 * import type { Session } from '@xeps/core';
 * import { readModeration } from '@xeps/xep-0425';
 *
 * export function follow(session: Session, room: string, hide: (stanzaId: string) => void): Disposable {
 *   return session.on('message', (message) => {
 *     const notice = readModeration(message, room);
 *     if (notice !== undefined) hide(notice.id);
 *   });
 * }
 * ```
 */
export function readModeration(message: Element, room: Jid | string): ModerationNotice | undefined {
  const from = tryParseJid(String(message.attrs['from'] ?? ''), { lenient: true });
  if (message.attrs['type'] !== 'groupchat' || from?.equals(toJid(room).bare()) !== true) return undefined;
  const current = moderation.safeFind(message);
  const old = oldModeration.safeFind(message);
  const before = old?.ok === true && old.value.moderated.retract ? old.value : undefined;
  if (current === undefined)
    return before === undefined ? undefined : { id: before.id, ...details(before.moderated, before.moderated) };
  if (!current.ok) return undefined;
  const { id, moderated, reason } = current.value;
  // Prosody says the same in both ways, and who it was only in the old one.
  const more = before?.id === id ? before.moderated : {};
  return { id, ...details({ ...more, ...moderated }, { reason }) };
}

/**
 * Reads the tombstone of a moderated message (§4): what an archive gives in its place. `undefined` when there is none or it
 * is broken. Only for messages out of an archive: in one that came by itself it is the sender's invention.
 */
export function readModerationTombstone(archived: Element): ModeratedMessage | undefined {
  const current = moderationTombstone.safeFind(archived);
  if (current?.ok === true) {
    const { stamp, moderated } = current.value;
    return { ...(stamp !== undefined && { stamp }), ...details(moderated, current.value) };
  }
  const old = oldModerated.safeFind(archived);
  if (old?.ok !== true || old.value.retracted === undefined) return undefined;
  const { stamp } = old.value.retracted;
  return { ...(stamp !== undefined && { stamp }), ...details(old.value, old.value) };
}

function details(
  { by, occupantId }: Moderated,
  { reason }: { readonly reason?: string | undefined },
): ModerationDetails {
  return {
    ...(by !== undefined && { by }),
    ...(occupantId !== undefined && { occupantId: occupantId.id }),
    ...(reason !== undefined && reason !== '' && { reason }),
  };
}
