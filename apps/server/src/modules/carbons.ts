import { Element, NS_CLIENT } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import {
  carbonReceived,
  carbonsDisableQuery,
  carbonsEnableQuery,
  carbonSent,
  carbonsPrivate,
  NS_CARBONS,
  NS_CARBONS_RULES,
} from '@xeps/xep-0280';
import { hint } from '@xeps/xep-0334';
import { stanzaId } from '@xeps/xep-0359';
import { copyOf } from '../host/copy.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import type { ClientSession } from '../host/sessions.ts';
import { archive, isArchivable } from './archive/index.ts';

/** What others may ask of it. */
export interface CarbonsApi {
  /** Begins for a session, as part of binding (XEP-0386 §3.1). */
  enable(session: ClientSession): void;
  /** Whether a message is a copy, of which the original has gone its own way. */
  isCarbon(stanza: Element): boolean;
}

/** Copies of an account's messages for its other devices (XEP-0280). */
export const carbons: ServerModule<CarbonsApi> = serverModule({
  name: 'carbons',
  setup(host, use): CarbonsApi {
    const enabled = new WeakSet<ClientSession>();
    host.accountIq.handle(carbonsEnableQuery, (_, { session }) => {
      if (session !== undefined) enabled.add(session);
    });
    host.accountIq.handle(carbonsDisableQuery, (_, { session }) => {
      if (session !== undefined) enabled.delete(session);
    });

    const copyTo = (
      account: Jid,
      stanza: Element,
      way: 'received' | 'sent',
      except: readonly ClientSession[],
    ): void => {
      if (!isCopied(stanza)) return;
      for (const session of host.sessions.of(account)) {
        if (!enabled.has(session) || except.includes(session)) continue;
        const attributes = {
          xmlns: NS_CLIENT,
          from: String(account),
          to: String(session.jid),
          type: stanza.attrs['type'] as string,
        };
        const message = new Element('message', attributes);
        const schema = way === 'sent' ? carbonSent : carbonReceived;
        message.cnode(schema.encode({ forwarded: { stanza: copyOf(stanza) } }));
        session.send(message);
      }
    };

    host.hooks.on('outgoing', ({ session, stanza, to }) => {
      const account = session.jid.bare();
      // What one sends to oneself arrives at the other devices as it is.
      if (to.bare().equals(account)) return;
      const id = use(archive)?.idOf(stanza);
      const copy = copyOf(stanza);
      if (id !== undefined) copy.cnode(stanzaId.encode({ id, by: account }));
      copyTo(account, copy, 'sent', [session]);
      removePrivate(stanza);
    });
    host.hooks.on('delivered', ({ account, stanza, sessions }) => {
      // §7: a copy is of what some device got. What waits for one is told to nobody yet.
      if (sessions.length === 0) return;
      const sender = host.sessions.of(account).filter(({ jid }) => jid.equals(String(stanza.attrs['from'])));
      copyTo(account, stanza, 'received', [...sessions, ...sender]);
    });
    host.disco.server.feature(NS_CARBONS, NS_CARBONS_RULES);
    host.disco.account.feature(NS_CARBONS, NS_CARBONS_RULES);

    return {
      enable: (session) => void enabled.add(session),
      isCarbon: (stanza) =>
        stanza.getChild('sent', NS_CARBONS) !== undefined || stanza.getChild('received', NS_CARBONS) !== undefined,
    };
  },
});

/** §6.1: which messages are copied. */
function isCopied(stanza: Element): boolean {
  const type = (stanza.attrs['type'] as string | undefined) ?? 'normal';
  if (carbonsPrivate.find(stanza) !== undefined || hint.findAll(stanza).includes('no-copy')) return false;
  // Private messages in rooms that the client has entered are for that client (XEP-0045 §7.5), as are carbons for nobody.
  if (stanza.getChildByAttr('xmlns', NS_CARBONS) !== undefined) return false;
  const room = stanza.getChild('x', 'http://jabber.org/protocol/muc#user');
  if (room !== undefined && room.getChild('invite') === undefined && stanza.getChild('body') !== undefined) {
    return type === 'chat' && stanza.attrs['from'] === undefined;
  }
  if (type === 'chat') return true;
  if (type === 'error') return true;
  return type === 'normal' && isArchivable(stanza);
}

/** §9: the marker is for the server, which takes it out. */
function removePrivate(stanza: Element): void {
  const marker = stanza.getChild('private', NS_CARBONS);
  if (marker !== undefined) stanza.remove(marker);
}
