import { Element, newId, StanzaError } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { pubsubEvent, pubsubGetQuery, pubsubOwnerGetQuery, pubsubOwnerSetQuery, pubsubSetQuery } from '@xeps/xep-0060';
import type { PubsubAnswerInput, PubsubItemInput, PubsubOwner, PubsubOwnerInput, PubsubRequest } from '@xeps/xep-0060';
import { copyOf } from '../../host/copy.ts';
import type { IqContext, IqTable } from '../../host/iq-table.ts';
import type { RosterApi } from '../roster.ts';
import { affiliationOf, checkAccess, checkOwner, checkPublisher, pubsubError } from './access.ts';
import { checkConfig, checkPreconditions, configForm, readConfig } from './config.ts';
import { limits } from './nodes.ts';
import type { FullConfig, Item, NodeStore, PubsubNode } from './nodes.ts';

/** What of an event is told: to be built in `<event/>`. */
export type EventInput = Parameters<typeof pubsubEvent.encode>[0];

/** Where the two uses of publish-subscribe differ: a service, and the accounts (XEP-0163). */
export interface PubsubFace {
  readonly defaults: FullConfig;
  nodesOf(address: Jid): NodeStore;
  readonly contacts: () => RosterApi | undefined;
  /** Whether somebody may make nodes there. */
  mayCreate(from: Jid, address: Jid): boolean;
  /** Tells everybody whom it concerns. */
  tell(address: Jid, node: PubsubNode, event: EventInput): void;
  /** Somebody has subscribed. */
  subscribed?(address: Jid, node: PubsubNode, jid: Jid): void;
}

/** Items of one page where nothing is said. */
const pageSize = 250;
/** §12.?: names that are longer than this are no names. */
const maxName = 1024;

/** Answers requests about nodes (XEP-0060). */
export function answerPubsub(table: IqTable, face: PubsubFace): void {
  const open = { from: 'anyone' } as const;
  table.handle(pubsubGetQuery, (request, context) => get(face, request, context), open);
  table.handle(pubsubSetQuery, (request, context) => set(face, request, context), open);
  table.handle(pubsubOwnerGetQuery, (request, context) => ownerGet(face, request, context), open);
  table.handle(pubsubOwnerSetQuery, (request, context) => ownerSet(face, request, context), open);
}

function nodeAt(face: PubsubFace, address: Jid, name: string | undefined): PubsubNode {
  if (name === undefined || name === '') throw pubsubError('bad-request', 'nodeid-required');
  const node = face.nodesOf(address).get(name);
  if (node === undefined) throw new StanzaError('item-not-found', { text: 'there is no such node' });
  return node;
}

function get(face: PubsubFace, request: PubsubRequest, { from, to }: IqContext): PubsubAnswerInput {
  if (request.items !== undefined) return items(face, request, from, to);
  if (request.subscriptions !== undefined) {
    const { node: only } = request.subscriptions;
    const found = face
      .nodesOf(to)
      .all()
      .filter(({ name }) => only === undefined || name === only)
      .flatMap((node) =>
        subscriptionsOf(node, from).map((jid) => ({ node: node.name, jid, state: 'subscribed' as const })),
      );
    return { subscriptions: { node: only, subscriptions: found } };
  }
  if (request.affiliations !== undefined) {
    const { node: only } = request.affiliations;
    const found = face
      .nodesOf(to)
      .all()
      .filter((node) => (only === undefined || node.name === only) && affiliationOf(node, from) !== 'none')
      .map((node) => ({ node: node.name, affiliation: affiliationOf(node, from) }));
    return { affiliations: { node: only, affiliations: found } };
  }
  throw new StanzaError('feature-not-implemented');
}

/** Under which addresses somebody has subscribed. */
function subscriptionsOf({ subscribers }: PubsubNode, from: Jid): readonly Jid[] {
  return Array.from(subscribers).flatMap((text) => {
    const jid = tryParseJid(text, { lenient: true });
    return jid?.bare().equals(from.bare()) === true ? [jid] : [];
  });
}

/** §6.5 */
function items(face: PubsubFace, { items: wanted, set: page }: PubsubRequest, from: Jid, to: Jid): PubsubAnswerInput {
  const node = nodeAt(face, to, wanted!.node);
  checkAccess(node, from, to, face.contacts());
  const all = Array.from(node.items.values());
  const answer = (found: readonly Item[], set?: PubsubAnswerInput['set']): PubsubAnswerInput => ({
    items: { node: node.name, items: found.map((item) => toInput(item, true)) },
    ...(set !== undefined && { set }),
  });
  if (wanted!.items.length > 0) {
    return answer(wanted!.items.flatMap(({ id }) => (id === undefined ? [] : (node.items.get(id) ?? []))));
  }
  // §6.5.7: the newest first, as who wants few wants those.
  if (wanted!.maxItems !== undefined) return answer(all.slice(-Math.max(wanted!.maxItems, 1)).toReversed());
  if (page === undefined && all.length <= pageSize) return answer(all);
  const { max = pageSize, after, before } = page ?? {};
  const place = (id: string): number => {
    const found = all.findIndex((item) => item.id === id);
    if (found < 0) throw new StanzaError('item-not-found');
    return found;
  };
  const low = after === undefined ? 0 : place(after) + 1;
  const high = before === undefined || before === '' ? all.length : place(before);
  const begin = before === undefined ? low : Math.max(low, high - max);
  const end = before === undefined ? Math.min(high, low + max) : high;
  const found = all.slice(begin, end);
  const [first] = found;
  return answer(found, {
    count: all.length,
    ...(first !== undefined && { first: { id: first.id, index: begin }, last: found.at(-1)!.id }),
  });
}

/** An item as it is told; the payload is copied, as a tree stands in one place only. */
export function toInput({ id, publisher, payload }: Item, withPayload: boolean): PubsubItemInput {
  return {
    id,
    publisher: tryParseJid(publisher),
    payloads: payload === undefined || !withPayload ? [] : [copyOf(payload)],
  };
}

function set(face: PubsubFace, request: PubsubRequest, { from, to }: IqContext): PubsubAnswerInput | undefined {
  if (request.create !== undefined) return create(face, request, from, to);
  if (request.publish !== undefined) return publish(face, request, from, to);
  if (request.retract !== undefined) return retract(face, request, from, to);
  if (request.subscribe !== undefined) return subscribe(face, request.subscribe, from, to);
  if (request.unsubscribe !== undefined) {
    const { node: name, jid } = request.unsubscribe;
    const node = nodeAt(face, to, name);
    if (!jid.bare().equals(from.bare())) throw new StanzaError('forbidden');
    // §6.2.3.2
    if (!node.subscribers.delete(String(jid))) throw pubsubError('unexpected-request', 'not-subscribed');
    face.nodesOf(to).save(node);
    return undefined;
  }
  throw new StanzaError('feature-not-implemented');
}

/** §8.1 */
function create(face: PubsubFace, { create: wanted, configure }: PubsubRequest, from: Jid, to: Jid): PubsubAnswerInput {
  const nodes = face.nodesOf(to);
  const name = wanted!.node ?? newId();
  if (nodes.get(name) !== undefined) throw new StanzaError('conflict', { text: 'there is such a node already' });
  makeNode(face, from, to, name, readConfig(configure?.form));
  return { create: { node: name } };
}

function makeNode(face: PubsubFace, from: Jid, to: Jid, name: string, wanted: Partial<FullConfig>): PubsubNode {
  if (!face.mayCreate(from, to)) throw new StanzaError('forbidden', { text: 'no nodes for you here' });
  const nodes = face.nodesOf(to);
  if (name === '' || name.length > maxName || name.includes('\n'))
    throw new StanzaError('not-acceptable', { text: 'this is no name for a node' });
  if (nodes.all().length >= limits.nodes) throw pubsubError('conflict', 'max-nodes-exceeded');
  const config = { ...face.defaults, ...wanted };
  checkConfig(config);
  return nodes.create(name, String(from.bare()), config);
}

/** §7.1 */
function publish(
  face: PubsubFace,
  { publish: wanted, publishOptions }: PubsubRequest,
  from: Jid,
  to: Jid,
): PubsubAnswerInput {
  const { node: name, items: given } = wanted!;
  const [first, ...more] = given;
  const options = readConfig(publishOptions?.form);
  const nodes = face.nodesOf(to);
  const existing = nodes.get(name);
  if (existing !== undefined) {
    checkPublisher(existing, from);
    checkPreconditions(existing.config, options);
  }
  // §7.1.3.3 and following.
  if (first === undefined) throw pubsubError('bad-request', 'item-required');
  if (more.length > 0) throw pubsubError('not-allowed', 'max-items-exceeded', 'one item at a time');
  if (first.payloads.length > 1) throw pubsubError('bad-request', 'invalid-payload');
  if (first.payloads.length === 0 && (existing?.config.deliverPayloads ?? true))
    throw pubsubError('bad-request', 'payload-required');
  const id = first.id === undefined || first.id === '' ? newId() : first.id;
  if (id.length > maxName || id.includes('\n'))
    throw new StanzaError('not-acceptable', { text: 'this is no id for an item' });
  const node = existing ?? makeNode(face, from, to, name, options);

  const payload = first.payloads[0] === undefined ? undefined : copyOf(first.payloads[0]);
  const item: Item = { id, publisher: String(from.bare()), payload };
  if (node.config.persistItems) nodes.put(node, item);
  face.tell(to, node, { items: { node: name, items: [toInput(item, node.config.deliverPayloads)], retracted: [] } });
  return { publish: { node: name, items: [{ id, payloads: [] }] } };
}

/** §7.2 */
function retract(face: PubsubFace, { retract: wanted }: PubsubRequest, from: Jid, to: Jid): undefined {
  const node = nodeAt(face, to, wanted!.node);
  const [first] = wanted!.items;
  if (first?.id === undefined) throw pubsubError('bad-request', 'item-required');
  const kept = node.items.get(first.id);
  const own = kept?.publisher === String(from.bare()) && affiliationOf(node, from) !== 'outcast';
  if (!own) checkOwner(node, from);
  if (kept === undefined) throw new StanzaError('item-not-found');
  face.nodesOf(to).take(node, first.id);
  if (wanted!.notify || node.config.notifyRetract) {
    face.tell(to, node, { items: { node: node.name, items: [], retracted: [{ id: first.id }] } });
  }
  return undefined;
}

/** §6.1 */
function subscribe(
  face: PubsubFace,
  { node: name, jid }: NonNullable<PubsubRequest['subscribe']>,
  from: Jid,
  to: Jid,
): PubsubAnswerInput {
  const node = nodeAt(face, to, name);
  if (!jid.bare().equals(from.bare())) throw pubsubError('bad-request', 'invalid-jid');
  checkAccess(node, from, to, face.contacts());
  if (node.subscribers.size >= limits.subscriptions) throw pubsubError('policy-violation', 'too-many-subscriptions');
  node.subscribers.add(String(jid));
  face.nodesOf(to).save(node);
  face.subscribed?.(to, node, jid);
  return { subscription: { node: node.name, jid, state: 'subscribed' } };
}

function ownerGet(face: PubsubFace, request: PubsubOwner, { from, to }: IqContext): PubsubOwnerInput {
  if (request.default !== undefined) return { default: { form: configForm(face.defaults) } };
  if (request.configure !== undefined) {
    const node = owned(face, request.configure.node, from, to);
    return { configure: { node: node.name, form: configForm(node.config) } };
  }
  if (request.affiliations !== undefined) {
    const node = owned(face, request.affiliations.node, from, to);
    const affiliations = Array.from(node.affiliations, ([jid, affiliation]) => ({
      jid: tryParseJid(jid),
      affiliation,
    }));
    return { affiliations: { node: node.name, affiliations } };
  }
  if (request.subscriptions !== undefined) {
    const node = owned(face, request.subscriptions.node, from, to);
    const subscriptions = Array.from(node.subscribers).flatMap((text) => {
      const jid = tryParseJid(text, { lenient: true });
      return jid === undefined ? [] : [{ jid, state: 'subscribed' as const }];
    });
    return { subscriptions: { node: node.name, subscriptions } };
  }
  throw new StanzaError('feature-not-implemented');
}

function owned(face: PubsubFace, name: string | undefined, from: Jid, to: Jid): PubsubNode {
  const node = nodeAt(face, to, name);
  checkOwner(node, from);
  return node;
}

function ownerSet(face: PubsubFace, request: PubsubOwner, { from, to }: IqContext): undefined {
  const nodes = face.nodesOf(to);
  if (request.configure !== undefined) {
    const node = owned(face, request.configure.node, from, to);
    const config = { ...node.config, ...readConfig(request.configure.form) };
    checkConfig(config);
    node.config = config;
    nodes.save(node);
    if (config.notifyConfig) face.tell(to, node, { configuration: { node: node.name } });
    return undefined;
  }
  if (request.delete !== undefined) {
    const node = owned(face, request.delete.node, from, to);
    if (node.config.notifyDelete) face.tell(to, node, { delete: { node: node.name } });
    nodes.remove(node);
    return undefined;
  }
  if (request.purge !== undefined) {
    const node = owned(face, request.purge.node, from, to);
    nodes.clear(node);
    if (node.config.notifyRetract) face.tell(to, node, { purge: { node: node.name } });
    return undefined;
  }
  if (request.affiliations !== undefined) {
    const node = owned(face, request.affiliations.node, from, to);
    for (const { jid, affiliation } of request.affiliations.affiliations) {
      if (jid === undefined || affiliation === undefined) continue;
      const key = String(jid.bare());
      const owners = Array.from(node.affiliations).filter(([, kind]) => kind === 'owner');
      // §8.9.2.4: a node without an owner could never be changed again.
      if (owners.length === 1 && owners[0]![0] === key && affiliation !== 'owner')
        throw new StanzaError('not-acceptable');
      if (affiliation === 'none') node.affiliations.delete(key);
      else node.affiliations.set(key, affiliation);
    }
    nodes.save(node);
    return undefined;
  }
  if (request.subscriptions !== undefined) {
    const node = owned(face, request.subscriptions.node, from, to);
    for (const { jid, state } of request.subscriptions.subscriptions) {
      if (state === 'none') node.subscribers.delete(String(jid));
      else if (state === 'subscribed') node.subscribers.add(String(jid));
    }
    nodes.save(node);
    return undefined;
  }
  throw new StanzaError('feature-not-implemented');
}

/** The message that tells of an event (§7.1.2.1). */
export function eventMessage(address: Jid, to: Jid | string, node: PubsubNode, event: EventInput): Element {
  const message = new Element('message', {
    xmlns: 'jabber:client',
    from: String(address),
    to: String(to),
    type: node.config.notificationType ?? 'headline',
  });
  message.cnode(pubsubEvent.encode(event));
  return message;
}
