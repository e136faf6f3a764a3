import { Element, iqQuery, NS_CLIENT, newId } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { attr, child, element, jid, optional } from '@xeps/core/schema';
import { dataForm } from '@xeps/xep-0004';
import { NS_PUBSUB } from '@xeps/xep-0060';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import { fromText, toText } from '../host/copy.ts';
import { isArchivable } from './archive/index.ts';

/** XEP-0357 §4. */
const NS_PUSH = 'urn:xmpp:push:0';
/** Registrations of one account. */
const maxRegistrations = 50;

const enable = element(NS_PUSH, 'enable', {
  jid: attr(jid),
  node: optional(attr()),
  options: optional(child(dataForm)),
});
const disable = element(NS_PUSH, 'disable', { jid: attr(jid), node: optional(attr()) });

/** Where an account wants to be told, when nobody is there. */
interface Registration {
  readonly jid: string;
  readonly node: string;
  /** The form that goes with each notification, as text. */
  readonly options?: string;
}

/** Notifications by way of an app's own service (XEP-0357): that something came, and nothing of what. */
export const push: ServerModule = serverModule({
  name: 'push',
  setup(host) {
    const table = host.store.table<readonly Registration[]>('push');
    const registrations = (account: Jid): readonly Registration[] => table.get(String(account)) ?? [];

    host.accountIq.handle(iqQuery('set', enable), ({ jid: service, node = '', options }, { to }) => {
      const own: Registration = {
        jid: String(service),
        node,
        ...(options !== undefined && { options: toText(dataForm.encode(options)) }),
      };
      const others = registrations(to).filter((one) => one.jid !== own.jid || one.node !== own.node);
      table.set(String(to), [...others, own].slice(-maxRegistrations));
    });
    host.accountIq.handle(iqQuery('set', disable), ({ jid: service, node }, { to }) => {
      table.set(
        String(to),
        registrations(to).filter((one) => one.jid !== String(service) || (node !== undefined && one.node !== node)),
      );
    });

    // Nobody has it in the hand: there is no session, or one that has lost its connection.
    host.hooks.on('delivered', ({ account, stanza, sessions }) => {
      if (!isArchivable(stanza) || sessions.some(({ stream }) => stream !== undefined)) return;
      for (const registration of registrations(account)) host.route(notification(account, registration));
    });
    host.hooks.on('arriving', ({ account, stanza, from }) => {
      // §6.3: a service that does not know the node any more is not asked again.
      if (stanza.name !== 'iq' || stanza.attrs['type'] !== 'error' || !String(stanza.attrs['id']).startsWith('push-'))
        return false;
      const gone = stanza
        .getChild('error')
        ?.children.some((one) => typeof one === 'object' && one.name === 'item-not-found');
      if (gone === true)
        table.set(
          String(account),
          registrations(account).filter((one) => tryParseJid(one.jid)?.equals(from) !== true),
        );
      return true;
    });
    host.hooks.on('removed', ({ account }) => table.delete(String(account)));
    host.disco.server.feature(NS_PUSH);
    host.disco.account.feature(NS_PUSH);
  },
});

/** §7 */
function notification(account: Jid, { jid: to, node, options }: Registration): Element {
  const iq = new Element('iq', { xmlns: NS_CLIENT, type: 'set', id: `push-${newId()}`, from: String(account), to });
  const pubsub = iq.c('pubsub', { xmlns: NS_PUBSUB });
  pubsub.c('publish', { node }).c('item').c('notification', { xmlns: NS_PUSH });
  if (options !== undefined) pubsub.c('publish-options').cnode(fromText(options));
  return iq;
}
