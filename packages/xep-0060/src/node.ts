import type { Jid } from '@xeps/core/jid';
import type { CodecError, Schema } from '@xeps/core/schema';
import type { DataForm } from '@xeps/xep-0004';
import type { NodeConfigInput } from './node-config.ts';
import type { PubsubEvent, PubsubItem } from './schema.ts';

/** A node together with what its items hold. */
export interface NodeType<Out, In = Out> {
  /** The name of the node. */
  readonly node: string;
  readonly payload: Schema<Out, In>;
  /** What publications to it are conditional on, and how the node is made (§7.1.5). */
  readonly options?: NodeConfigInput;
}

/** The name of a node, or a node of a known type. */
export type NodeName = string | { readonly node: string };

/**
 * Says what the items of a node hold, so that reading and publishing them is typed.
 *
 * @example
 * ```ts
 * import type { Session } from '@xeps/core';
 * import { element, text } from '@xeps/core/schema';
 * import { getItems, publishItem, pubsubNode } from '@xeps/xep-0060';
 *
 * const musing = element('urn:example:musing', 'musing', { words: text() });
 * const musings = pubsubNode('princely_musings', musing, { accessModel: 'open', maxItems: 10 });
 *
 * export async function muse(session: Session): Promise<void> {
 *   const to = 'pubsub.shakespeare.lit';
 *   await publishItem(session, musings, { payload: { words: 'To be, or not to be' } }, { to });
 *   for (const { id, payload, fault } of await getItems(session, musings, { to })) console.log(id, payload?.words ?? fault);
 * }
 * ```
 */
/* @__NO_SIDE_EFFECTS__ */
export function pubsubNode<Out, In>(
  node: string,
  payload: Schema<Out, In>,
  options?: NodeConfigInput,
): NodeType<Out, In> {
  return { node, payload, ...(options && { options }) };
}

/** An item of a node. */
export interface NodeItem<T> {
  /** Absent where the node keeps nothing (§4.3). */
  readonly id?: string;
  /** Who published it, where the service says so (§7.1.2). */
  readonly publisher?: Jid;
  /** What it holds; absent where only the id is told (§6.5.6), and when there is a `fault`. */
  readonly payload?: T;
  /** Why its payload can't be read: it is broken, or something else than the node's type says. */
  readonly fault?: CodecError;
}

/** What happened at a node. */
export type NodeEvent<T> =
  | { readonly type: 'published'; readonly item: NodeItem<T> }
  | { readonly type: 'retracted'; readonly id: string }
  /** §8.5: every item is gone. */
  | { readonly type: 'purged' }
  /** §8.4: the node is gone, perhaps to another place. */
  | { readonly type: 'deleted'; readonly redirect?: string }
  | { readonly type: 'configured'; readonly form?: DataForm };

/** The name of a node. */
export function nameOf(node: NodeName): string {
  return typeof node === 'string' ? node : node.node;
}

/** Decodes the payload of an item. One that can't be read gives an item with a `fault`. */
export function readItem<Out, In>({ payload }: Pick<NodeType<Out, In>, 'payload'>, item: PubsubItem): NodeItem<Out> {
  const { id, publisher, payloads } = item;
  const known = { ...(id !== undefined && { id }), ...(publisher && { publisher }) };
  const first = payloads[0];
  if (first === undefined) return known;
  const decoded = payload.safeDecode(payloads.find((element) => payload.is(element)) ?? first);
  return decoded.ok ? { ...known, payload: decoded.value } : { ...known, fault: decoded.error };
}

/** What an event tells of one node, in order; nothing when it is about another one. Who sent it has to be looked at before. */
export function nodeEvents<Out, In>(
  type: Pick<NodeType<Out, In>, 'node' | 'payload'>,
  event: PubsubEvent,
): NodeEvent<Out>[] {
  const { node } = type;
  const { items, purge, delete: deleted, configuration } = event;
  if (items?.node === node)
    return [
      ...items.items.map((item) => ({ type: 'published', item: readItem(type, item) }) as const),
      ...items.retracted.map(({ id }) => ({ type: 'retracted', id }) as const),
    ];
  if (purge?.node === node) return [{ type: 'purged' }];
  if (deleted?.node === node) {
    const { redirect } = deleted;
    return [{ type: 'deleted', ...(redirect && { redirect: redirect.uri }) }];
  }
  if (configuration?.node === node) {
    const { form } = configuration;
    return [{ type: 'configured', ...(form && { form }) }];
  }
  return [];
}
