import { createJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { NS_NODE_CONFIG, NS_PUBLISH_OPTIONS, NS_PUBSUB } from '@xeps/xep-0060';
import type { DiscoInfoInput } from '@xeps/xep-0030';
import { createDiscoSet } from '../../host/disco.ts';
import { createIqTable } from '../../host/iq-table.ts';
import { serverModule } from '../../host/module.ts';
import type { ServerModule } from '../../host/module.ts';
import { createService } from '../../host/service.ts';
import { answerDisco, setAccountNodes } from '../disco.ts';
import { roster } from '../roster.ts';
import { mayRead } from './access.ts';
import { configForm, pepDefaults, serviceDefaults } from './config.ts';
import { answerPubsub, eventMessage, toInput } from './engine.ts';
import type { EventInput } from './engine.ts';
import { createInterests } from './interests.ts';
import { createNodes } from './nodes.ts';
import type { NodeStore, PubsubNode } from './nodes.ts';

/** §10: what both the service and the accounts can do. */
const features = [
  'access-open',
  'access-whitelist',
  'config-node',
  'config-node-max',
  'create-and-configure',
  'create-nodes',
  'auto-create',
  'delete-items',
  'delete-nodes',
  'item-ids',
  'last-published',
  'manage-subscriptions',
  'member-affiliation',
  'meta-data',
  'modify-affiliations',
  'multi-items',
  'outcast-affiliation',
  'persistent-items',
  'publish',
  'publish-options',
  'publisher-affiliation',
  'purge-nodes',
  'retract-items',
  'retrieve-affiliations',
  'retrieve-default',
  'retrieve-items',
  'retrieve-subscriptions',
  'rsm',
  'subscribe',
].map((name) => `${NS_PUBSUB}#${name}`);

/** Publish-subscribe: a service (XEP-0060), where every account of the server may make nodes. */
export const pubsub: ServerModule = serverModule({
  name: 'pubsub',
  setup(host, use) {
    const address = createJid({ domain: `pubsub.${host.domain}` });
    const nodes = nodesOf(host)(String(address));
    const table = createIqTable();
    const set = createDiscoSet();
    set.identity({ category: 'pubsub', type: 'service', name: 'Publish-subscribe' });
    set.feature(NS_PUBSUB, NS_PUBLISH_OPTIONS, ...features, `${NS_PUBSUB}#instant-nodes`);
    answerPubsub(table, {
      defaults: serviceDefaults,
      nodesOf: () => nodes,
      contacts: () => use(roster),
      mayCreate: (from) => host.account(from) !== undefined,
      tell(_, node, event) {
        for (const to of node.subscribers) host.route(eventMessage(address, to, node, event));
      },
    });
    answerDisco(
      table,
      () => ({
        ...set,
        items: nodes.all().map((node) => () => ({ jid: address, node: node.name, name: node.config.title })),
      }),
      (name) => describe(nodes, name, address),
    );
    host.addService(address, createService(host, address, table));
    host.disco.server.item(() => ({ jid: address, name: 'Publish-subscribe' }));
  },
});

/** §5.4: what is said of a node. */
function describe(
  nodes: NodeStore,
  name: string,
  address: Jid,
): (Partial<DiscoInfoInput> & { items: readonly { jid: Jid; name: string }[] }) | undefined {
  const node = nodes.get(name);
  if (node === undefined) return undefined;
  const form = configForm(node.config);
  const fields = form.fields.map((field) =>
    field.name === 'FORM_TYPE' ? { ...field, values: [`${NS_PUBSUB}#meta-data`] } : field,
  );
  return {
    identities: [
      { category: 'pubsub', type: 'leaf', ...(node.config.title !== undefined && { name: node.config.title }) },
    ],
    features: [NS_PUBSUB],
    forms: [{ ...form, type: 'result', fields }],
    items: Array.from(node.items.keys(), (id) => ({ jid: address, name: id })),
  };
}

const stores = new WeakMap<object, ReturnType<typeof createNodes>>();
function nodesOf(host: Parameters<typeof createNodes>[0]): ReturnType<typeof createNodes> {
  const known = stores.get(host) ?? createNodes(host);
  stores.set(host, known);
  return known;
}

/** Personal eventing (XEP-0163): every account is a service, and tells who is interested. */
export const pep: ServerModule = serverModule({
  name: 'pep',
  setup(host, use) {
    const stored = nodesOf(host);
    const nodesAt = (account: Jid): NodeStore => stored(String(account.bare()));
    const contacts = () => use(roster);

    const tell = (account: Jid, node: PubsubNode, event: EventInput): void => {
      // §4.3.2: the account's own devices, and those of contacts who see its presence, as far as they want that node.
      const told = new Set<string>();
      const watchers = [account, ...(contacts()?.contacts(account) ?? []).map(([jid]) => jid)];
      for (const watcher of watchers) {
        if (!mayRead(node, watcher, account, contacts())) continue;
        if (!watcher.equals(account) && contacts()?.seesPresenceOf(account, watcher) !== true) continue;
        for (const session of host.sessions.of(watcher)) {
          if (session.presence === undefined || !interests.wants(session, node.name)) continue;
          told.add(String(session.jid));
          host.route(eventMessage(account, session.jid, node, event));
        }
      }
      for (const to of node.subscribers) if (!told.has(to)) host.route(eventMessage(account, to, node, event));
    };

    const interests = createInterests(host, (session, name) => {
      // §4.3.4: what was published last, of the account itself and of each contact.
      const own = session.jid.bare();
      const seen = (contacts()?.contacts(own) ?? []).filter(
        ([, { subscription }]) => subscription === 'to' || subscription === 'both',
      );
      for (const account of [own, ...seen.map(([jid]) => jid)]) {
        if (host.account(account) === undefined) continue;
        const node = nodesAt(account).get(name);
        const last = node && Array.from(node.items.values()).at(-1);
        if (node === undefined || last === undefined || node.config.sendLastPublishedItem !== 'on_sub_and_presence')
          continue;
        if (!mayRead(node, own, account, contacts())) continue;
        if (!account.equals(own) && contacts()?.seesPresenceOf(account, own) !== true) continue;
        const event = { items: { node: name, items: [toInput(last, node.config.deliverPayloads)], retracted: [] } };
        session.send(eventMessage(account, session.jid, node, event));
      }
    });

    answerPubsub(host.accountIq, {
      defaults: pepDefaults,
      nodesOf: nodesAt,
      contacts,
      mayCreate: (from, address) => from.bare().equals(address.bare()),
      tell,
    });
    setAccountNodes(host, (name, { from, to }) => {
      const node = nodesAt(to).get(name);
      return node !== undefined && mayRead(node, from, to, contacts()) ? describe(nodesAt(to), name, to) : undefined;
    });
    host.disco.account.identity({ category: 'pubsub', type: 'pep' });
    const own = [NS_PUBSUB, NS_PUBLISH_OPTIONS, NS_NODE_CONFIG, ...features];
    host.disco.account.feature(
      ...own,
      `${NS_PUBSUB}#access-presence`,
      `${NS_PUBSUB}#access-roster`,
      `${NS_PUBSUB}#filtered-notifications`,
    );
    host.hooks.on('removed', ({ account }) => nodesAt(account).removeAll());
  },
});
