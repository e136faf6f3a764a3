import type { Element } from '@xeps/core';
import { childElements, iqQuery, namespaceOf, StanzaError } from '@xeps/core';
import { element, rest } from '@xeps/core/schema';
import { copyOf, fromText, toText } from '../host/copy.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';

/** XEP-0049 §2. */
const NS_PRIVATE = 'jabber:iq:private';
/** Elements that one account may keep. */
const maxElements = 100;

const query = element(NS_PRIVATE, 'query', { payloads: rest() });

/** Whatever clients keep for themselves (XEP-0049). */
export const privateStorage: ServerModule = serverModule({
  name: 'private-storage',
  setup(host) {
    const table = host.store.table<Readonly<Record<string, string>>>('private');
    const one = (payloads: readonly Element[]): Element => {
      const [payload, ...more] = payloads;
      // §2: one element of a namespace of its own.
      if (payload === undefined || more.length > 0) throw new StanzaError('bad-request', { text: 'one element' });
      if (namespaceOf(payload) === NS_PRIVATE) throw new StanzaError('bad-request', { text: 'a namespace of its own' });
      return payload;
    };
    host.accountIq.handle(iqQuery('get', query, query), ({ payloads }, { to }) => {
      const asked = one(payloads);
      const kept = table.get(String(to))?.[`${asked.name} ${namespaceOf(asked)}`];
      const answer = kept === undefined ? copyOf(asked) : fromText(kept);
      return { payloads: [answer] };
    });
    host.accountIq.handle(iqQuery('set', query), ({ payloads }, { to }) => {
      const given = one(payloads);
      const before = table.get(String(to)) ?? {};
      if (Object.keys(before).length >= maxElements) throw new StanzaError('resource-constraint');
      const key = `${given.name} ${namespaceOf(given)}`;
      const empty = childElements(given).length === 0 && given.getText() === '';
      const { [key]: _, ...others } = before;
      table.set(String(to), empty ? others : { ...before, [key]: toText(given) });
    });
    host.hooks.on('removed', ({ account }) => table.delete(String(account)));
    host.disco.server.feature(NS_PRIVATE);
  },
});
