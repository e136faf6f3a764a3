import { isStanzaError } from '@xeps/core';
import type { Element, RequestOptions, Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { getItems, publishItem, retractItems } from '@xeps/xep-0060';
import { nick, nickNode } from './schema.ts';

/** Characters of a nickname; longer ones are cut, since nobody can show them. */
const LONGEST = 256;
/** The item that a new nickname takes the place of (XEP-0060 §12.21). */
const ITEM = 'current';

/** How to publish a nickname. */
export interface NickOptions extends Pick<RequestOptions, 'signal' | 'timeout'> {}

/**
 * Publishes the own nickname (§4.3), for contacts and the own devices; an empty one takes it back. Rejects as `publishItem`
 * does.
 */
export async function publishNick(session: Session, nickname: string, options: NickOptions = {}): Promise<void> {
  if (tidy(nickname) !== undefined)
    return void (await publishItem(session, nickNode, { id: ITEM, payload: nickname }, options));
  try {
    const items = await getItems(session, nickNode, options);
    await retractItems(
      session,
      nickNode,
      items.flatMap(({ id }) => id ?? []),
      options,
    );
  } catch (error) {
    if (!isStanzaError(error, 'item-not-found')) throw error;
  }
}

/**
 * The nickname that an account has published; `undefined` when it has none. Rejects as `getItems` does: an account that does
 * not let this one see its presence most often refuses.
 */
export async function getNick(
  session: Session,
  account: Jid | string,
  options: NickOptions = {},
): Promise<string | undefined> {
  try {
    const [item] = await getItems(session, nickNode, { ...options, to: account, maxItems: 1 });
    return tidy(item?.payload);
  } catch (error) {
    if (isStanzaError(error, 'item-not-found')) return undefined;
    throw error;
  }
}

/**
 * The nickname that the sender of a request for subscription (§4.1) or of a message (§4.2) gives itself, without white space
 * at the ends and at most 256 characters of it. `undefined` when there is none, and where none may be: in other presence
 * (§4.1), and in messages of rooms, whose occupants have nicknames of another kind (§6).
 *
 * Show it beside the address, never instead of it (§7).
 */
export function nickOf(stanza: Element): string | undefined {
  const type = stanza.attrs['type'] as string | undefined;
  const mayHave = stanza.getName() === 'presence' ? type === 'subscribe' : type !== 'groupchat' && type !== 'error';
  const found = mayHave ? nick.safeFind(stanza) : undefined;
  return found?.ok === true ? tidy(found.value) : undefined;
}

function tidy(nickname: string | undefined): string | undefined {
  // By characters, so that none is cut in two.
  const cut = Array.from((nickname ?? '').slice(0, 4 * LONGEST).trim()).slice(0, LONGEST);
  return cut.length === 0 ? undefined : cut.join('').trim();
}
