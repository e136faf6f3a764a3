import { Element, NS_CLIENT, newId, StanzaError } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { NS_ROSTER, preApproval, rosterChangeQuery, rosterList, rosterQuery, rosterVersioning } from '@xeps/rfc-6121';
import type { RosterItemInput, Subscription } from '@xeps/rfc-6121';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import type { ClientSession } from '../host/sessions.ts';

/** A contact as it is kept. */
export interface Contact {
  readonly name?: string | undefined;
  readonly groups: readonly string[];
  readonly subscription: Exclude<Subscription, 'remove'>;
  /** RFC 6121 §2.1.2.2: a request waits for the contact's answer. */
  readonly ask?: boolean;
  /** §3.4: the contact's request is granted before it comes. */
  readonly approved?: boolean;
  /** Not in the roster that clients see: only its request, as text, waits for an answer (§3.1.3). */
  readonly hidden?: boolean;
  readonly request?: string | undefined;
}

/** What others may ask of it. */
export interface RosterApi {
  /** A contact, by its bare address. */
  contact(account: Jid, jid: Jid): Contact | undefined;
  contacts(account: Jid): readonly (readonly [Jid, Contact])[];
  /** Changes a contact, or makes it; tells the account's clients what they see of it. `undefined` removes it. */
  change(account: Jid, jid: Jid, contact: Contact | undefined): void;
  /** Whether `watcher` sees the presence of `account`: subscribers and the account itself. */
  seesPresenceOf(account: Jid, watcher: Jid): boolean;
  /** Called before a client's removal of a contact, for taking back subscriptions (§2.5.2). */
  onRemoval(listener: (account: Jid, jid: Jid, contact: Contact) => void): void;
}

/** §2.3.3: what is more than a person needs. */
const limits = { contacts: 5000, groups: 100, text: 1023 };

interface Kept {
  readonly version: number;
  readonly contacts: Readonly<Record<string, Contact>>;
}

/** The contact list (RFC 6121 §2), with versions (§2.6). */
export const roster: ServerModule<RosterApi> = serverModule({
  name: 'roster',
  setup(host): RosterApi {
    const table = host.store.table<Kept>('rosters');
    /** §2.2: who has asked for the roster is told of changes. */
    const interested = new WeakSet<ClientSession>();
    const removals: Parameters<RosterApi['onRemoval']>[0][] = [];
    // Of a store that was thrown away, no version may be known.
    const epoch = newId();

    const keptOf = (account: Jid): Kept => table.get(String(account)) ?? { version: 0, contacts: {} };
    const contactsOf = (account: Jid): Readonly<Record<string, Contact>> => keptOf(account).contacts;
    const versionOf = (account: Jid): string =>
      `${table.get(String(account)) === undefined ? epoch : 'v'}-${keptOf(account).version}`;

    const push = (account: Jid, item: RosterItemInput): void => {
      for (const session of host.sessions.of(account)) {
        if (!interested.has(session)) continue;
        const stanza = new Element('iq', {
          xmlns: NS_CLIENT,
          type: 'set',
          id: newId(),
          to: String(session.jid),
          from: String(account),
        });
        stanza.cnode(rosterList.encode({ ver: versionOf(account), items: [item] }));
        session.send(stanza);
      }
    };

    const api: RosterApi = {
      contact: (account, jid) => contactsOf(account)[String(jid.bare())],
      contacts: (account) => Object.entries(contactsOf(account)).map(([jid, contact]) => [parseJid(jid), contact]),
      change(account, jid, contact) {
        const key = String(jid.bare());
        const { version, contacts } = keptOf(account);
        const { [key]: before, ...others } = contacts;
        const after = contact && stripped(contact);
        table.set(String(account), {
          version: version + 1,
          contacts: after === undefined ? others : { ...contacts, [key]: after },
        });
        const wasSeen = before !== undefined && before.hidden !== true;
        if (contact !== undefined && contact.hidden !== true) push(account, toItem(jid.bare(), contact));
        else if (wasSeen) push(account, { jid: jid.bare(), subscription: 'remove' });
      },
      seesPresenceOf(account, watcher) {
        if (watcher.bare().equals(account)) return true;
        const subscription = api.contact(account, watcher)?.subscription;
        return subscription === 'from' || subscription === 'both';
      },
      onRemoval: (listener) => void removals.push(listener),
    };

    host.accountIq.handle(rosterQuery, ({ ver }, { session, to }) => {
      if (session !== undefined) interested.add(session);
      // §2.6.3: nothing to tell to whom knows the present version.
      if (ver !== undefined && ver === versionOf(to)) return undefined;
      const seen = api.contacts(to).filter(([, contact]) => contact.hidden !== true);
      return {
        ver: ver === undefined ? undefined : versionOf(to),
        items: seen.map(([jid, contact]) => toItem(jid, contact)),
      };
    });
    host.accountIq.handle(rosterChangeQuery, ({ items }, { to, stanza }) => {
      const [item] = items;
      const sent = stanza.getChild('query', NS_ROSTER)?.getChildren('item').length;
      // §2.3.3: exactly one, and not the account itself.
      if (item === undefined || sent !== 1)
        throw new StanzaError('bad-request', { text: 'a change is about one item' });
      if (item.jid.bare().equals(to)) throw new StanzaError('not-allowed', { text: 'nobody is his own contact' });
      const before = api.contact(to, item.jid);
      if (item.subscription === 'remove') {
        // §2.5.3
        if (before === undefined || before.hidden === true) throw new StanzaError('item-not-found');
        for (const listener of removals) listener(to, item.jid.bare(), before);
        return api.change(to, item.jid, undefined);
      }
      check(api, to, item);
      const kept = before ?? { groups: [], subscription: 'none' as const };
      api.change(to, item.jid, { ...kept, groups: item.groups, name: item.name, hidden: false });
    });
    host.hooks.on('removed', ({ account }) => {
      for (const [jid, contact] of api.contacts(account))
        for (const listener of removals) listener(account, jid, contact);
      table.delete(String(account));
    });
    host.streamParts.push({
      features: ({ account }) => (account === undefined ? [] : [rosterVersioning.encode({}), preApproval.encode({})]),
    });
    host.disco.server.feature(NS_ROSTER);
    return api;
  },
});

/** §2.3.3: the errors of a change. */
function check(
  api: RosterApi,
  account: Jid,
  { name = '', groups }: { readonly name?: string; readonly groups: readonly string[] },
): void {
  const tooLong = [name, ...groups].some((text) => text.length > limits.text);
  if (tooLong || groups.length > limits.groups)
    throw new StanzaError('not-acceptable', { text: 'a name or a group is too long' });
  if (groups.includes('')) throw new StanzaError('not-acceptable', { text: 'a group needs a name' });
  if (new Set(groups).size !== groups.length) throw new StanzaError('bad-request', { text: 'a group twice' });
  if (api.contacts(account).length >= limits.contacts)
    throw new StanzaError('resource-constraint', { text: `more than ${limits.contacts} contacts` });
}

function toItem(jid: Jid, { name, groups, subscription, ask, approved }: Contact): RosterItemInput {
  return {
    jid,
    subscription,
    groups,
    ...(name !== undefined && { name }),
    ...(ask === true && { ask: 'subscribe' as const }),
    ...(approved === true && { approved: true }),
  };
}

function stripped(contact: Contact): Contact {
  const entries = Object.entries(contact).filter(([, value]) => value !== undefined && value !== false);
  return Object.fromEntries(entries) as unknown as Contact;
}
