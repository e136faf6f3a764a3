import type { Element } from '@xeps/core';
import type { Affiliation, NodeConfig } from '@xeps/xep-0060';
import { toText, fromText } from '../../host/copy.ts';
import type { Host } from '../../host/host.ts';

/** Items in one node, and nodes of one owner, at most. */
export const limits = { items: 10_000, nodes: 1_000, subscriptions: 10_000 };

/** How a node works: every option that this service knows. */
export type FullConfig = Required<
  Pick<
    NodeConfig,
    | 'accessModel'
    | 'deliverPayloads'
    | 'maxItems'
    | 'notifyConfig'
    | 'notifyDelete'
    | 'notifyRetract'
    | 'persistItems'
    | 'publishModel'
    | 'sendLastPublishedItem'
  >
> &
  Partial<Pick<NodeConfig, 'description' | 'notificationType' | 'rosterGroupsAllowed' | 'title' | 'type'>>;

/** One published item. */
export interface Item {
  readonly id: string;
  /** The bare address of who published it. */
  readonly publisher: string;
  readonly payload: Element | undefined;
}

/** A node. */
export interface PubsubNode {
  readonly name: string;
  config: FullConfig;
  /** By bare address; the owner too. */
  readonly affiliations: Map<string, Affiliation>;
  /** Addresses that are told of what happens. */
  readonly subscribers: Set<string>;
  /** The oldest first. */
  readonly items: Map<string, Item>;
}

/** The nodes of one address: of a service, or of an account. */
export interface NodeStore {
  get(name: string): PubsubNode | undefined;
  all(): readonly PubsubNode[];
  create(name: string, owner: string, config: FullConfig): PubsubNode;
  /** Keeps what was changed of a node, its items aside. */
  save(node: PubsubNode): void;
  remove(node: PubsubNode): void;
  /** Adds an item, or puts it in the place of one; gives those that had to go for it. */
  put(node: PubsubNode, item: Item): readonly Item[];
  take(node: PubsubNode, id: string): boolean;
  clear(node: PubsubNode): void;
  removeAll(): void;
}

interface KeptNode {
  readonly config: FullConfig;
  readonly affiliations: readonly (readonly [string, Affiliation])[];
  readonly subscribers: readonly string[];
}
interface KeptItem {
  readonly publisher: string;
  readonly xml: string;
}

/** All nodes, by the address that they are at. */
export function createNodes(host: Host): (address: string) => NodeStore {
  const nodeTable = host.store.table<KeptNode>('pubsub-nodes');
  const itemTable = host.store.table<KeptItem>('pubsub-items');
  const addresses = new Map<string, Map<string, PubsubNode>>();
  const nodesOf = (address: string): Map<string, PubsubNode> => {
    const known = addresses.get(address) ?? new Map<string, PubsubNode>();
    addresses.set(address, known);
    return known;
  };
  for (const [key, { config, affiliations, subscribers }] of nodeTable.entries()) {
    const [address = '', name = ''] = key.split('\n');
    nodesOf(address).set(name, {
      name,
      config,
      affiliations: new Map(affiliations),
      subscribers: new Set(subscribers),
      items: new Map(),
    });
  }
  for (const [key, { publisher, xml }] of itemTable.entries()) {
    const [address = '', name = '', id = ''] = key.split('\n');
    nodesOf(address)
      .get(name)
      ?.items.set(id, { id, publisher, payload: xml === '' ? undefined : fromText(xml) });
  }

  return (address) => {
    const nodes = nodesOf(address);
    const itemKey = (node: PubsubNode, id: string): string => `${address}\n${node.name}\n${id}`;
    const store: NodeStore = {
      get: (name) => nodes.get(name),
      all: () => Array.from(nodes.values()),
      create(name, owner, config) {
        const node: PubsubNode = {
          name,
          config,
          affiliations: new Map([[owner, 'owner']]),
          subscribers: new Set(),
          items: new Map(),
        };
        nodes.set(name, node);
        store.save(node);
        return node;
      },
      save({ name, config, affiliations, subscribers }) {
        nodeTable.set(`${address}\n${name}`, {
          config,
          affiliations: [...affiliations],
          subscribers: [...subscribers],
        });
      },
      remove(node) {
        store.clear(node);
        nodes.delete(node.name);
        nodeTable.delete(`${address}\n${node.name}`);
      },
      put(node, item) {
        store.take(node, item.id);
        node.items.set(item.id, item);
        itemTable.set(itemKey(node, item.id), {
          publisher: item.publisher,
          xml: item.payload === undefined ? '' : toText(item.payload),
        });
        const { maxItems } = node.config;
        const most = maxItems === 'max' ? limits.items : Math.min(maxItems, limits.items);
        const gone: Item[] = [];
        for (const [id, old] of node.items) {
          if (node.items.size <= most) break;
          gone.push(old);
          store.take(node, id);
        }
        return gone;
      },
      take(node, id) {
        if (!node.items.delete(id)) return false;
        itemTable.delete(itemKey(node, id));
        return true;
      },
      clear(node) {
        for (const id of Array.from(node.items.keys())) store.take(node, id);
      },
      removeAll() {
        for (const node of store.all()) store.remove(node);
        addresses.delete(address);
      },
    };
    return store;
  };
}
