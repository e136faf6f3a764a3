import type { RequestOptions, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { rosterChangeQuery, rosterQuery } from './roster-schema.ts';
import type { RosterList } from './roster-schema.ts';

/** How to ask for the roster. */
export interface RosterOptions extends Omit<RequestOptions, 'to' | 'from'> {
  /** The version that is known (§2.6.2). */
  readonly ver?: string | undefined;
}

/** How a contact is to stand in the roster (§2.3, §2.4). The subscription is not the client's to set. */
export interface ContactDetails {
  readonly jid: Jid | string;
  /** None when left out. */
  readonly name?: string | undefined;
  /** All groups that the contact is in; none when left out. */
  readonly groups?: readonly string[] | undefined;
}

/**
 * Asks for the roster (§2.2), once; `undefined` when version `ver` still holds. The `roster` plugin keeps it up to date.
 * Rejects as `session.request` does.
 */
export function getRoster(session: Session, { ver, ...options }: RosterOptions = {}): Promise<RosterList | undefined> {
  return session.request(rosterQuery, ver === undefined ? {} : { ver }, options);
}

/**
 * Adds a contact to the roster (§2.3) or replaces name and groups of one (§2.4). Resolves when the server has stored it;
 * the change itself comes as a push. Rejects with `CodecError` for a group without a name, and as `session.request` does.
 */
export function setRosterItem(
  session: Session,
  { jid, name, groups = [] }: ContactDetails,
  options: Omit<RequestOptions, 'to' | 'from'> = {},
): Promise<void> {
  // §2.3.3: a group that is named twice is an error.
  const item = { jid: toJid(jid), ...(name !== undefined && { name }), groups: [...new Set(groups)] };
  return session.request(rosterChangeQuery, { items: [item] }, options);
}

/**
 * Takes a contact off the roster, which ends the subscriptions in both directions (§2.5). Rejects with `StanzaError`
 * (`item-not-found` when there is no such contact), and as `session.request` does.
 */
export function removeRosterItem(
  session: Session,
  jid: Jid | string,
  options: Omit<RequestOptions, 'to' | 'from'> = {},
): Promise<void> {
  return session.request(rosterChangeQuery, { items: [{ jid: toJid(jid), subscription: 'remove' }] }, options);
}
