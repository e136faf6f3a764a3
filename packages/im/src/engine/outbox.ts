import { DisconnectedError, newId, NS_CLIENT } from '@xeps/core';
import type { Delivery, Element, Session } from '@xeps/core';
import { parseElement, serialize } from '@xeps/core/xml';
import { commit, removeEvent } from '../model/apply.ts';
import type { Incoming } from '../model/incoming.ts';
import { loadOrder, isPending } from '../model/order.ts';
import { loadWorkingSet } from '../model/working-set.ts';
import type { WriteTransaction } from '../store/port.ts';
import type { EventRecord, OutboxRecord } from '../store/records.ts';
import type { Journal } from './journal.ts';

/** Milliseconds for which one engine of several on a store is the one that sends. */
const TURN = 5_000;
/** Milliseconds until a stanza that the connection did not take is given to it again. */
const RETRY = 1_000;
/** Milliseconds between two looks at whether the outbox is empty. */
const LOOK = 250;

/** What has been accepted and is on its way to the server. */
export interface Outbox {
  /**
   * Accepts a stanza: from now on it is sent once, in order, or shown as failed, whatever happens to this program. Resolves
   * with the event that it makes, if it makes one.
   */
  accept(
    outgoing: { readonly id: string; readonly element: Element },
    conversation: string,
    event: Incoming | undefined,
  ): Promise<EventRecord | undefined>;
  /** Sends a message of the store once more that failed. */
  resend(outgoing: { readonly id: string; readonly element: Element }, record: EventRecord): Promise<void>;
  /** Sends what waits, as far as this engine is the one to do it. */
  drain(): Promise<void>;
  /** Takes back what has not been given to a connection, and removes what failed; whether it could. */
  cancel(key: string): Promise<boolean>;
  /** Resolves when nothing waits any more. Rejects with the signal's reason. */
  emptied(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * Sends what the store's outbox holds, in its order.
 *
 * What an earlier run gave to a connection may have arrived: `settled` is awaited then, which reads the archive; what is
 * found there leaves the outbox. Only the rest is sent again, with its ids, so that a repeat is recognised everywhere.
 */
export function createOutbox(
  session: Session,
  journal: Journal,
  settled: () => Promise<void>,
  acked: () => void,
): Outbox {
  const own = newId();
  /** Of this engine's stanzas, those of which it is not known whether the server got them. */
  const underway = new Set<number>();
  let draining: Promise<void> | undefined;
  let again = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let renewal: ReturnType<typeof setTimeout> | undefined;
  /** Looks after what other engines accepted. */
  let watch: ReturnType<typeof setTimeout> | undefined;
  let done: OutboxRecord[] = [];
  let noting: Promise<void> | undefined;
  let closed = false;
  /** Another engine sends. */
  let waits = false;
  const changes = journal.on('change', () => {
    if (waits) return void drain();
    // Another engine may have accepted something, and end before it is sent.
    if (!closed)
      watch ??= setTimeout(() => {
        watch = undefined;
        void drain();
      }, TURN);
  });

  async function accept(
    { id, element }: { readonly id: string; readonly element: Element },
    conversation: string,
    event: Incoming | undefined,
  ): Promise<EventRecord | undefined> {
    // Refused now, and not when it is sent, if XML can't hold it.
    const stanza = serialize(element);
    const enter = async (tx: WriteTransaction, key: string | undefined): Promise<void> => {
      const order = await loadOrder(tx);
      const seq = order.pending();
      await order.save();
      await tx.putOutbox([{ seq, ...(key !== undefined && { event: key }), originId: id, conversation, stanza }]);
    };
    let record: EventRecord | undefined;
    if (event === undefined) await journal.write((tx) => enter(tx, undefined));
    else
      await journal.put([event], { kind: 'local' }, (tx, applied) => {
        record = applied.events[0];
        return enter(tx, record?.key);
      });
    void drain();
    return record;
  }

  /** Whether this engine sends: not while another one has stanzas on their way, or the order would be lost. */
  async function takeTurn(tx: WriteTransaction, all: readonly OutboxRecord[]): Promise<boolean> {
    const turn = (await tx.getMeta('sender')) as { readonly engine: string; readonly until: number } | undefined;
    const now = Date.now();
    const taken = turn !== undefined && turn.engine !== own && turn.until > now;
    if (taken && all.some(({ sentBy }) => sentBy === turn.engine)) return false;
    if (turn?.engine !== own || turn.until - now < TURN / 2)
      await tx.setMeta('sender', { engine: own, until: now + TURN });
    keepTurn();
    return true;
  }

  /** As long as stanzas are on their way. */
  function keepTurn(): void {
    if (!closed)
      renewal ??= setTimeout(() => {
        renewal = undefined;
        if (underway.size === 0 || closed) return;
        journal
          .write(async (tx) => void (await takeTurn(tx, await tx.outbox())))
          .catch((error: unknown) => {
            if (!closed) session.report(error);
          });
      }, TURN / 2);
  }

  /** The rows to send now, marked as sent by this engine. `unsure`: an earlier run may have sent some. */
  async function take(
    tx: WriteTransaction,
    verified: boolean,
  ): Promise<{ rows: OutboxRecord[]; unsure: boolean; turn: boolean }> {
    const all = await tx.outbox();
    if (all.length === 0) return { rows: [], unsure: false, turn: true };
    if (!(await takeTurn(tx, all))) return { rows: [], unsure: false, turn: false };
    const waiting = all.filter(({ seq }) => !underway.has(seq));
    if (!verified && waiting.some(({ sentBy }) => sentBy !== undefined)) return { rows: [], unsure: true, turn: true };
    const gone = await takenBack(tx, waiting);
    if (gone.length > 0) await markSent(tx, gone);
    const rows = waiting.filter((row) => !gone.includes(row)).map((row) => ({ ...row, sentBy: own }));
    await tx.putOutbox(rows);
    return { rows, unsure: false, turn: true };
  }

  async function drainOnce(): Promise<void> {
    if (closed || session.status !== 'online') return;
    let taken = await journal.write((tx) => take(tx, false));
    if (taken.unsure) {
      await settled();
      taken = await journal.write((tx) => take(tx, true));
    }
    waits = !taken.turn;
    if (waits) return retryIn(TURN);
    for (const row of taken.rows) {
      underway.add(row.seq);
      send(row);
    }
  }

  function send(row: OutboxRecord): void {
    // Not awaited: the connection keeps the order.
    session.send(parseElement(row.stanza, { xmlns: NS_CLIENT })).then(
      ({ acked: taken }: Delivery) =>
        taken.then(
          () => note(row),
          () => release(row),
        ),
      () => release(row),
    );
  }

  /** The server never got it: it waits again, for the next session, or for the connection to take more. */
  function release(row: OutboxRecord): void {
    underway.delete(row.seq);
    retryIn(RETRY);
  }

  function retryIn(milliseconds: number): void {
    clearTimeout(retry);
    if (!closed) retry = setTimeout(() => void drain(), milliseconds);
  }

  /** Notes that the server has it: all that were acknowledged together in one transaction. */
  function note(row: OutboxRecord): void {
    // The archive will tell the next one.
    if (closed) return;
    done.push(row);
    noting ??= Promise.resolve()
      .then(async () => {
        const rows = done;
        done = [];
        noting = undefined;
        await journal.write((tx) => markSent(tx, rows));
        for (const { seq } of rows) underway.delete(seq);
        acked();
      })
      .catch((error: unknown) => {
        if (!closed) session.report(error);
      });
  }

  function drain(): Promise<void> {
    again = true;
    draining ??= (async () => {
      while (again && !closed) {
        again = false;
        await drainOnce();
      }
    })()
      .catch((error: unknown) => {
        if (closed || session.signal.aborted) return;
        // Offline it is tried when the next session begins.
        if (!(error instanceof DisconnectedError)) session.report(error);
        retryIn(TURN);
      })
      .finally(() => (draining = undefined));
    return draining;
  }

  return {
    accept,
    async resend({ id, element }, record) {
      const stanza = serialize(element);
      await journal.write(async (tx) => {
        const set = await loadWorkingSet(tx, { keys: [record.key], conversations: [record.conversation] });
        const order = await loadOrder(tx);
        const { failure: _failure, ...data } = set.event(record.key)!.data;
        const seq = order.pending();
        set.put({ ...set.event(record.key)!, position: seq, data: { ...data, state: 'pending' } });
        await tx.putOutbox([{ seq, event: record.key, originId: id, conversation: record.conversation, stanza }]);
        await commit(tx, set, order);
      });
      void drain();
    },
    drain,
    cancel: (key) =>
      journal.write(async (tx) => {
        const all = await tx.outbox();
        const row = all.find((one) => one.event === key);
        const [record] = await tx.getEvents([key]);
        if (record === undefined || row?.sentBy !== undefined) return false;
        if (row === undefined && record.data.state !== 'failed') return false;
        // Corrections and the like that wait behind it would be all that the other side gets.
        const changing = new Set((await tx.findChanges(record.refs)).map((change) => change.key));
        const useless = all.filter(({ event = '', sentBy }) => sentBy === undefined && changing.has(event));
        await tx.deleteOutbox([...useless, ...(row === undefined ? [] : [row])].map(({ seq }) => seq));
        await tx.deleteEvents(useless.map(({ event }) => event!));
        await removeEvent(tx, record);
        return true;
      }),
    async emptied(signal) {
      const isEmpty = async (): Promise<boolean> => (await journal.read((tx) => tx.outbox())).length === 0;
      signal?.throwIfAborted();
      const done = new AbortController();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = (): void => {
        isEmpty().then((empty) => empty && resolve(), reject);
      };
      // What leaves the outbox without an event, such as a read marker, tells nobody.
      const timer = setInterval(look, LOOK);
      journal.on('change', look, { signal: done.signal });
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { signal: done.signal });
      look();
      try {
        await promise;
      } finally {
        clearInterval(timer);
        done.abort();
      }
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      changes[Symbol.dispose]();
      clearTimeout(renewal);
      clearTimeout(watch);
      await draining;
      await noting;
      // The next one need not wait.
      await journal.write(async (tx) => {
        const turn = (await tx.getMeta('sender')) as { readonly engine: string } | undefined;
        if (turn?.engine === own) await tx.setMeta('sender', undefined);
      });
    },
  };
}

/**
 * Messages that may have been sent and have been taken back since. That the archive does not have them does not say that
 * they did not arrive: ejabberd deletes what is taken back.
 */
async function takenBack(tx: WriteTransaction, rows: readonly OutboxRecord[]): Promise<OutboxRecord[]> {
  const unsure = rows.filter(({ sentBy, event }) => sentBy !== undefined && event !== undefined);
  const events = await tx.getEvents(unsure.map(({ event }) => event!));
  const retracted = new Set(events.filter(({ data }) => data.retracted !== undefined).map(({ key }) => key));
  return unsure.filter(({ event }) => retracted.has(event!));
}

/** What the server has is no longer in the outbox, and stands where it stands for the server. */
async function markSent(tx: WriteTransaction, rows: readonly OutboxRecord[]): Promise<void> {
  await tx.deleteOutbox(rows.map(({ seq }) => seq));
  const keys = rows.flatMap(({ event }) => event ?? []);
  const set = await loadWorkingSet(tx, {
    keys,
    conversations: [...new Set(rows.map((row) => row.conversation))],
  });
  const order = await loadOrder(tx);
  for (const key of keys) {
    const record = set.event(key);
    if (record === undefined) continue;
    const position = isPending(record.position) ? order.newest() : record.position;
    const state = record.data.state === 'pending' ? 'sent' : record.data.state;
    set.put({ ...record, position, data: { ...record.data, ...(state !== undefined && { state }) } });
  }
  await commit(tx, set, order);
}
