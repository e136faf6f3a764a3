import { Element, iqQuery, NS_CLIENT, newId, StanzaError } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { attr, children, element, jid } from '@xeps/core/schema';
import { copyOf } from '../host/copy.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import type { ClientSession } from '../host/sessions.ts';
import { roster } from './roster.ts';

/** XEP-0191 §3. */
const NS_BLOCKING = 'urn:xmpp:blocking';
/** XEP-0191 §3.3.2. */
const NS_BLOCKING_ERRORS = 'urn:xmpp:blocking:errors';
/** Addresses that one account may block. */
const maxBlocked = 5000;

const item = element(NS_BLOCKING, 'item', { jid: attr(jid) });
const blocklist = element(NS_BLOCKING, 'blocklist', { items: children(item) });
const block = element(NS_BLOCKING, 'block', { items: children(item) });
const unblock = element(NS_BLOCKING, 'unblock', { items: children(item) });

/** Addresses that an account wants nothing from (XEP-0191). Comes before everything that keeps or delivers. */
export const blocking: ServerModule = serverModule({
  name: 'blocking',
  setup(host, use) {
    const table = host.store.table<readonly string[]>('blocked');
    const interested = new WeakSet<ClientSession>();
    const blockedBy = (account: Jid): readonly string[] => table.get(String(account)) ?? [];
    /** §2: an address, all of its resources, or its whole domain. */
    const isBlocked = (account: Jid, other: Jid): boolean => {
      const list = table.get(String(account));
      if (list === undefined || list.length === 0 || other.bare().equals(account)) return false;
      return [String(other), String(other.bare()), other.domain].some((address) => list.includes(address));
    };
    const push = (account: Jid, payload: () => Element): void => {
      for (const session of host.sessions.of(account)) {
        if (!interested.has(session)) continue;
        const stanza = new Element('iq', {
          xmlns: NS_CLIENT,
          type: 'set',
          id: newId(),
          from: String(account),
          to: String(session.jid),
        });
        stanza.cnode(payload());
        session.send(stanza);
      }
    };
    /** §3.3: who is blocked sees the account go; §3.4: who is let in again sees it come. */
    const tell = (account: Jid, other: Jid, available: boolean): void => {
      if (use(roster)?.seesPresenceOf(account, other) !== true) return;
      for (const session of host.sessions.of(account)) {
        if (session.presence === undefined) continue;
        const stanza = available
          ? copyOf(session.presence)
          : new Element('presence', { xmlns: NS_CLIENT, type: 'unavailable' });
        Object.assign(stanza.attrs, { from: String(session.jid), to: String(other) });
        host.route(stanza);
      }
    };

    host.accountIq.handle(iqQuery('get', element(NS_BLOCKING, 'blocklist'), blocklist), (_, { to, session }) => {
      if (session !== undefined) interested.add(session);
      return { items: blockedBy(to).map((address) => ({ jid: parseJid(address, { lenient: true }) })) };
    });
    host.accountIq.handle(iqQuery('set', block), ({ items }, { to }) => {
      // §3.3: nothing to block is a fault of the client's.
      if (items.length === 0) throw new StanzaError('bad-request');
      const list = new Set([...blockedBy(to), ...items.map((entry) => String(entry.jid))]);
      if (list.size > maxBlocked)
        throw new StanzaError('resource-constraint', { text: `more than ${maxBlocked} addresses` });
      for (const entry of items) tell(to, entry.jid, false);
      table.set(String(to), [...list]);
      push(to, () => block.encode({ items }));
    });
    host.accountIq.handle(iqQuery('set', unblock), ({ items }, { to }) => {
      const gone = items.length === 0 ? blockedBy(to) : items.map((entry) => String(entry.jid));
      table.set(
        String(to),
        blockedBy(to).filter((address) => !gone.includes(address)),
      );
      for (const address of gone) tell(to, parseJid(address, { lenient: true }), true);
      push(to, () => unblock.encode({ items }));
    });

    // §3.2: who is blocked learns nothing; messages and requests look as if nobody were there.
    host.hooks.on('arriving', ({ account, stanza, from }) => {
      if (!isBlocked(account, from)) return false;
      const { type } = stanza.attrs as Readonly<Record<string, string | undefined>>;
      if (stanza.name === 'presence' || type === 'error' || type === 'result') return true;
      if (stanza.name === 'message' && type === 'groupchat') return true;
      throw new StanzaError('service-unavailable');
    });
    const refuseOutgoing = (session: ClientSession, to: Jid, stanza: Element): boolean => {
      if (!isBlocked(session.jid.bare(), to)) return false;
      if (stanza.name === 'presence') return true;
      const application = [new Element('blocked', { xmlns: NS_BLOCKING_ERRORS })];
      throw new StanzaError('not-acceptable', { text: `${String(to)} is blocked: unblock it first`, application });
    };
    host.hooks.on('outgoing', ({ session, to, stanza }) => refuseOutgoing(session, to, stanza));
    host.hooks.on('outgoingOther', ({ session, to, stanza }) => refuseOutgoing(session, to, stanza));
    host.hooks.on('removed', ({ account }) => table.delete(String(account)));
    host.disco.server.feature(NS_BLOCKING);
    host.disco.account.feature(NS_BLOCKING);
  },
});
