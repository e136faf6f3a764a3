import { XmppError } from '@xeps/core';
import type { Session } from '@xeps/core';
import { jid as toJid, tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { NodeItem } from '@xeps/xep-0060';
import type { MdsDisplayed } from './schema.ts';

/** How far a conversation was displayed. */
export interface DisplayedState {
  /** The bare address of a contact or a room; for private messages in a room, the occupant's full one (§4.1). */
  readonly conversation: Jid;
  /** The newest message that was displayed; all before it were too. */
  readonly stanzaId: string;
  /** Who gave the id: the room, for a room; this account otherwise (§4.2). */
  readonly by: Jid;
}

/** The state in an item; `undefined` when it is broken, or its id was given by who gives none to that conversation (§4.2). */
export function readState(session: Session, { id = '', payload }: NodeItem<MdsDisplayed>): DisplayedState | undefined {
  const conversation = tryParseJid(id, { lenient: true });
  if (conversation === undefined || payload === undefined) return undefined;
  const { id: stanzaId, by } = payload.stanzaId;
  return mayGive(session, conversation, by) ? { conversation, stanzaId, by } : undefined;
}

/** A state to be published. Throws `XmppError` for an id by who gives none to that conversation, `JidError` for what is no address. */
export function newState(
  session: Session,
  conversation: Jid | string,
  stanzaId: string,
  by: Jid | string = session.jid.bare(),
): DisplayedState {
  const state = { conversation: toJid(conversation), stanzaId, by: toJid(by) };
  if (mayGive(session, state.conversation, state.by)) return state;
  throw new XmppError(
    'ERR_XMPP_DISPLAYED',
    `messages of ${String(conversation)} have no ids by ${String(by)}; give the id by ${String(session.jid.bare())}, or for a room by the room`,
  );
}

function mayGive(session: Session, conversation: Jid, by: Jid): boolean {
  return by.equals(session.jid.bare()) || by.equals(conversation.bare());
}

/** The item of a state (§4.1). */
export function itemOf({ conversation, stanzaId, by }: DisplayedState): { id: string; payload: MdsDisplayed } {
  return { id: String(conversation), payload: { stanzaId: { id: stanzaId, by } } };
}

/** What states are found by, from the id of an item. */
export function keyOf(id: string): string {
  return String(tryParseJid(id, { lenient: true }) ?? id);
}

/** Whether two states of a conversation are the same. */
export function isSame(a: DisplayedState | undefined, b: DisplayedState): boolean {
  return a !== undefined && a.stanzaId === b.stanzaId && a.by.equals(b.by);
}
