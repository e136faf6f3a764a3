import type { WriteTransaction } from '../store/port.ts';
import type { ConversationRecord, EventRecord } from '../store/records.ts';

/** What of a store a transaction works on: read once in bulk, changed here, and written back in bulk. */
export interface WorkingSet {
  event(key: string): EventRecord | undefined;
  byArchived(archived: string): EventRecord | undefined;
  byRef(ref: string): readonly EventRecord[];
  /** What changes a message. */
  changesOf(message: EventRecord): EventRecord[];
  conversation(address: string): ConversationRecord;
  put(record: EventRecord): void;
  putConversation(record: ConversationRecord): void;
  /** Events that were put, by key, with whether they are new. */
  readonly touched: ReadonlyMap<string, 'added' | 'changed'>;
  /** What a touched event was in the store. */
  before(key: string): EventRecord | undefined;
  /** What a conversation was in the store. */
  conversationBefore(address: string): ConversationRecord | undefined;
  /** Addresses of conversations that something happened in. */
  readonly talks: ReadonlySet<string>;
  /** A conversation is to be looked at again, though nothing of it was put. */
  touch(address: string): void;
  /** Writes the events back. */
  save(): Promise<void>;
  records(): readonly EventRecord[];
}

/** What to read. */
export interface Wanted {
  readonly conversations: readonly string[];
  readonly keys?: readonly string[];
  /** Ids in archives. */
  readonly archived?: readonly string[];
  /** Names of events. */
  readonly refs?: readonly string[];
  /** Names of messages of which all changes are wanted too. */
  readonly targets?: readonly string[];
}

/** Reads a {@link WorkingSet}. */
export async function loadWorkingSet(tx: WriteTransaction, wanted: Wanted): Promise<WorkingSet> {
  const events = new Map<string, EventRecord>();
  const archived = new Map<string, EventRecord>();
  const refs = new Map<string, Set<string>>();
  const targets = new Map<string, Set<string>>();
  const conversations = new Map<string, ConversationRecord>();
  const touched = new Map<string, 'added' | 'changed'>();
  const before = new Map<string, EventRecord>();
  const talks = new Set<string>();

  function index(record: EventRecord): void {
    events.set(record.key, record);
    if (record.archived !== undefined) archived.set(record.archived, record);
    for (const ref of record.refs) enter(refs, ref, record.key);
    if (record.target !== undefined) enter(targets, record.target, record.key);
  }

  const resolve = (keys: Iterable<string> | undefined): EventRecord[] =>
    [...(keys ?? [])].map((key) => events.get(key)!);

  const { keys = [], archived: ids = [], refs: named = [], targets: changed = [] } = wanted;
  const isAsked = <T>(
    list: readonly unknown[],
    ask: () => Promise<readonly T[]>,
  ): Promise<readonly T[]> | readonly T[] => (list.length === 0 ? [] : ask());
  const names = [...new Set([...named, ...changed])];
  const found = await Promise.all([
    isAsked(keys, () => tx.getEvents(keys)),
    isAsked(ids, () => tx.findArchived(ids)),
    isAsked(names, () => tx.findRefs(names)),
    isAsked(changed, () => tx.findChanges(changed)),
  ]);
  for (const record of found.flat()) index(record);
  for (const record of await tx.getConversations(wanted.conversations)) conversations.set(record.address, record);
  const stored = new Map(conversations);
  // A message may go by two names, and be changed by either; what is named may itself be a change (a correction of a
  // correction), whose message is needed then; and one of two messages of a name may be changed by what changed the other.
  const asked = new Set(changed);
  const more = new Set<string>();
  for (const name of names)
    for (const record of resolve(refs.get(name)))
      for (const other of record.target === undefined ? record.refs : [record.target])
        if (!asked.has(other)) more.add(other);
  if (more.size > 0) {
    for (const record of await tx.findRefs([...more])) index(record);
    for (const record of await tx.findChanges([...more])) index(record);
  }

  return {
    event: (key) => events.get(key),
    byArchived: (id) => archived.get(id),
    byRef: (ref) => resolve(refs.get(ref)),
    changesOf: (message) => {
      const keys = new Set<string>();
      for (const ref of message.refs) for (const key of targets.get(ref) ?? []) keys.add(key);
      // What was found to be about another message is still in the list of its old name.
      return resolve(keys).filter(({ target }) => target !== undefined && message.refs.includes(target));
    },
    conversation: (address) =>
      conversations.get(address) ?? { address, unread: 0, history: { complete: false, opened: false } },
    before: (key) => before.get(key),
    conversationBefore: (address) => stored.get(address),
    put(record) {
      const known = events.get(record.key);
      if (known === undefined) touched.set(record.key, 'added');
      else if (!touched.has(record.key)) {
        touched.set(record.key, 'changed');
        before.set(record.key, known);
      }
      index(record);
      talks.add(record.conversation);
    },
    putConversation(record) {
      conversations.set(record.address, record);
      talks.add(record.address);
    },
    touched,
    talks,
    touch: (address) => void talks.add(address),
    save: () => tx.putEvents([...touched.keys()].map((key) => events.get(key)!)),
    records: () => [...touched.keys()].map((key) => events.get(key)!),
  };
}

function enter(index: Map<string, Set<string>>, name: string, key: string): void {
  const there = index.get(name);
  if (there === undefined) index.set(name, new Set([key]));
  else there.add(key);
}
