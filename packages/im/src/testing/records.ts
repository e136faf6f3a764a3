import type { ReadTransaction, Store } from '../store/port.ts';
import type { ChangeBatch, ConversationRecord, EventRecord, OutboxRecord } from '../store/records.ts';

export const ROMEO = 'romeo@montague.lit';
export const JULIET = 'juliet@capulet.lit';

/** A message of Romeo; `text` is what it says and what it is found by. */
export function message(key: string, position: number, { text, ...over }: Partial<EventRecord> = {}): EventRecord {
  return {
    key,
    conversation: ROMEO,
    kind: 'message',
    position,
    refs: [],
    counts: true,
    ...(text === undefined ? {} : { text }),
    data: {
      id: `id-${key}`,
      author: { address: ROMEO },
      outgoing: false,
      time: 1_700_000_000_000,
      confirmed: true,
      state: 'received',
      ...(text === undefined ? {} : { content: { text } }),
    },
    ...over,
  };
}

/** A change of a message. */
export function change(key: string, position: number, target: string, over: Partial<EventRecord> = {}): EventRecord {
  return message(key, position, { kind: 'edit', target, counts: false, ...over });
}

export function conversation(address: string, unread = 0): ConversationRecord {
  return { address, unread, history: { complete: false, opened: false } };
}

export function waiting(seq: number, over: Partial<OutboxRecord> = {}): OutboxRecord {
  return { seq, originId: `o${seq}`, conversation: ROMEO, stanza: `<message id='o${seq}'/>`, ...over };
}

export function batch(revision: number): ChangeBatch {
  return { revision, conversations: [ROMEO], added: [`k${revision}`], changed: [], removed: [] };
}

/** The keys, in the order of the records. */
export const keys = (records: readonly EventRecord[]): string[] => records.map(({ key }) => key);

/** The keys of what comes in no order. */
export const sorted = (records: readonly EventRecord[]): string[] => keys(records).sort();

/** Writes events. */
export const put = (store: Store, ...records: readonly EventRecord[]): Promise<void> =>
  store.write((tx) => tx.putEvents(records));

/** What there is to be asked about some events, so that two states can be compared. */
export async function everything(
  tx: ReadTransaction,
  known: readonly EventRecord[],
  words: readonly string[],
): Promise<unknown> {
  const byKey = (records: readonly EventRecord[]): EventRecord[] =>
    [...records].sort((a, b) => (a.key < b.key ? -1 : 1));
  const talks = [...(await tx.conversations())].sort((a, b) => (a.address < b.address ? -1 : 1));
  const addresses = [...new Set(known.map((record) => record.conversation))];
  const pages: unknown[] = [];
  for (const address of addresses) {
    const page = await tx.page({ conversation: address, limit: 1000 });
    pages.push([address, page, await tx.countUnread(address, -Infinity)]);
  }
  const found: unknown[] = [];
  for (const word of words) found.push([word, keys(await tx.search({ words: [word], limit: 1000 }))]);
  return {
    talks,
    pages,
    found,
    meta: await tx.getMeta('setting'),
    events: byKey(await tx.getEvents(known.map(({ key }) => key))),
    archived: byKey(await tx.findArchived(known.flatMap((record) => record.archived ?? []))),
    refs: byKey(await tx.findRefs(known.flatMap((record) => record.refs))),
    targets: byKey(await tx.findChanges(known.flatMap((record) => record.target ?? []))),
    outbox: await tx.outbox(),
    changes: await tx.changesAfter(0),
    revision: await tx.revision(),
  };
}
