import { parseJid } from '@xeps/core/jid';
import type { Session } from '@xeps/core';
import { displayedSync } from '@xeps/xep-0490';
import type { DisplayedState } from '@xeps/xep-0490';
import { commit } from '../model/apply.ts';
import { archivedOf, archiveIdOf } from '../model/incoming.ts';
import { isPending } from '../model/order.ts';
import { loadWorkingSet } from '../model/working-set.ts';
import type { ReadTransaction } from '../store/port.ts';
import type { ConversationRecord, EventRecord } from '../store/records.ts';
import type { Journal } from './journal.ts';
import { sayDisplayed } from './outgoing.ts';
import type { Outbox } from './outbox.ts';

/** Milliseconds in which what was read is gathered before the other devices are told. */
const GATHER = 500;
/** Milliseconds until what the server refused is tried again. */
const RETRY = 10_000;
/** So many messages before the last that was read are looked through for one that has an id, or wants a marker. */
const LOOK_BACK = 30;

/** Up to where the account has read. */
export interface ReadState {
  /** The user has read a conversation up to a message; up to the newest one when left out. */
  markRead(conversation: string, key?: string): Promise<void>;
  /** Tells the other devices what has not been told yet. */
  publish(): Promise<void>;
  /** The same, soon. */
  publishSoon(): void;
  /** Asks what the other devices have read: it may not have been told. */
  refresh(): Promise<void>;
  close(): void;
}

/** Keeps the read state the same on all devices, and tells the other side. `mayTell`: whether it is to know. */
export function createReadState(
  session: Session,
  journal: Journal,
  outbox: Outbox,
  mayTell: (conversation: string) => Promise<boolean>,
): ReadState {
  const devices = session.use(displayedSync);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  async function markRead(conversation: string, key?: string): Promise<void> {
    const told = await journal.write(async (tx) => {
      const set = await loadWorkingSet(tx, {
        conversations: [conversation],
        ...(key !== undefined && { keys: [key] }),
      });
      const upTo = key === undefined ? await lastArrived(tx, conversation) : set.event(key);
      if (upTo === undefined || upTo.conversation !== conversation || isPending(upTo.position)) return undefined;
      const talk = set.conversation(conversation);
      if (upTo.position <= (talk.read?.position ?? -Infinity)) return undefined;
      const mark = { key: upTo.key, position: upTo.position };
      const marked = await lastMarkable(tx, talk, upTo.position);
      set.putConversation({
        ...talk,
        read: mark,
        publish: true,
        ...(marked && { told: { key: marked.key, position: marked.position } }),
      });
      await commit(tx, set);
      return marked;
    });
    schedule();
    if (told?.data.id !== undefined && (await mayTell(conversation)))
      await outbox.accept(sayDisplayed(parseJid(conversation), told.data.id), conversation, undefined);
  }

  async function publish(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (closed || session.status !== 'online') return;
    const due = await journal.read(async (tx) => {
      const talks = (await tx.conversations()).filter((talk) => talk.publish === true && talk.read !== undefined);
      return Promise.all(talks.map(async (talk) => ({ talk, ...(await archiveIdUpTo(tx, talk)) })));
    });
    const known = due.filter(({ id }) => id !== undefined);
    if (known.length === 0) return;
    for (const { talk, id } of known) devices.set(talk.address, id!);
    await devices.flush();
    if (session.status !== 'online') return;
    const told = known.filter(({ talk, id }) => devices.get(talk.address)?.stanzaId === id);
    await journal.write(async (tx) => {
      const sent = new Map(
        told.map(({ talk, id, isExact }) => [talk.address, { key: talk.read!.key, id: id!, isExact }]),
      );
      const set = await loadWorkingSet(tx, { conversations: [...sent.keys()] });
      for (const [address, { key, id, isExact }] of sent) {
        const { publish: flag, ...talk } = set.conversation(address);
        // Kept as what the others tell is: where the message stands may change, and then the mark may be another one.
        const displayed = archivedOf('', id);
        const isDue = flag === true && (!isExact || talk.read?.key !== key);
        set.putConversation({ ...talk, displayed, ...(isDue && { publish: true }) });
      }
      await commit(tx, set);
    });
    if (told.length < known.length) schedule(RETRY);
  }

  function schedule(milliseconds = GATHER): void {
    if (closed) return;
    timer ??= setTimeout(() => {
      publish().catch((error: unknown) => {
        if (!closed && session.status === 'online') session.report(error);
      });
    }, milliseconds);
  }

  /** Another device has read. */
  async function follow({ conversation, stanzaId, by }: DisplayedState): Promise<void> {
    // Rooms give ids of their own.
    if (!by.equals(session.jid.bare())) return;
    const address = String(conversation);
    const displayed = archivedOf('', stanzaId);
    const isBehind = await journal.write(async (tx) => {
      const set = await loadWorkingSet(tx, { archived: [displayed], conversations: [address] });
      const talk = set.conversation(address);
      set.putConversation({ ...talk, displayed });
      await commit(tx, set);
      const message = set.byArchived(displayed);
      if (message === undefined || (talk.read?.position ?? -Infinity) <= message.position) return false;
      // It was read further here: the others are told again.
      const [next] = await tx.getConversations([address]);
      await tx.putConversations([{ ...next!, publish: true }]);
      return true;
    });
    if (isBehind) schedule();
  }

  const following = devices.on('displayed', (state) => {
    follow(state).catch((error: unknown) => {
      if (!closed) session.report(error);
    });
  });
  return {
    markRead,
    publish,
    refresh: () => devices.refresh(),
    publishSoon: () => schedule(),
    close() {
      closed = true;
      following[Symbol.dispose]();
      clearTimeout(timer);
    },
  };
}

async function lastArrived(tx: ReadTransaction, conversation: string): Promise<EventRecord | undefined> {
  const page = await tx.page({ conversation, limit: LOOK_BACK });
  return page.findLast(({ position }) => !isPending(position));
}

/** The newest message that asks for a marker, unless one as new was sent. */
async function lastMarkable(
  tx: ReadTransaction,
  talk: ConversationRecord,
  upTo: number,
): Promise<EventRecord | undefined> {
  const page = await tx.page({ conversation: talk.address, before: upTo + 0.5, limit: LOOK_BACK });
  const told = talk.told?.position ?? -Infinity;
  return page.findLast(
    ({ position, data }) => position > told && !data.outgoing && data.markable === true && data.id !== undefined,
  );
}

/**
 * The id in the archive of the newest message that was read, or of one before it as long as that has none: then it is not
 * exact, and there is more to tell when the archive has been read.
 */
async function archiveIdUpTo(
  tx: ReadTransaction,
  { address, read }: ConversationRecord,
): Promise<{ readonly id?: string; readonly isExact: boolean }> {
  const page = await tx.page({ conversation: address, before: read!.position + 0.5, limit: LOOK_BACK });
  const kept = page.filter(({ data }) => data.retracted === undefined);
  const archived = kept.findLast((message) => message.archived !== undefined)?.archived;
  return {
    ...(archived !== undefined && { id: archiveIdOf(archived) }),
    isExact: archived === kept.at(-1)?.archived,
  };
}
