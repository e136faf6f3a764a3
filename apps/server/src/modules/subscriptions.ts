import { Element, NS_CLIENT } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { copyOf, fromText, toText } from '../host/copy.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import { roster } from './roster.ts';
import type { Contact } from './roster.ts';

const nobody: Contact = { groups: [], subscription: 'none' };

/** Bytes of a request that are kept until it is answered. */
const maxRequest = 16 * 1024;

type State = Contact['subscription'];
const without: Record<'to' | 'from', Record<State, State>> = {
  to: { none: 'none', to: 'none', from: 'from', both: 'from' },
  from: { none: 'none', to: 'to', from: 'none', both: 'to' },
};
const withThe: Record<'to' | 'from', Record<State, State>> = {
  to: { none: 'to', to: 'to', from: 'both', both: 'both' },
  from: { none: 'from', to: 'both', from: 'from', both: 'both' },
};
const has = (way: 'to' | 'from', state: State): boolean => withThe[way][state] === state;

/** Who sees whose presence: requests and their answers (RFC 6121 §3, appendix A). */
export const subscriptions: ServerModule = serverModule({
  name: 'subscriptions',
  setup(host, use) {
    const contacts = use(roster);
    if (contacts === undefined) return;
    const change = (account: Jid, jid: Jid, before: Contact, patch: Partial<Contact>): void =>
      contacts.change(account, jid, { ...before, ...patch });

    const say = (type: string, from: Jid, to: Jid): void =>
      host.route(new Element('presence', { xmlns: NS_CLIENT, type, from: String(from.bare()), to: String(to.bare()) }));

    /** What the contact is to know of the account's devices: there, or not any more. */
    const tellAvailability = (account: Jid, to: Jid, available: boolean): void => {
      for (const session of host.sessions.of(account)) {
        if (session.presence === undefined) continue;
        const stanza = available
          ? copyOf(session.presence)
          : new Element('presence', { xmlns: NS_CLIENT, type: 'unavailable' });
        stanza.attrs['from'] = String(session.jid);
        stanza.attrs['to'] = String(to.bare());
        host.route(stanza);
      }
    };

    host.hooks.on('subscription', ({ session, stanza, to }) => {
      const account = session.jid.bare();
      const contact = to.bare();
      if (contact.equals(account)) return true;
      outbound(account, contact, stanza);
      return true;
    });

    function outbound(account: Jid, to: Jid, stanza: Element): void {
      const before = contacts!.contact(account, to) ?? nobody;
      const type = stanza.attrs['type'] as string;
      // §3.1.2: requests and answers come from the account, and not from a device.
      const stamped = copyOf(stanza);
      stamped.attrs['from'] = String(account);
      stamped.attrs['to'] = String(to);
      const granted = has('from', before.subscription);
      switch (type) {
        case 'subscribe':
          if (!has('to', before.subscription) && before.ask !== true)
            change(account, to, before, { ask: true, hidden: false });
          host.route(stamped);
          // §3.1.3: nobody is there who could ever answer.
          if (to.domain === host.domain && host.account(to) === undefined) say('unsubscribed', to, account);
          return;
        case 'subscribed':
          if (before.request !== undefined) {
            change(account, to, before, {
              subscription: withThe.from[before.subscription],
              request: undefined,
              hidden: false,
              approved: false,
            });
            host.route(stamped);
            return tellAvailability(account, to, true);
          }
          // §3.4.2: the request is still to come.
          if (!granted && before.approved !== true) change(account, to, before, { approved: true, hidden: false });
          return;
        case 'unsubscribe':
          if (has('to', before.subscription) || before.ask === true) {
            change(account, to, before, { subscription: without.to[before.subscription], ask: false });
          }
          return host.route(stamped);
        case 'unsubscribed':
          if (!granted && before.request === undefined && before.approved !== true) return;
          if (granted) tellAvailability(account, to, false);
          forget(account, to, { ...before, subscription: without.from[before.subscription], approved: false });
          if (granted || before.request !== undefined) host.route(stamped);
      }
    }

    /** The request is answered; an item that was there for it alone goes with it. */
    function forget(account: Jid, to: Jid, before: Contact): void {
      contacts!.change(account, to, before.hidden === true ? undefined : { ...before, request: undefined });
    }

    host.hooks.on('presence', ({ account, stanza, from }) => {
      const type = stanza.attrs['type'] as string | undefined;
      if (type === undefined || !['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'].includes(type))
        return false;
      inbound(account, from.bare(), stanza, type);
      return true;
    });

    function inbound(account: Jid, from: Jid, stanza: Element, type: string): void {
      const before = contacts!.contact(account, from) ?? nobody;
      const granted = has('from', before.subscription);
      switch (type) {
        case 'subscribe':
          // §3.1.3: whose request was granted once gets the answer again.
          if (granted) return say('subscribed', account, from);
          if (before.approved === true) {
            change(account, from, before, { subscription: withThe.from[before.subscription], approved: false });
            say('subscribed', account, from);
            return tellAvailability(account, from, true);
          }
          deliver(account, stanza);
          if (before.request === undefined) {
            const request = toText(stanza);
            const hidden = before === nobody || before.hidden === true;
            change(account, from, before, {
              request: request.length > maxRequest ? toText(bareRequest(stanza)) : request,
              hidden,
            });
          }
          return;
        case 'subscribed':
          if (before.ask !== true) return;
          deliver(account, stanza);
          return change(account, from, before, { subscription: withThe.to[before.subscription], ask: false });
        case 'unsubscribe':
          if (!granted && before.request === undefined) return;
          deliver(account, stanza);
          if (granted) tellAvailability(account, from, false);
          return forget(account, from, { ...before, subscription: without.from[before.subscription] });
        case 'unsubscribed':
          if (!has('to', before.subscription) && before.ask !== true) return;
          deliver(account, stanza);
          return change(account, from, before, { subscription: without.to[before.subscription], ask: false });
      }
    }

    function deliver(account: Jid, stanza: Element): void {
      for (const session of host.sessions.of(account)) if (session.presence !== undefined) session.send(copyOf(stanza));
    }

    // §3.1.3: a request waits until somebody is there to see it.
    host.hooks.on('available', ({ session }) => {
      for (const [, { request }] of contacts.contacts(session.jid.bare())) {
        if (request !== undefined) session.send(fromText(request));
      }
    });

    // §2.5.2: who is removed sees the account no more, and is not seen; so it is when the account itself goes.
    contacts.onRemoval((account, jid, contact) => {
      if (has('from', contact.subscription)) tellAvailability(account, jid, false);
      if (has('to', contact.subscription) || contact.ask === true) say('unsubscribe', account, jid);
      if (has('from', contact.subscription) || contact.request !== undefined) say('unsubscribed', account, jid);
    });
  },
});

function bareRequest({ attrs }: Element): Element {
  return new Element('presence', { ...attrs });
}
