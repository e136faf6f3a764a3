import { isStanzaError } from '@xeps/core';
import type { RequestOptions, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { getDiscoInfo, hasFeature } from '@xeps/xep-0030';
import { NS_OCCUPANT_ID } from './schema.ts';

/**
 * Asks a room whether it assigns identifiers (§2). Where it does not, they may be forged (§5): `senderOf` wants to know.
 * Ask once for each time the room is joined.
 *
 * Rejects as `getDiscoInfo` does; a room that can't be asked for features assigns none.
 */
export async function roomKnowsOccupantIds(
  session: Session,
  room: Jid | string,
  options: Pick<RequestOptions, 'signal' | 'timeout'> = {},
): Promise<boolean> {
  const { signal, timeout } = options;
  try {
    const info = await getDiscoInfo(session, { to: toJid(room).bare(), signal, timeout });
    return hasFeature(info, NS_OCCUPANT_ID);
  } catch (error) {
    if (isStanzaError(error, 'service-unavailable', 'feature-not-implemented')) return false;
    throw error;
  }
}
