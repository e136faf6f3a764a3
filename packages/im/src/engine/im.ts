import { createEmitter, whenOnline, XmppError } from '@xeps/core';
import type { Session } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { roster } from '@xeps/rfc-6121';
import { receipts, sendReceipt } from '@xeps/xep-0184';
import { refOf } from '../model/incoming.ts';
import { readStanza } from '../model/read-stanza.ts';
import { toMessage } from '../message.ts';
import type { Conversation, Message } from '../message.ts';
import type { ReadTransaction } from '../store/port.ts';
import type { Content, ConversationRecord, EventRecord } from '../store/records.ts';
import { queryWords } from '../store/words.ts';
import type { Im, ImEvents, ImOptions, NewMessage, ReceiptPolicy } from './api.ts';
import { advertise } from './features.ts';
import { firstSince } from './by-date.ts';
import { createJournal } from './journal.ts';
import { createLive } from './live.ts';
import { createNames } from './names.ts';
import { createNotes } from './notes.ts';
import { createNotifier } from './notifier.ts';
import { createOutbox } from './outbox.ts';
import { sayAgain, sayCorrection, sayMessage, sayReactions, sayRetraction } from './outgoing.ts';
import type { Answered, Outgoing } from './outgoing.ts';
import { createReadState } from './read-state.ts';
import { createSettling } from './settling.ts';
import { createSync } from './sync.ts';
import { createTyping } from './typing.ts';

/** Milliseconds: no receipt is sent for what is older. */
const RECEIPT_AGE = 7 * 86_400_000;
/** Milliseconds that signing in may have taken. */
const BEGINNING = 60_000;

/**
 * Makes conversations of a session's stanzas. To be called before the session connects, so that nothing is missed.
 *
 * @example
 * ```ts
 * import { createClient } from '@xeps/client';
 * import { createIm } from '@xeps/im';
 * import { memoryStore } from '@xeps/im/memory';
 *
 * const client = createClient({ jid: 'juliet@example.org', password: 'secret' });
 * const im = createIm(client, { store: memoryStore() });
 * im.on('notify', ({ messages }) => messages.forEach(({ conversation, text }) => console.log(conversation, text)));
 * await client.start();
 * await im.send('romeo@example.org', 'Wherefore art thou?');
 * ```
 */
export function createIm(session: Session, options: ImOptions): Im {
  const { store } = options;
  const life = new AbortController();
  const { signal } = life;
  const events = createEmitter<ImEvents>(session.report);
  const report = (error: unknown): void => {
    if (!signal.aborted && !session.signal.aborted) session.report(error);
  };
  const journal = createJournal(store, report);
  const contacts = session.use(roster);
  const notifier = createNotifier(journal, (event) => events.emit('notify', event), report);
  const sync = createSync(
    session,
    journal,
    options,
    {
      progress(progress) {
        if (progress.state !== 'syncing') notifier.release();
        // Messages that were read may have got their ids.
        if (progress.state === 'synced') readState.publishSoon();
        events.emit('sync', progress);
      },
      applied(applied, source) {
        if (source.kind === 'archive') notifier.add(applied.added, true);
        // Of what a new store begins with, only what came while it did: the rest is other devices' to have confirmed.
        const since = Date.now() - (source.kind === 'archive' ? RECEIPT_AGE : BEGINNING);
        for (const record of applied.added) if (record.data.time >= since) confirm(record).catch(report);
      },
    },
    signal,
  );
  const settling = createSettling(session, (late) => (late ? catchUpAll() : sync.catchUp()), report);
  const live = createLive(
    session,
    journal,
    (applied, incoming, messages) => {
      for (const [at, { copied, direction }] of messages.entries()) {
        if (copied && direction === 'sent') notifier.usedElsewhere(incoming[at]!.conversation);
      }
      notifier.add(applied.added, false);
      // It may be the message up to which this account has read.
      if (incoming.some(({ what }) => what.kind === 'retraction')) readState.publishSoon();
      settling.came(incoming.length);
    },
    signal,
  );
  const outbox = createOutbox(
    session,
    journal,
    () => first ?? sync.catchUp(),
    () => settling.sent(),
  );
  const notes = createNotes(journal);
  const names = createNames(session, journal, report, signal);
  const typing = createTyping(session, (event) => events.emit('typing', event));
  const readState = createReadState(session, journal, outbox, (address) =>
    mayKnow(options.markers ?? options.receipts, address),
  );
  const receiptsApi = session.use(receipts);

  /** The reading of the archive with which a session begins. */
  let first: Promise<void> | undefined;

  advertise(session);
  // A receipt says that the message is here: that it is in the store.
  receiptsApi.setPolicy(async (from, stanza) => {
    await live.stored(stanza);
    if (signal.aborted) return false;
    return mayKnow(options.receipts, String(from.bare()));
  });
  journal.on('change', (change) => events.emit('change', change), { signal });
  whenOnline(session, begin, { signal });
  session.on('resumed', ({ restored }) => (restored ? begin() : void outbox.drain()), { signal });

  function begin(): void {
    // What is read on from here stands in the store, and not in what comes from now on (modernxmpp, sync).
    settling.begin();
    const own = sync.catchUp().finally(() => {
      if (first === own) first = undefined;
    });
    first = own;
    own.catch(report);
    void outbox.drain();
  }

  /** The archive, and what the other devices have read. */
  async function catchUpAll(): Promise<void> {
    await Promise.all([sync.catchUp(), readState.refresh()]);
  }

  async function mayKnow(policy: ReceiptPolicy = 'contacts', address: string): Promise<boolean> {
    if (policy === 'never') return false;
    if (typeof policy === 'function') return policy(address);
    if (address === String(session.jid.bare())) return true;
    await contacts.loaded({ signal });
    const subscription = contacts.get(address)?.subscription;
    return subscription === 'from' || subscription === 'both';
  }

  /** A message that came while no device was there to confirm it. */
  async function confirm({ data, conversation }: EventRecord): Promise<void> {
    const wanted = data.receiptWanted === true && !data.outgoing && data.id !== undefined;
    if (!wanted || session.status !== 'online') return;
    if (await mayKnow(options.receipts, conversation)) await sendReceipt(session, conversation, data.id!);
  }

  function openTransaction<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<T> {
    return journal.read(work);
  }

  async function toMessages(tx: ReadTransaction, records: readonly EventRecord[]): Promise<Message[]> {
    const talks = await tx.getConversations([...new Set(records.map(({ conversation }) => conversation))]);
    const byAddress = new Map(talks.map((talk) => [talk.address, talk]));
    return records.map((record) => toMessage(record, byAddress.get(record.conversation)));
  }

  async function toConversations(tx: ReadTransaction, talks: readonly ConversationRecord[]): Promise<Conversation[]> {
    const last = new Map(
      (await tx.getEvents(talks.flatMap((talk) => talk.last?.key ?? []))).map((record) => [record.key, record]),
    );
    const isComplete = await sync.isComplete(tx);
    return talks.map((talk): Conversation => {
      const newest = talk.last && last.get(talk.last.key);
      return {
        address: talk.address,
        unread: talk.unread,
        ...(newest && { last: toMessage(newest, talk) }),
        ...(talk.read && { readUpTo: talk.read.key }),
        ...(talk.draft !== undefined && { draft: talk.draft }),
        pinned: talk.pinned === true,
        complete: talk.history.complete || (isComplete && talk.history.oldest === undefined),
      };
    });
  }

  /** A message of this account and what is needed to change it: its own id comes first (XEP-0308 §3, XEP-0424 §5.1). */
  async function ownSubject(key: string, purpose: string): Promise<Subject> {
    const found = await subject(key, purpose);
    if (!found.record.data.outgoing)
      throw new XmppError(
        'ERR_XMPP_IM_MESSAGE',
        `only ${found.record.data.author.address} can ${purpose} that message`,
      );
    return { ...found, id: found.record.data.id ?? found.id };
  }

  /** A message and what is needed to speak of it: the origin id comes first (XEP-0461 §4.1, XEP-0444 §4.2). */
  async function subject(key: string, purpose: string): Promise<Subject> {
    const [record] = await openTransaction((tx) => tx.getEvents([key]));
    if (record?.kind !== 'message')
      throw new XmppError('ERR_XMPP_IM_MESSAGE', `there is no message ${key} to ${purpose}`);
    const id = record.data.originId ?? record.data.id;
    if (id === undefined)
      throw new XmppError(
        'ERR_XMPP_IM_MESSAGE',
        `its sender gave no id to that message, so that nobody can ${purpose} it`,
      );
    return { record, id, to: parseJid(record.conversation, { lenient: true }) };
  }

  /** Puts a stanza into the outbox, and into the store as if it had come: by the same reading. */
  async function accept({ id, element }: Outgoing, conversation: string): Promise<EventRecord> {
    const own = session.jid.bare().toString();
    const event = readStanza(element, { own, time: Date.now(), fromArchive: false });
    if (event === undefined)
      throw new XmppError('ERR_XMPP_IM_MESSAGE', 'a message says something: give it a text or an attachment');
    const record = (await outbox.accept({ id, element }, conversation, { ...event, conversation }))!;
    typing.said(conversation);
    return record;
  }

  async function after(key: string): Promise<Message> {
    return (await openTransaction(async (tx) => toMessages(tx, await tx.getEvents([key]))))[0]!;
  }

  async function answeredBy(conversation: string, key: string | undefined): Promise<Answered | undefined> {
    if (key === undefined) return undefined;
    const { record, id } = await subject(key, 'answer');
    if (record.conversation !== conversation)
      throw new XmppError(
        'ERR_XMPP_IM_MESSAGE',
        `a message of ${record.conversation} can't be answered in ${conversation}`,
      );
    return { id, author: record.data.author.address, text: toMessage(record, undefined).text };
  }

  return {
    ...names,
    conversations: () =>
      openTransaction(async (tx) => {
        const talks = (await tx.conversations()).filter(
          ({ last, draft, pinned }) => last !== undefined || draft !== undefined || pinned === true,
        );
        return toConversations(tx, talks.toSorted(inOrder));
      }),
    conversation: (address) =>
      openTransaction(async (tx) => {
        const [talk] = await tx.getConversations([addressText(address)]);
        return (await toConversations(tx, [talk ?? emptyConversation(addressText(address))]))[0]!;
      }),
    messages: (address, { before, after: from, limit = 50 } = {}) =>
      openTransaction(async (tx) =>
        toMessages(
          tx,
          await tx.page({
            conversation: addressText(address),
            limit,
            ...(before !== undefined && { before }),
            ...(from !== undefined && { after: from }),
          }),
        ),
      ),
    loadOlder: (address, { limit = 50, signal: stop } = {}) =>
      sync.loadOlder(addressText(address), { limit, signal: stop }),
    loadHistory: ({ limit = 250, signal: stop } = {}) => sync.loadHistory({ limit, signal: stop }),
    message: (key) =>
      openTransaction(async (tx) => {
        const [record] = await tx.getEvents([key]);
        return record?.kind === 'message' ? (await toMessages(tx, [record]))[0] : undefined;
      }),
    messageSince: (address, time) =>
      openTransaction(async (tx) => {
        const found = await firstSince(tx, addressText(address), time.getTime());
        return found && (await toMessages(tx, [found]))[0];
      }),
    find: async (address, id) => {
      const found = await openTransaction(async (tx) => {
        const named = await tx.findRefs([refOf(addressText(address), id)]);
        return toMessages(
          tx,
          named.filter(({ kind }) => kind === 'message'),
        );
      });
      return found.at(-1);
    },
    search: (text, { conversation, before, limit = 50 } = {}) =>
      openTransaction(async (tx) =>
        toMessages(
          tx,
          await tx.search({
            words: queryWords(text),
            limit,
            ...(conversation !== undefined && { conversation: addressText(conversation) }),
            ...(before !== undefined && { before }),
          }),
        ),
      ),
    unread: () =>
      openTransaction(async (tx) => (await tx.conversations()).reduce((sum, { unread }) => sum + unread, 0)),

    async send(address, message) {
      const to = typeof address === 'string' ? parseJid(address) : address;
      const conversation = String(to);
      const { replyTo, thread, ...content } = toNewMessage(message);
      const answered = await answeredBy(conversation, replyTo);
      const record = await accept(sayMessage(to, withoutUndefined(content), { thread, answered }), conversation);
      return toMessage(record, undefined);
    },
    async correct(key, message) {
      const { record, id, to } = await ownSubject(key, 'correct');
      const { replyTo: _replyTo, thread = record.data.thread, ...content } = toNewMessage(message);
      await accept(sayCorrection(to, id, withoutUndefined(content), thread), record.conversation);
      return after(key);
    },
    async retract(key) {
      const { record, id, to } = await ownSubject(key, 'take back');
      await accept(sayRetraction(to, id), record.conversation);
      return after(key);
    },
    async react(key, emojis) {
      const { record, id, to } = await subject(key, 'react to');
      await accept(sayReactions(to, id, emojis), record.conversation);
      return after(key);
    },
    async retry(key) {
      const { record } = await ownSubject(key, 'send');
      if (record.data.state !== 'failed') return after(key);
      const { replyTo } = record.data;
      const answered = replyTo === undefined ? undefined : await this.find(record.conversation, replyTo);
      const again = sayAgain(
        record,
        answered && { id: replyTo!, author: answered.author.address, text: answered.text },
      );
      await outbox.resend(again, record);
      return after(key);
    },
    cancel: (key) => outbox.cancel(key),
    markRead: (address, key) => readState.markRead(addressText(address), key),
    setDraft: (address, text) => notes.setDraft(addressText(address), text),
    setPinned: (address, pinned) => notes.setPinned(addressText(address), pinned),
    typing: (address) => typing.typing(addressText(address)),
    async flush({ signal: stop } = {}) {
      await outbox.emptied(stop);
      await readState.publish();
    },

    get sync() {
      return sync.progress;
    },
    catchUp: catchUpAll,
    on: (event, listener, listenOptions) => events.on(event, listener, listenOptions),
    async close() {
      life.abort();
      settling.close();
      notifier.close();
      readState.close();
      typing.close();
      await outbox.close();
      await live.settled().catch(() => undefined);
      journal.close();
    },
  };
}

interface Subject {
  readonly record: EventRecord;
  readonly id: string;
  readonly to: Jid;
}

function toNewMessage(message: NewMessage | string): NewMessage {
  return typeof message === 'string' ? { text: message } : message;
}

function withoutUndefined(content: Omit<NewMessage, 'replyTo' | 'thread'>): Content {
  return Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined)) as unknown as Content;
}

function addressText(address: Jid | string): string {
  return String(typeof address === 'string' ? parseJid(address, { lenient: true }) : address);
}

/** The pinned ones first, then the one with the newest message; what has only a draft is the newest of all. */
function inOrder(a: ConversationRecord, b: ConversationRecord): number {
  if (a.pinned !== b.pinned) return a.pinned === true ? -1 : 1;
  const [first, second] = [a, b].map(({ last }) => last?.position ?? Infinity) as [number, number];
  return first === second ? 0 : second - first;
}

function emptyConversation(address: string): ConversationRecord {
  return { address, unread: 0, history: { complete: false, opened: false } };
}
