import { isPending } from '../model/order.ts';
import { toMessage } from '../message.ts';
import type { Message } from '../message.ts';
import type { EventRecord } from '../store/records.ts';
import type { Journal } from './journal.ts';

/** Milliseconds for which another device counts as the one in use. */
const IN_USE = 60_000;
/** Milliseconds that a notification waits for that device's user to read. */
const PATIENCE = 30_000;

/** Messages that the user should be told of: one notification, not one for each. */
export interface Notification {
  readonly messages: readonly Message[];
}

/** Decides what to tell the user of. */
export interface Notifier {
  /** Messages that are new. `hold`: more are coming (the archive is being read). */
  add(records: readonly EventRecord[], hold: boolean): void;
  /** No more are coming. */
  release(): void;
  /** Another device of this account is used in that conversation. */
  usedElsewhere(conversation: string): void;
  close(): void;
}

/**
 * modernxmpp, "Read state synchronization": no notification for what was read or answered on another device, and none as
 * long as another device is in use, unless it is not read there within some time.
 */
export function createNotifier(
  journal: Journal,
  notify: (notification: Notification) => void,
  report: (error: unknown) => void,
): Notifier {
  const used = new Map<string, number>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let held: EventRecord[] = [];
  let closed = false;

  async function tell(records: readonly EventRecord[]): Promise<void> {
    const messages = await journal.read(async (tx) => {
      const talks = await tx.getConversations([...new Set(records.map(({ conversation }) => conversation))]);
      const now = await tx.getEvents(records.map(({ key }) => key));
      return now.flatMap((record) => {
        const talk = talks.find(({ address }) => address === record.conversation);
        const isRead = record.position <= (talk?.read?.position ?? -Infinity);
        return isRead || record.data.retracted !== undefined || isPending(record.position)
          ? []
          : [toMessage(record, talk)];
      });
    });
    if (messages.length > 0 && !closed) notify({ messages });
  }

  function later(records: readonly EventRecord[]): void {
    if (closed) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      tell(records).catch(report);
    }, PATIENCE);
    timers.add(timer);
  }

  function sort(records: readonly EventRecord[]): void {
    const since = Date.now() - IN_USE;
    const isUsed = ({ conversation }: EventRecord): boolean => (used.get(conversation) ?? 0) > since;
    const waiting = records.filter(isUsed);
    if (waiting.length > 0) later(waiting);
    if (waiting.length < records.length) tell(records.filter((record) => !isUsed(record))).catch(report);
  }

  return {
    add(records, hold) {
      const counting = records.filter(({ counts }) => counts);
      if (counting.length === 0) return;
      if (hold) held.push(...counting);
      else sort(counting);
    },
    release() {
      const records = held;
      held = [];
      if (records.length > 0) sort(records);
    },
    usedElsewhere: (conversation) => void used.set(conversation, Date.now()),
    close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
