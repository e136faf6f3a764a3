import type { RequestOptions, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { CodecError } from '@xeps/core/schema';
import type { DataForm } from '@xeps/xep-0004';
import { pages } from '@xeps/xep-0059';
import type { RsmRequestInput, RsmResult } from '@xeps/xep-0059';
import { nameOf, readItem } from './node.ts';
import type { NodeItem, NodeName, NodeType } from './node.ts';
import { nodeConfigForm, publishOptionsForm } from './node-config.ts';
import type { NodeConfigInput } from './node-config.ts';
import { pubsubGetQuery, pubsubOwnerGetQuery, pubsubOwnerSetQuery, pubsubSetQuery } from './schema.ts';
import type { PubsubAffiliation, PubsubSubscription } from './schema.ts';

/** Items that {@link getItems} gives unless told otherwise. */
const MOST_ITEMS = 50_000;

/** Which items of a node to get. `to` is the service, or an account (XEP-0163); the own account when left out. */
export interface ItemsOptions extends RequestOptions {
  /** These alone (§6.5.8). */
  readonly ids?: readonly string[] | undefined;
  /** As many of the most recent ones (§6.5.7). */
  readonly maxItems?: number | undefined;
  /** The subscription, where there are several (§6.5.9). */
  readonly subid?: string | undefined;
}

/** One answer to a request for items. */
export interface ItemsPage<T> {
  readonly items: NodeItem<T>[];
  /** Which page of how many it is; absent where the service gave all that was asked for. */
  readonly set?: RsmResult;
}

/**
 * Asks for items of a node once (§6.5), perhaps for one page of them (`set`, §6.5.4). An item whose payload can't be read
 * has a `fault`.
 *
 * Rejects as `session.request` does: `item-not-found` when there is no such node, `not-authorized` and `not-allowed` when
 * its items are not for this account (§6.5.9).
 */
export async function getItemsPage<Out, In>(
  session: Session,
  type: NodeType<Out, In>,
  options: ItemsOptions & { readonly set?: RsmRequestInput | undefined } = {},
): Promise<ItemsPage<Out>> {
  const { ids = [], maxItems, subid, set } = options;
  const items = { node: type.node, maxItems, subid, items: ids.map((id) => ({ id })) };
  const answer = await session.request(pubsubGetQuery, { items, set }, options);
  return {
    items: (answer?.items?.items ?? []).map((item) => readItem(type, item)),
    ...(answer?.set && { set: answer.set }),
  };
}

/**
 * Gets the items of a node, in the order in which the service gives them; what it leaves out of an answer is asked for
 * (§6.5.4), up to `limit` items (50,000 when left out). Rejects as {@link getItemsPage} does, and with `PagingError` when
 * the service leads in a circle.
 */
export async function getItems<Out, In>(
  session: Session,
  type: NodeType<Out, In>,
  { limit = MOST_ITEMS, ...options }: ItemsOptions & { readonly limit?: number | undefined } = {},
): Promise<NodeItem<Out>[]> {
  if (options.ids !== undefined || options.maxItems !== undefined)
    return (await getItemsPage(session, type, options)).items.slice(0, limit);
  const found: NodeItem<Out>[] = [];
  // The first request names no page: services that know none are asked for nothing that they don't have.
  const ask = async ({ max, after }: RsmRequestInput, signal: AbortSignal) => {
    const page = await getItemsPage(session, type, { ...options, signal, ...(after && { set: { max, after } }) });
    found.push(...page.items);
    const { set } = page;
    return { items: page.items, set, complete: set?.count === undefined ? undefined : found.length >= set.count };
  };
  for await (const _ of pages(ask, { limit, pipeline: false, signal: options.signal }));
  return found.slice(0, limit);
}

/** What to publish. */
export interface ItemInput<In> {
  /** The service makes one up when it is left out; an item of that id is replaced (§7.1.2). */
  readonly id?: string | undefined;
  /** Left out at nodes that only tell that something happened (§4.3). */
  readonly payload?: In | undefined;
}

/** How to publish. `to` is the service; the own account when left out. */
export interface PublishItemOptions extends RequestOptions {
  /** What the node must be like, and how it is made if there is none yet (§7.1.5); those of the node's type when left out. */
  readonly publishOptions?: NodeConfigInput | undefined;
}

/**
 * Publishes an item (§7.1); resolves with its id, where it is known. Where nobody made the node, many services do so
 * (§7.1.4). Services without the feature `NS_PUBLISH_OPTIONS` pass options over: ask first when secrecy depends on them.
 *
 * Rejects as `session.request` does: with `conflict` and `precondition-not-met` (see `pubsubConditionOf`) when the node is
 * not as the options say.
 */
export async function publishItem<Out, In>(
  session: Session,
  type: NodeType<Out, In>,
  { id, payload }: ItemInput<In>,
  options: PublishItemOptions = {},
): Promise<string | undefined> {
  const form = publishOptionsForm(options.publishOptions ?? type.options ?? {});
  const item = { id, payloads: payload === undefined ? [] : [type.payload.encode(payload)] };
  const answer = await session.request(
    pubsubSetQuery,
    { publish: { node: type.node, items: [item] }, ...(form && { publishOptions: { form } }) },
    options,
  );
  return answer?.publish?.items[0]?.id ?? id;
}

/**
 * Deletes items (§7.2), one request each, since services take no more (§7.2.1); subscribers are told unless `notify` is
 * false. Rejects with the first fault, as `session.request` does: `item-not-found` when there is no such item or node.
 */
export async function retractItems(
  session: Session,
  node: NodeName,
  ids: readonly string[],
  { notify = true, ...options }: RequestOptions & { readonly notify?: boolean | undefined } = {},
): Promise<void> {
  for (const id of ids)
    await session.request(pubsubSetQuery, { retract: { node: nameOf(node), notify, items: [{ id }] } }, options);
}

/** Whose subscription, and which. */
export interface SubscriberOptions extends RequestOptions {
  /** The subscribed address (§6.1.1), the account or a device of it; the account when left out. */
  readonly jid?: Jid | string | undefined;
}

/**
 * Subscribes to a node (§6.1); resolves with the subscription, which may be `pending` or `unconfigured`. Rejects as
 * `session.request` does, with `CodecError` for an answer without a subscription.
 */
export async function subscribe(
  session: Session,
  node: NodeName,
  { jid, ...options }: SubscriberOptions = {},
): Promise<PubsubSubscription> {
  const whose = jid === undefined ? session.jid.bare() : toJid(jid);
  const answer = await session.request(pubsubSetQuery, { subscribe: { node: nameOf(node), jid: whose } }, options);
  if (answer?.subscription === undefined)
    throw new CodecError('pubsub > subscription', `missing in the answer to a subscription to “${nameOf(node)}”`);
  return answer.subscription;
}

/** Ends a subscription (§6.2). Rejects as `session.request` does. */
export async function unsubscribe(
  session: Session,
  node: NodeName,
  { jid, subid, ...options }: SubscriberOptions & { readonly subid?: string | undefined } = {},
): Promise<void> {
  const whose = jid === undefined ? session.jid.bare() : toJid(jid);
  await session.request(pubsubSetQuery, { unsubscribe: { node: nameOf(node), jid: whose, subid } }, options);
}

/** The own subscriptions at a service, or at one node of it (§5.6). Rejects as `session.request` does. */
export async function getSubscriptions(
  session: Session,
  { node, ...options }: RequestOptions & { readonly node?: NodeName | undefined } = {},
): Promise<PubsubSubscription[]> {
  const asked = node === undefined ? {} : { node: nameOf(node) };
  return (await session.request(pubsubGetQuery, { subscriptions: asked }, options))?.subscriptions?.subscriptions ?? [];
}

/** The own affiliations at a service, or at one node of it (§5.7). Rejects as `session.request` does. */
export async function getAffiliations(
  session: Session,
  { node, ...options }: RequestOptions & { readonly node?: NodeName | undefined } = {},
): Promise<PubsubAffiliation[]> {
  const asked = node === undefined ? {} : { node: nameOf(node) };
  return (await session.request(pubsubGetQuery, { affiliations: asked }, options))?.affiliations?.affiliations ?? [];
}

/**
 * Makes a node (§8.1), named by the service when `node` is left out; resolves with its name. It is configured by `config`,
 * or as the node's type says; a service without `create-and-configure` passes that over (§8.1.3).
 *
 * Rejects as `session.request` does: `conflict` when there is such a node.
 */
export async function createNode(
  session: Session,
  node?: string | { readonly node: string; readonly options?: NodeConfigInput },
  { config, ...options }: RequestOptions & { readonly config?: NodeConfigInput | undefined } = {},
): Promise<string> {
  const name = node === undefined ? undefined : nameOf(node);
  const wanted = config ?? (typeof node === 'object' ? node.options : undefined);
  const answer = await session.request(
    pubsubSetQuery,
    { create: { node: name }, ...(wanted && { configure: { form: nodeConfigForm(wanted) } }) },
    options,
  );
  const made = answer?.create?.node ?? name;
  if (made === undefined) throw new CodecError('pubsub > create/@node', 'missing: the service did not name the node');
  return made;
}

/**
 * The configuration form of an own node, filled in as it is (§8.2.1); `formValues(form, nodeConfigFields)` reads it. Rejects
 * as `session.request` does, with `CodecError` for an answer without a form.
 */
export async function getNodeConfiguration(
  session: Session,
  node: NodeName,
  options?: RequestOptions,
): Promise<DataForm> {
  const answer = await session.request(pubsubOwnerGetQuery, { configure: { node: nameOf(node) } }, options);
  const form = answer.configure?.form;
  if (form === undefined)
    throw new CodecError('pubsub > configure > x', `missing in the configuration of “${nameOf(node)}”`);
  return form;
}

/** Configures an own node (§8.2.4): what `config` leaves out stays as it is. Rejects as `session.request` does. */
export async function configureNode(
  session: Session,
  node: NodeName,
  config: NodeConfigInput,
  options?: RequestOptions,
): Promise<void> {
  const configure = { node: nameOf(node), form: nodeConfigForm(config) };
  await session.request(pubsubOwnerSetQuery, { configure }, options);
}

/** Deletes an own node (§8.4) with all its items. `redirect` is the URI of what takes its place. Rejects as `session.request` does. */
export async function deleteNode(
  session: Session,
  node: NodeName,
  { redirect, ...options }: RequestOptions & { readonly redirect?: string | undefined } = {},
): Promise<void> {
  const wanted = { node: nameOf(node), ...(redirect !== undefined && { redirect: { uri: redirect } }) };
  await session.request(pubsubOwnerSetQuery, { delete: wanted }, options);
}

/** Deletes all items of an own node (§8.5). Rejects as `session.request` does. */
export async function purgeNode(session: Session, node: NodeName, options?: RequestOptions): Promise<void> {
  await session.request(pubsubOwnerSetQuery, { purge: { node: nameOf(node) } }, options);
}
