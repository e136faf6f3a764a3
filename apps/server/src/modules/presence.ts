import { Element, NS_CLIENT } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { presencePriority } from '@xeps/rfc-6121';
import { copyOf } from '../host/copy.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import type { ClientSession } from '../host/sessions.ts';
import { roster } from './roster.ts';

/** Addresses that one session may have told its presence (RFC 6121 §4.6). */
const maxDirected = 1000;

/** What others may ask of it. */
export interface PresenceApi {
  /** Whom a session has told its presence beside its contacts. */
  directed(session: ClientSession): ReadonlySet<string>;
}

/** Who is there (RFC 6121 §4). */
export const presence: ServerModule<PresenceApi> = serverModule({
  name: 'presence',
  setup(host, use): PresenceApi {
    const contacts = use(roster);
    const directedOf = new WeakMap<ClientSession, Set<string>>();
    const directed = (session: ClientSession): Set<string> => directedOf.get(session) ?? new Set();

    const addressed = (stanza: Element, from: Jid, to: Jid | string): Element => {
      const copy = copyOf(stanza);
      copy.attrs['from'] = String(from);
      copy.attrs['to'] = String(to);
      return copy;
    };
    /** §4.2.2, §4.4.2, §4.5.2: to the subscribers, and to the account's own devices. */
    const tellAll = (session: ClientSession, stanza: Element): void => {
      const account = session.jid.bare();
      for (const [jid, { subscription }] of contacts?.contacts(account) ?? []) {
        if (subscription === 'from' || subscription === 'both') host.route(addressed(stanza, session.jid, jid));
      }
      for (const other of host.sessions.of(account)) {
        if (other.presence !== undefined) other.send(addressed(stanza, session.jid, other.jid));
      }
    };

    /** §4.3: what the session sees of its contacts, and of the account's other devices. */
    const probe = (session: ClientSession): void => {
      const account = session.jid.bare();
      for (const [jid, { subscription }] of contacts?.contacts(account) ?? []) {
        if (subscription !== 'to' && subscription !== 'both') continue;
        if (jid.domain !== host.domain) {
          host.route(
            new Element('presence', { xmlns: NS_CLIENT, type: 'probe', from: String(session.jid), to: String(jid) }),
          );
          continue;
        }
        if (contacts?.seesPresenceOf(jid, account) === true) showAll(jid, session);
      }
      showAll(account, session);
    };
    const showAll = (account: Jid, session: ClientSession): void => {
      for (const other of host.sessions.of(account)) {
        if (other !== session && other.presence !== undefined)
          session.send(addressed(other.presence, other.jid, session.jid));
      }
    };

    host.hooks.on('broadcast', ({ session, stanza }) => {
      if (stanza.attrs['type'] === 'unavailable') {
        if (session.presence === undefined && directed(session).size === 0) return;
        host.hooks.run('unavailable', { session, stanza });
        session.presence = undefined;
        return;
      }
      const initial = session.presence === undefined;
      session.presence = stanza;
      const priority = presencePriority.safeFind(stanza);
      session.priority = priority?.ok === true ? priority.value : 0;
      tellAll(session, stanza);
      if (!initial) return;
      probe(session);
      host.hooks.run('available', { session });
    });

    host.hooks.on('unavailable', ({ session, stanza }) => {
      const farewell = stanza ?? new Element('presence', { xmlns: NS_CLIENT, type: 'unavailable' });
      if (session.presence !== undefined) tellAll(session, farewell);
      takeBack(session, farewell);
    });
    host.hooks.on('ended', ({ session }) => {
      takeBack(session, new Element('presence', { xmlns: NS_CLIENT, type: 'unavailable' }));
    });

    /** §4.6.5: who was told that somebody is there is told that he is gone. */
    function takeBack(session: ClientSession, farewell: Element): void {
      const told = directed(session);
      directedOf.delete(session);
      for (const to of told) host.route(addressed(farewell, session.jid, to));
    }

    host.hooks.on('directed', ({ session, stanza, to }) => {
      const told = directed(session);
      if (stanza.attrs['type'] === 'unavailable') told.delete(String(to));
      else if (contacts?.seesPresenceOf(session.jid.bare(), to) !== true || session.presence === undefined) {
        if (told.size < maxDirected) told.add(String(to));
      }
      directedOf.set(session, told);
    });

    host.hooks.on('presence', ({ account, stanza, from }) => {
      const type = stanza.attrs['type'] as string | undefined;
      if (type === 'probe') {
        answerProbe(account, from);
        return true;
      }
      if (type !== undefined && type !== 'unavailable') return false;
      for (const session of host.sessions.of(account)) {
        if (session.presence !== undefined) session.send(addressed(stanza, from, stanza.attrs['to'] as string));
      }
      return true;
    });

    /** §4.3.2: asked by components alone, as clients may not. */
    function answerProbe(account: Jid, from: Jid): void {
      if (contacts?.seesPresenceOf(account, from) !== true) {
        const refusal = { xmlns: NS_CLIENT, type: 'unsubscribed', from: String(account), to: String(from) };
        return host.route(new Element('presence', refusal));
      }
      const there = host.sessions.of(account).filter((session) => session.presence !== undefined);
      for (const session of there) host.route(addressed(session.presence!, session.jid, from));
      if (there.length > 0) return;
      host.route(
        new Element('presence', { xmlns: NS_CLIENT, type: 'unavailable', from: String(account), to: String(from) }),
      );
    }

    return { directed };
  },
});
