import type { Delivery, Element, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { LangMap } from '@xeps/core/schema';
import { sendPresence } from './presence.ts';

/** What goes with a request. */
export interface SubscriptionDetails {
  /** Words to the contact, or the same in several languages. */
  readonly status?: string | LangMap | undefined;
  /** Elements of other specifications, such as a nickname (XEP-0172). */
  readonly payloads?: readonly Element[] | undefined;
}

/**
 * Asks to see a contact's presence (§3.1.1). The answer comes as a roster push: `ask` until there is one, then
 * `subscription`. Subscriptions are between accounts: a resource in `to` is left out (§3.1.1).
 */
export function requestSubscription(
  session: Session,
  to: Jid | string,
  details: SubscriptionDetails = {},
): Promise<Delivery> {
  return sendPresence(session, { ...details, to: toJid(to).bare(), type: 'subscribe' });
}

/** Lets a contact see this account's presence: answers a request (§3.1.5), or one yet to come where the server takes that (§3.4). */
export function approveSubscription(session: Session, to: Jid | string): Promise<Delivery> {
  return sendPresence(session, { to: toJid(to).bare(), type: 'subscribed' });
}

/** Refuses a contact's request (§3.1.5). */
export function denySubscription(session: Session, to: Jid | string): Promise<Delivery> {
  return sendPresence(session, { to: toJid(to).bare(), type: 'unsubscribed' });
}

/** No longer lets a contact see this account's presence (§3.2.1), or takes back an approval given beforehand (§3.4.3). */
export function cancelSubscription(session: Session, to: Jid | string): Promise<Delivery> {
  return denySubscription(session, to);
}

/** No longer wants to see a contact's presence (§3.3.1). */
export function unsubscribe(session: Session, to: Jid | string): Promise<Delivery> {
  return sendPresence(session, { to: toJid(to).bare(), type: 'unsubscribe' });
}
