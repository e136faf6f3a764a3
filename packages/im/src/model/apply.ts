import { newId } from '@xeps/core';
import { isSameSender } from '@xeps/xep-0421';
import type { WriteTransaction } from '../store/port.ts';
import type { ChangeBatch, ConversationRecord, DeliveryState, EventData, EventRecord } from '../store/records.ts';
import { derive, searchText } from './derive.ts';
import { refOf, refsOf } from './incoming.ts';
import type { Incoming, Kept, What } from './incoming.ts';
import { finalTarget, findSame } from './match.ts';
import { isPending, loadOrder } from './order.ts';
import type { Order } from './order.ts';
import { finishConversations, rememberChange, rememberEarly, renameEarly, takeEarly } from './read-marks.ts';
import { loadWorkingSet } from './working-set.ts';
import type { WorkingSet } from './working-set.ts';

/** How something came, which decides where it stands. */
export type Source =
  /** As it happened, or as a copy of that (XEP-0280): after everything else, until the archive says where. */
  | { readonly kind: 'live' }
  /** By reading the archive on from where it had been read to, the oldest first: the order to keep. */
  | { readonly kind: 'archive'; readonly pass: Pass }
  /** By reading the archive back, the newest first: before everything else. */
  | { readonly kind: 'history' }
  /** Written here, and not sent yet. */
  | { readonly kind: 'local' };

/** A reading of the archive, which goes over several transactions. */
export interface Pass {
  /** The position of what was read last: what is read next stands behind it. */
  confirmed: number;
  /** The archive lost its ids, or gave others to the same messages: they are known by what they say. */
  readonly rebuilt: boolean;
}

/** What a transaction did. */
export interface Applied {
  /** Absent when nothing changed. */
  readonly batch?: ChangeBatch;
  /** Messages that the store did not have. */
  readonly added: readonly EventRecord[];
  /** The event of each {@link Incoming} that is one, by its place in the list. */
  readonly events: readonly (EventRecord | undefined)[];
}

/** Puts what happened into the store, in one transaction with whatever else the caller does in it. */
export async function applyIncoming(
  tx: WriteTransaction,
  incoming: readonly Incoming[],
  source: Source,
): Promise<Applied> {
  const talks = await tx.getConversations([...new Set(incoming.map(({ conversation }) => conversation))]);
  const orphans = new Set(talks.filter((talk) => talk.early?.changes === true).map(({ address }) => address));
  const refs = new Set<string>();
  const targets = new Set<string>();
  const archived: string[] = [];
  const conversations = new Set<string>();
  for (const one of incoming) {
    conversations.add(one.conversation);
    if (one.archived !== undefined) archived.push(one.archived);
    // What changes a new message is only looked for where something waits for its message.
    for (const ref of refsOf(one)) (orphans.has(one.conversation) ? targets : refs).add(ref);
    if ('target' in one.what) targets.add(refOf(one.conversation, one.what.target));
  }
  const set = await loadWorkingSet(tx, {
    refs: [...refs],
    targets: [...targets],
    archived,
    conversations: [...conversations],
  });
  const order = await loadOrder(tx);
  const task: Task = { set, order, source, stale: new Set(), arrived: new Set(), prefix: newPrefix(), made: 0 };
  const keys = incoming.map((one) => take(task, one));
  for (const key of task.stale) refresh(task, key);
  await clearOutbox(tx, task.arrived);
  const batch = await commit(tx, set, order);
  return {
    ...(batch && { batch }),
    added: (batch?.added ?? []).map((key) => set.event(key)!),
    events: keys.map((key) => (key === undefined ? undefined : set.event(key))),
  };
}

/** Writes a working set and everything that follows from it. */
export async function commit(
  tx: WriteTransaction,
  set: WorkingSet,
  order?: Order,
  removed: readonly string[] = [],
): Promise<ChangeBatch | undefined> {
  if (set.talks.size === 0) return undefined;
  await set.save();
  await order?.save();
  await finishConversations(tx, set);
  const keysOf = (how: 'added' | 'changed'): string[] =>
    [...set.touched].filter(([key, what]) => what === how && set.event(key)!.kind === 'message').map(([key]) => key);
  const batch: ChangeBatch = {
    revision: (await tx.revision()) + 1,
    conversations: [...set.talks],
    added: keysOf('added'),
    changed: keysOf('changed'),
    removed,
  };
  await tx.putChanges(batch);
  return batch;
}

/** Removes an event, and what it changed is as it was. */
export async function removeEvent(tx: WriteTransaction, record: EventRecord): Promise<void> {
  const refs = [...record.refs, ...(record.target === undefined ? [] : [record.target])];
  const set = await loadWorkingSet(tx, { targets: refs, conversations: [record.conversation] });
  await tx.deleteEvents([record.key]);
  const base = record.target === undefined ? undefined : baseOf(set, record);
  if (base !== undefined)
    set.put(
      derive(
        base,
        changesOf(set, base).filter(({ key }) => key !== record.key),
      ),
    );
  set.touch(record.conversation);
  await commit(tx, set, undefined, record.kind === 'message' ? [record.key] : []);
}

/** Later keys are greater: databases write what is side by side faster than what is all over the place. */
function newPrefix(): string {
  return `${Date.now().toString(36).padStart(9, '0')}-${newId().slice(0, 8)}-`;
}

interface Task {
  readonly set: WorkingSet;
  readonly order: Order;
  readonly source: Source;
  /** Messages whose changes changed. */
  readonly stale: Set<string>;
  /** Origin ids of what waited to be sent and is with the server. */
  readonly arrived: Set<string>;
  /** What keys of this transaction begin with, and how many there are: making something random costs more than the rest. */
  readonly prefix: string;
  made: number;
}

/** Takes one thing; gives the key of the event that it is. */
function take(task: Task, one: Incoming): string | undefined {
  const { what } = one;
  switch (what.kind) {
    case 'displayed':
    case 'received':
    case 'failed':
      markTarget(task, one, what);
      return undefined;
    default:
      return takeEvent(task, one, what);
  }
}

function takeEvent(task: Task, one: Incoming, what: Kept): string {
  const { set } = task;
  const existing = findSame(set, one, what, task.source);
  const record = existing === undefined ? newRecord(task, one, what) : merged(task, existing, one, what);
  if (record === existing) return record.key;
  set.put(record);
  if (record.kind === 'message') {
    if (existing === undefined) set.put(takeEarly(set, record));
    if (record.data.retracted !== undefined && existing?.data.retracted === undefined) task.stale.add(record.key);
    if (existing?.position !== record.position) for (const ref of record.refs) touchNamed(task, ref);
    return record.key;
  }
  if (existing === undefined && record.kind === 'edit') passOn(set, record);
  touchNamed(task, record.target!);
  if (baseOf(set, record) === undefined) rememberChange(set, record.conversation);
  return record.key;
}

/** The messages of a name are to be derived anew, where something changes them. */
function touchNamed({ set, stale }: Task, ref: string): void {
  for (const one of set.byRef(ref)) if (one.kind === 'message' && set.changesOf(one).length > 0) stale.add(one.key);
}

/** What named a correction before that was here, as when history is read backwards, is about the message that it corrects. */
function passOn(set: WorkingSet, correction: EventRecord): void {
  for (const change of set.changesOf(correction)) {
    const isAmbiguous = set.byRef(change.target!).some(({ kind }) => kind === 'message');
    if (change.key !== correction.key && !isAmbiguous && isSameSender(change.data.author, correction.data.author))
      set.put({ ...change, target: correction.target! });
  }
  renameEarly(set, correction);
  const base = baseOf(set, correction);
  if (base !== undefined) set.put(takeEarly(set, base));
}

function newRecord(task: Task, one: Incoming, what: Kept): EventRecord {
  const { set, source } = task;
  const position = positionOf(task);
  const data: EventData = {
    ...(one.id !== undefined && { id: one.id }),
    ...(one.originId !== undefined && { originId: one.originId }),
    author: one.author,
    outgoing: one.outgoing,
    time: one.time,
    confirmed: source.kind === 'archive' || source.kind === 'history',
    state: one.outgoing ? (source.kind === 'local' ? 'pending' : 'sent') : 'received',
    ...dataOf(what, one.time),
  };
  const text = what.kind === 'message' ? searchText(data) : undefined;
  return {
    key: `${task.prefix}${String((task.made += 1)).padStart(4, '0')}`,
    conversation: one.conversation,
    kind: what.kind,
    position,
    ...(one.archived !== undefined && { archived: one.archived }),
    refs: refsOf(one),
    ...('target' in what && { target: finalTarget(set, one, what.target) }),
    counts: what.kind === 'message' && !one.outgoing,
    ...(text !== undefined && { text }),
    data,
  };
}

function dataOf(what: Kept, time: number): Partial<EventData> {
  switch (what.kind) {
    case 'message': {
      const { kind: _kind, retracted, ...said } = what;
      return { ...said, ...(retracted && { retracted: { time, ...retracted } }) };
    }
    case 'edit':
      return { content: what.content };
    case 'retraction':
      return what.reason === undefined ? {} : { content: { text: what.reason } };
    case 'reactions':
      return { emojis: what.emojis };
  }
}

/** The same thing came again, by another way: what is known of it is put together. */
function merged(task: Task, existing: EventRecord, one: Incoming, what: Kept): EventRecord {
  const { source } = task;
  const { data } = existing;
  if (source.kind === 'local') return existing;
  const fromArchive = source.kind !== 'live';
  const waited = isPending(existing.position);
  // It came back once, and waits to be sent again.
  if (waited && one.archived !== undefined && one.archived === existing.archived) return existing;
  const rebuilding = source.kind === 'archive' && source.pass.rebuilt;
  // Sent again, and archived again: it stands where it came first.
  const isRepeat = existing.archived !== undefined && one.archived !== undefined && existing.archived !== one.archived;
  if (isRepeat && !rebuilding && source.kind !== 'history') return existing;
  const position = isRepeat && !rebuilding ? task.order.oldest() : positionOf(task, existing);
  const time = fromArchive ? one.time : data.time;
  const state: DeliveryState | undefined = data.state === 'pending' ? 'sent' : data.state;
  if (waited && data.originId !== undefined) task.arrived.add(data.originId);
  const refs = refsOf(one).filter((ref) => !existing.refs.includes(ref));
  // An archive that was made anew has given it another one.
  const archived = (rebuilding || isRepeat ? one.archived : existing.archived) ?? existing.archived ?? one.archived;
  const confirmed = data.confirmed || fromArchive;
  const retracted =
    data.retracted ??
    (what.kind === 'message' && what.retracted !== undefined ? { time: one.time, ...what.retracted } : undefined);
  if (
    position === existing.position &&
    archived === existing.archived &&
    refs.length === 0 &&
    time === data.time &&
    state === data.state &&
    retracted === data.retracted &&
    confirmed === data.confirmed
  )
    return existing;
  return {
    ...existing,
    position,
    refs: [...existing.refs, ...refs],
    ...(archived !== undefined && { archived }),
    data: { ...data, time, confirmed, ...(state !== undefined && { state }), ...(retracted && { retracted }) },
  };
}

/** Where an event stands that came in some way. */
function positionOf({ order, source }: Task, existing?: EventRecord): number {
  const kept = existing !== undefined && !isPending(existing.position) ? existing.position : undefined;
  switch (source.kind) {
    case 'local':
      return order.pending();
    case 'live':
      return kept ?? order.newest();
    case 'history':
      // What came live while older things were not here yet stands where the archive has it.
      return kept !== undefined && existing?.data.confirmed === true ? kept : order.oldest();
    case 'archive': {
      const { pass } = source;
      pass.confirmed = kept !== undefined && kept > pass.confirmed ? kept : order.newest();
      return pass.confirmed;
    }
  }
}

/**
 * The message that an event changes, if it is here: of several of that name, as clients give that count from the beginning of
 * each session, the last one before it. One behind it, where that came in another order; but what an archive says was taken
 * back earlier is not that message, and its words would be lost.
 */
function baseOf(set: WorkingSet, change: EventRecord): EventRecord | undefined {
  const { kind, position, data } = change;
  let before: EventRecord | undefined;
  let behind: EventRecord | undefined;
  for (const one of set.byRef(change.target!)) {
    if (one.kind !== 'message' || (kind !== 'reactions' && !isSameSender(one.data.author, data.author))) continue;
    if (one.position < position) {
      if (before === undefined || one.position > before.position) before = one;
    } else if (behind === undefined || one.position < behind.position) behind = one;
  }
  if (before !== undefined || behind === undefined) return before;
  return kind === 'retraction' && data.confirmed && behind.data.confirmed ? undefined : behind;
}

/** What changes a message, and no other of the same name. */
function changesOf(set: WorkingSet, message: EventRecord): EventRecord[] {
  return set.changesOf(message).filter((change) => baseOf(set, change)?.key === message.key);
}

/** Makes a message what its changes make of it. */
function refresh({ set }: Task, key: string): void {
  const before = set.event(key)!;
  const changes = changesOf(set, before);
  const next = derive(before, changes);
  set.put(next);
  if (next.data.retracted === undefined) return;
  const talk = set.conversation(next.conversation);
  // Archives may delete what was taken back (ejabberd does): the other devices are told of the message before it.
  if (before.data.retracted === undefined && talk.read?.key === key) set.putConversation({ ...talk, publish: true });
  for (const change of changes) {
    if (change.kind !== 'edit' || change.data.content === undefined) continue;
    if (!isSameSender(change.data.author, next.data.author)) continue;
    const { content: _content, ...data } = change.data;
    set.put({ ...change, data });
  }
}

function markTarget({ set, source }: Task, one: Incoming, what: Exclude<What, Kept>): void {
  const target = refOf(one.conversation, what.target);
  const all = set.byRef(target);
  const named = all.filter(({ kind }) => kind === 'message').toSorted((a, b) => a.position - b.position);
  if (what.kind === 'displayed') {
    // Some clients name the last correction.
    const correction = all.find(({ kind }) => kind === 'edit');
    const message = named.at(-1) ?? (correction && baseOf(set, correction));
    return message === undefined
      ? rememberEarly(set, one, what.kind, target, source.kind === 'history')
      : applyDisplayed(set, one, message);
  }
  // A receipt and a bounce are about what this account said.
  if (one.outgoing) return;
  const message = named.findLast(({ data }) => data.outgoing);
  if (message === undefined) {
    // The receipt of a correction.
    if (all.length > 0) return;
    return what.kind === 'received' ? rememberEarly(set, one, what.kind, target, source.kind === 'history') : undefined;
  }
  const { state } = message.data;
  if (what.kind === 'received') {
    if (state === 'delivered') return;
    const { failure: _failure, ...data } = message.data;
    set.put({ ...message, data: { ...data, state: 'delivered' } });
  } else if (state !== 'delivered' && state !== 'failed') {
    set.put({ ...message, data: { ...message.data, state: 'failed', failure: what.failure } });
  }
}

function applyDisplayed(set: WorkingSet, one: Incoming, message: EventRecord): void {
  // The other side reads what this account says. What it says about its own messages is of no interest.
  if (!one.outgoing && !message.data.outgoing) return;
  const talk = set.conversation(one.conversation);
  const name = one.outgoing ? 'read' : 'peerRead';
  if ((talk[name]?.position ?? -Infinity) >= message.position) return;
  set.putConversation({
    ...talk,
    [name]: { key: message.key, position: message.position },
  } satisfies ConversationRecord);
}

async function clearOutbox(tx: WriteTransaction, arrived: ReadonlySet<string>): Promise<void> {
  if (arrived.size === 0) return;
  const rows = (await tx.outbox()).filter(({ originId }) => arrived.has(originId));
  await tx.deleteOutbox(rows.map(({ seq }) => seq));
}
