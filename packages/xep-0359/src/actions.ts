import { isStanzaError, newId } from '@xeps/core';
import type { Element, RequestOptions, Session } from '@xeps/core';
import { jid as toJid, tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { getDiscoInfo } from '@xeps/xep-0030';
import { NS_SID, originId, stanzaId } from './schema.ts';

/** Reads the ids that one entity assigned, out of the stanzas that it may assign them in. */
export interface StanzaIdReader {
  /** Who assigns them: the own account, or a room. */
  readonly by: Jid;
  /**
   * The id that {@link by} gave to a message; `undefined` when it gave none, when the message is not one that it could
   * have given one (a room's id in a message that is not from the room), and when there are several, of which at most
   * one can be true (§3).
   */
  of(message: Element): string | undefined;
}

/** Whom to trust, and how to ask. */
export interface StanzaIdsOptions extends Pick<RequestOptions, 'signal' | 'timeout'> {
  /** A room, for messages that came from it; the own account when left out. */
  readonly by?: Jid | string | undefined;
}

/**
 * Gives a reader of stanza ids, once it is sure that they can't be forged: asks whether the entity that assigns them
 * keeps the rules, which is to remove forged ones (§5, §6). `undefined` when it does not say so: no id in its name can
 * then be believed. Ask once a session and entity, and keep the reader.
 *
 * These are the only ids to use for removing duplicates, for catching up, and for referring to messages (§6).
 * Rejects as `getDiscoInfo` does; an entity that can't be asked for features has none.
 */
export async function stanzaIdsBy(
  session: Session,
  { by, signal, timeout }: StanzaIdsOptions = {},
): Promise<StanzaIdReader | undefined> {
  const own = session.jid.bare();
  const entity = by === undefined ? own : toJid(by).bare();
  try {
    const info = await getDiscoInfo(session, { to: entity, signal, timeout });
    if (!info.features.includes(NS_SID)) return undefined;
  } catch (error) {
    if (isStanzaError(error, 'service-unavailable', 'feature-not-implemented')) return undefined;
    throw error;
  }
  const isOwn = entity.equals(own);
  return {
    by: entity,
    of(message) {
      if (message.attrs['type'] === 'error' || (!isOwn && !isFrom(message, entity))) return undefined;
      let found: string | undefined;
      for (const child of message.children) {
        if (typeof child !== 'object' || child.name !== 'stanza-id' || !stanzaId.is(child)) continue;
        const decoded = stanzaId.safeDecode(child);
        if (!decoded.ok || !decoded.value.by.equals(entity)) continue;
        if (found !== undefined) return undefined;
        found = decoded.value.id;
      }
      return found;
    },
  };
}

function isFrom(message: Element, room: Jid): boolean {
  const from = message.attrs['from'] as string | undefined;
  return from !== undefined && (tryParseJid(from)?.bare().equals(room) ?? false);
}

/**
 * Marks a message with an id of its sender's own (§2.2), so that its reflection by a room is recognised, and gives that
 * id; one that is there already stays. It is no secret from the recipients and proves nothing (§6).
 */
export function withOriginId(message: Element, id: string = newId()): string {
  const present = originId.safeFind(message);
  if (present?.ok === true) return present.value.id;
  message.cnode(originId.encode({ id }));
  return id;
}
