import { StanzaError } from '@xeps/core';
import { discoInfoQuery, discoItemsQuery, NS_DISCO_INFO, NS_DISCO_ITEMS } from '@xeps/xep-0030';
import type { DiscoInfoInput, DiscoItemsInput } from '@xeps/xep-0030';
import { capsAnnouncement } from './disco-caps.ts';
import type { DiscoEntry, DiscoSet } from '../host/disco.ts';
import type { IqAccess, IqContext, IqTable } from '../host/iq-table.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import { roster } from './roster.ts';

/** What an entity says of one of its nodes; undefined when there is no such node. */
export type DiscoNodes = (
  node: string,
  context: IqContext,
) => Partial<DiscoInfoInput & { items: readonly DiscoEntry[] }> | undefined;

/** Answers questions about an entity (XEP-0030 §3, §4). */
export function answerDisco(
  table: IqTable,
  setOf: DiscoSet | ((context: IqContext) => DiscoSet),
  nodes: DiscoNodes = () => undefined,
  access?: IqAccess,
): void {
  const of = (context: IqContext): DiscoSet => (typeof setOf === 'function' ? setOf(context) : setOf);
  const nodeOf = (node: string, context: IqContext): NonNullable<ReturnType<DiscoNodes>> => {
    const found = nodes(node, context);
    if (found === undefined) throw new StanzaError('item-not-found');
    return found;
  };
  table.handle(
    discoInfoQuery,
    ({ node }, context): DiscoInfoInput => {
      const set = of(context);
      if (node !== undefined && node !== '') {
        const { identities = [], features = [], forms = [] } = nodeOf(node, context);
        return { node, identities, features, forms };
      }
      return { identities: set.identities, features: [...set.features], forms: set.forms.map((form) => form()) };
    },
    access,
  );
  table.handle(
    discoItemsQuery,
    ({ node }, context): DiscoItemsInput => {
      const set = of(context);
      if (node !== undefined && node !== '') return { node, items: nodeOf(node, context).items ?? [] };
      return { items: set.items.flatMap((item) => item() ?? []) };
    },
    access,
  );
}

/** What the server and its accounts say of themselves (XEP-0030), and the server's capabilities (XEP-0115 §6.3). */
export const disco: ServerModule = serverModule({
  name: 'disco',
  setup(host, use) {
    const { server, account } = host.disco;
    server.identity({ category: 'server', type: 'im', name: 'xeps' });
    server.feature(NS_DISCO_INFO, NS_DISCO_ITEMS);
    account.identity({ category: 'account', type: 'registered' });
    account.feature(NS_DISCO_INFO, NS_DISCO_ITEMS);
    server.form(() => ({
      type: 'result',
      fields: [
        { name: 'FORM_TYPE', type: 'hidden', values: ['http://jabber.org/network/serverinfo'] },
        { name: 'admin-addresses', type: 'list-multi', values: [`xmpp:admin@${host.domain}`] },
        { name: 'abuse-addresses', type: 'list-multi', values: [`xmpp:admin@${host.domain}`] },
        { name: 'support-addresses', type: 'list-multi', values: [`xmpp:admin@${host.domain}`] },
      ],
    }));
    const caps = capsAnnouncement(host);
    answerDisco(host.serverIq, server, (node) => (caps.isNode(node) ? caps.info() : undefined));
    answerDisco(
      host.accountIq,
      (context) => {
        // XEP-0030 §8: who may not see the account's presence learns nothing of it.
        const contacts = use(roster);
        const own = context.from.bare().equals(context.to);
        if (!own && contacts?.seesPresenceOf(context.to, context.from) !== true)
          throw new StanzaError('service-unavailable');
        return account;
      },
      (node, context) => accountNodes.get(host)?.(node, context),
      { from: 'anyone' },
    );
    host.streamParts.push({ features: ({ account: who }) => (who === undefined ? [] : caps.elements()) });
  },
});

/** Nodes of accounts, such as those of PEP. */
const accountNodes = new WeakMap<object, DiscoNodes>();

/** Answers questions about nodes of accounts. */
export function setAccountNodes(host: object, nodes: DiscoNodes): void {
  accountNodes.set(host, nodes);
}
