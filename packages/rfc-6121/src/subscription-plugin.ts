import { createEmitter, definePlugin } from '@xeps/core';
import type { Element, ListenOptions, Plugin, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { LangMap } from '@xeps/core/schema';
import { presence } from './presence-plugin.ts';
import type { PresenceApi } from './presence-plugin.ts';
import { presenceStanza } from './presence-schema.ts';
import { roster } from './roster-plugin.ts';
import type { RosterApi } from './roster-plugin.ts';
import type { RosterItem } from './roster-schema.ts';
import { approveSubscription, denySubscription } from './subscription.ts';

/** Requests that are kept; whoever makes up accounts in order to ask pushes out the oldest. */
const MOST_REQUESTS = 1000;

/** A request to see this account's presence. */
export interface SubscriptionRequest {
  /** The account that asks. */
  readonly from: Jid;
  /** Its words, by language. */
  readonly status: LangMap;
  readonly stanza: Element;
}

/** What the `subscriptions` plugin tells. Which subscriptions there are is in the roster alone. */
export interface SubscriptionEvents {
  /** Somebody asks (§3.1.3). */
  request: SubscriptionRequest;
  /** A request is no longer there: answered here or on another device, or taken back. */
  settled: { readonly from: Jid };
  /** A contact lets this account see its presence (§3.1.6). */
  subscribed: { readonly from: Jid };
  /** A contact refused, or no longer lets this account see its presence (§3.2.3). */
  unsubscribed: { readonly from: Jid };
  /** A contact no longer wants to see this account's presence (§3.3.3). */
  unsubscribe: { readonly from: Jid };
}

/** Who wants to see this account's presence. */
export interface SubscriptionsApi {
  /** The requests that wait for an answer, the oldest first. */
  requests(): readonly SubscriptionRequest[];
  /** Grants a request (§3.1.5), or one yet to come (§3.4). */
  approve(jid: Jid | string): Promise<void>;
  /** Refuses a request (§3.1.5). */
  deny(jid: Jid | string): Promise<void>;
  /** Listens for requests and answers. */
  on<K extends keyof SubscriptionEvents>(
    event: K,
    listener: (event: SubscriptionEvents[K]) => void,
    options?: ListenOptions,
  ): Disposable;
}

/**
 * Keeps the requests that wait for an answer (§3), and takes contacts for unavailable whose presence this account no longer
 * gets. Nobody is answered unless the application says so.
 */
export const subscriptions: Plugin<SubscriptionsApi> = /* @__PURE__ */ definePlugin({
  name: 'subscriptions',
  requires: { roster, presence },
  setup: (session, requirements) => setUpSubscriptions(session, requirements.roster, requirements.presence),
});

function setUpSubscriptions(session: Session, rosterApi: RosterApi, presenceApi: PresenceApi): SubscriptionsApi {
  // By bare address, the oldest first.
  const pending = new Map<string, SubscriptionRequest>();
  const events = createEmitter<SubscriptionEvents>(session.report);

  function settle(key: string): void {
    const request = pending.get(key);
    if (request !== undefined && pending.delete(key)) events.emit('settled', { from: request.from });
  }

  function receive(stanza: Element): void {
    const decoded = presenceStanza.safeDecode(stanza);
    if (!decoded.ok || decoded.value.from === undefined) return;
    const { type, status } = decoded.value;
    // §3.1.3: subscriptions are between accounts, whatever resource somebody puts there.
    const from = decoded.value.from.bare();
    const key = String(from);
    if (from.equals(session.jid.bare())) return;
    if (type === 'subscribe') {
      // §3.1.3: the server repeats a request until it is answered.
      const first = !pending.has(key);
      if (first && pending.size >= MOST_REQUESTS) settle(pending.keys().next().value!);
      pending.set(key, { from, status, stanza });
      if (first) events.emit('request', { from, status, stanza });
    } else if (type === 'unsubscribe') {
      settle(key);
      events.emit('unsubscribe', { from });
    } else if (type === 'subscribed' || type === 'unsubscribed') events.emit(type, { from });
  }

  /** Another device of this account has said yes. */
  function note(item: RosterItem): void {
    if (item.subscription === 'from' || item.subscription === 'both') settle(String(item.jid.bare()));
  }

  async function answer(jid: Jid | string, send: typeof approveSubscription): Promise<void> {
    await send(session, jid);
    settle(String(toJid(jid).bare()));
  }

  /** §3.3.3: the contact's server ought to say that the contact goes when a subscription ends, but Prosody 13 does not. */
  function seesPresence({ subscription }: RosterItem): boolean {
    return subscription === 'to' || subscription === 'both';
  }

  session.on('presence', receive);
  // The server tells anew what still waits (§3.1.3).
  session.on('online', () => [...pending.keys()].forEach(settle));
  rosterApi.on('added', ({ item }) => note(item));
  rosterApi.on('updated', ({ item, previous }) => {
    note(item);
    if (seesPresence(previous) && !seesPresence(item)) presenceApi.forget(item.jid);
  });
  rosterApi.on('removed', ({ item }) => seesPresence(item) && presenceApi.forget(item.jid));

  return {
    requests: () => [...pending.values()],
    approve: (jid) => answer(jid, approveSubscription),
    deny: (jid) => answer(jid, denySubscription),
    on: (event, listener, options) => events.on(event, listener, options),
  };
}
