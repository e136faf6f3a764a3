import type { WriteTransaction } from '../store/port.ts';
import type { ConversationRecord, EventRecord, ReadMark } from '../store/records.ts';
import type { Incoming } from './incoming.ts';
import type { WorkingSet } from './working-set.ts';
import { isPending } from './order.ts';

/** So many receipts wait for their messages in a conversation. */
const MOST_EARLY = 100;

/** Keeps what was said about a message that is not here: history is read backwards. */
export function rememberEarly(
  set: WorkingSet,
  one: Incoming,
  kind: 'displayed' | 'received',
  target: string,
  backward: boolean,
): void {
  const talk = set.conversation(one.conversation);
  const { early = {} } = talk;
  if (kind === 'received') {
    if (early.received?.includes(target) === true) return;
    const received = [...(early.received ?? []), target].slice(-MOST_EARLY);
    return set.putConversation({ ...talk, early: { ...early, received } });
  }
  const name = one.outgoing ? 'ownRead' : 'peerRead';
  // The furthest is what was said last.
  if (!backward || early[name] === undefined) set.putConversation({ ...talk, early: { ...early, [name]: target } });
}

/** What was said about a correction before that was here is about the message that it corrects. */
export function renameEarly(set: WorkingSet, { conversation, refs, target }: EventRecord): void {
  const talk = set.conversation(conversation);
  const { peerRead, ownRead } = talk.early ?? {};
  const isNamed = (ref: string | undefined): boolean => ref !== undefined && refs.includes(ref);
  if (!isNamed(peerRead) && !isNamed(ownRead)) return;
  const early = {
    ...talk.early,
    ...(isNamed(peerRead) && { peerRead: target! }),
    ...(isNamed(ownRead) && { ownRead: target! }),
  };
  set.putConversation({ ...talk, early });
}

/** Notes that something changes a message that is not here. */
export function rememberChange(set: WorkingSet, conversation: string): void {
  const talk = set.conversation(conversation);
  if (talk.early?.changes !== true) set.putConversation({ ...talk, early: { ...talk.early, changes: true } });
}

/** Applies to a message that has come what was said about it before. */
export function takeEarly(set: WorkingSet, message: EventRecord): EventRecord {
  const talk = set.conversation(message.conversation);
  const { early } = talk;
  if (early === undefined) return message;
  const isNamed = (ref: string | undefined): boolean => ref !== undefined && message.refs.includes(ref);
  const mark = { key: message.key, position: message.position };
  const { peerRead, ownRead, received = [], changes } = early;
  const wasReceived = message.data.outgoing && received.some(isNamed);
  if (!isNamed(peerRead) && !isNamed(ownRead) && !wasReceived) return message;
  set.putConversation({
    ...talk,
    ...(isNamed(peerRead) && message.data.outgoing && further(talk, 'peerRead', mark)),
    ...(isNamed(ownRead) && further(talk, 'read', mark)),
    early: {
      ...(!isNamed(peerRead) && peerRead !== undefined && { peerRead }),
      ...(!isNamed(ownRead) && ownRead !== undefined && { ownRead }),
      ...(received.length > 0 && { received: received.filter((ref) => !isNamed(ref)) }),
      ...(changes === true && { changes }),
    },
  });
  return wasReceived ? { ...message, data: { ...message.data, state: 'delivered' } } : message;
}

/**
 * Brings the conversations of a transaction up to date: the newest message, up to where each side has read, and how much
 * is unread. To be called when the events have been written.
 *
 * This account has read up to the furthest of: what its devices agreed on (XEP-0490), what one of them told the other side
 * (XEP-0333), and what it said itself, because who answers has read.
 */
export async function finishConversations(tx: WriteTransaction, set: WorkingSet): Promise<void> {
  const addresses = [...set.talks];
  const missing = addresses.map((address) => set.conversation(address));
  const displayed = new Map<string, EventRecord>();
  const names = missing.flatMap((talk) => (talk.displayed === undefined ? [] : [talk.displayed]));
  if (names.length > 0) for (const record of await tx.findArchived(names)) displayed.set(record.archived!, record);
  const own = new Map<string, EventRecord>();
  for (const record of set.records()) {
    if (record.kind !== 'message' || !record.data.outgoing || isPending(record.position)) continue;
    if (record.position > (own.get(record.conversation)?.position ?? -Infinity)) own.set(record.conversation, record);
  }
  const touched = Map.groupBy(set.records(), ({ conversation }) => conversation);
  const finished = await Promise.all(
    missing.map(async (talk): Promise<ConversationRecord> => {
      const { address } = talk;
      const candidates = [own.get(address), talk.displayed === undefined ? undefined : displayed.get(talk.displayed)];
      const read = furthest([moved(set, talk.read), ...candidates.map(toMark)]);
      const peerRead = moved(set, talk.peerRead);
      const [last] = await tx.page({ conversation: address, limit: 1 });
      const { last: _last, read: _read, peerRead: _peerRead, ...rest } = talk;
      return {
        ...rest,
        ...(last !== undefined && { last: { key: last.key, position: last.position, time: last.data.time } }),
        ...(read !== undefined && { read }),
        ...(peerRead !== undefined && { peerRead }),
        unread:
          unreadBy(set, touched.get(address) ?? [], talk, read) ??
          (await tx.countUnread(address, read?.position ?? -Infinity)),
      };
    }),
  );
  await tx.putConversations(finished);
}

/**
 * How much is unread, told from what was and what happened: counting takes long where much is. `undefined` when it has to
 * be counted, because the mark is another one.
 */
function unreadBy(
  set: WorkingSet,
  touched: readonly EventRecord[],
  { address }: ConversationRecord,
  read: ReadMark | undefined,
): number | undefined {
  const stored = set.conversationBefore(address);
  if (stored === undefined || stored.read?.position !== read?.position) return undefined;
  const from = read?.position ?? -Infinity;
  const isUnread = (record: EventRecord | undefined): number =>
    record?.counts === true && record.position > from ? 1 : 0;
  return touched.reduce((sum, record) => sum + isUnread(record) - isUnread(set.before(record.key)), stored.unread);
}

/** A mark, where its message is now. While that waits to be sent again, it stands behind what was not read. */
function moved(set: WorkingSet, mark: ReadMark | undefined): ReadMark | undefined {
  if (mark === undefined) return undefined;
  const position = set.event(mark.key)?.position ?? mark.position;
  return { key: mark.key, position: isPending(position) ? mark.position : position };
}

function toMark(record: EventRecord | undefined): ReadMark | undefined {
  return record === undefined ? undefined : { key: record.key, position: record.position };
}

function furthest(marks: readonly (ReadMark | undefined)[]): ReadMark | undefined {
  let best: ReadMark | undefined;
  for (const mark of marks) if (mark !== undefined && mark.position > (best?.position ?? -Infinity)) best = mark;
  return best;
}

function further(talk: ConversationRecord, name: 'read' | 'peerRead', mark: ReadMark): Partial<ConversationRecord> {
  return { [name]: furthest([talk[name], mark]) };
}
