import { DisconnectedError, isStanzaError } from '@xeps/core';
import type { Session } from '@xeps/core';
import { roster } from '@xeps/rfc-6121';
import { ArchiveError, queryArchive } from '@xeps/xep-0313';
import type { ArchivedMessage, ArchiveOptions, ArchivePage, ArchiveQuery } from '@xeps/xep-0313';
import type { Applied, Pass, Source } from '../model/apply.ts';
import { archivedOf } from '../model/incoming.ts';
import type { Incoming } from '../model/incoming.ts';
import { readStanza } from '../model/read-stanza.ts';
import type { ReadTransaction, WriteTransaction } from '../store/port.ts';
import type { ConversationRecord } from '../store/records.ts';
import type { Journal } from './journal.ts';

/** How it stands with what the archive has. `unsupported`: the server keeps none. */
export type SyncState = 'idle' | 'syncing' | 'synced' | 'failed' | 'unsupported';

/** How far a reading of the archive has come. */
export interface SyncProgress {
  readonly state: SyncState;
  /** Messages read in this reading. */
  readonly received: number;
  /** How many there are, where the archive says so. */
  readonly expected?: number;
  /** Why it failed. It is tried again with the next session, and when `catchUp` is called. */
  readonly error?: unknown;
}

/** How the archive is read. */
export interface SyncOptions {
  /** How many of the newest messages a new store begins with; 500 when left out. */
  readonly initialMessages?: number | undefined;
  /** How many of the newest messages are asked for of each contact that is not among these; 20 when left out, 0 for none. */
  readonly contactMessages?: number | undefined;
  /** Messages a page at most; as many as the archive gives when left out. */
  readonly pageSize?: number | undefined;
}

/** What reading older messages brought. */
export interface OlderMessages {
  /** How many messages are new. */
  readonly added: number;
  /** There is nothing older. */
  readonly complete: boolean;
}

/** The archive, read into the store. */
export interface Sync {
  readonly progress: SyncProgress;
  /**
   * Reads what the archive has since it was read last, and settles the order and the ids of what came since. Rejects when
   * it can't be read, or with the signal's reason.
   */
  catchUp(): Promise<void>;
  /** Whether all of the archive is in the store. */
  isComplete(tx: ReadTransaction): Promise<boolean>;
  /** Reads older messages of all conversations. */
  loadHistory(options: { readonly limit: number; readonly signal?: AbortSignal | undefined }): Promise<OlderMessages>;
  /** Reads older messages of a conversation. */
  loadOlder(
    conversation: string,
    options: { readonly limit: number; readonly signal?: AbortSignal | undefined },
  ): Promise<OlderMessages>;
}

/** A place in the archive that has been read. */
interface Place {
  readonly id: string;
  /** Milliseconds. */
  readonly time: number;
  readonly position: number;
}

/** What has been read of the archive. */
interface ArchiveState {
  /**
   * The newest that was read, with what is not older than {@link UNSETTLED}: there archives may still get something between,
   * so that it is read again. The first is where to go on from.
   */
  readonly tail: readonly Place[];
  /** How far back all conversations have been read. */
  readonly bottom?: { readonly id?: string; readonly complete: boolean };
}

/** Milliseconds within which archives may get messages in another order than that of their ids. */
const UNSETTLED = 10_000;
/** So many messages are read again at most. */
const MOST_UNSETTLED = 500;
/** Milliseconds that a clock may go wrong by, where an archive is read by time. */
const SLACK = 60_000;

/** Reads the archive of a session into the store. */
export function createSync(
  session: Session,
  journal: Journal,
  options: SyncOptions,
  hooks: { progress(progress: SyncProgress): void; applied(applied: Applied, source: Source): void },
  life: AbortSignal,
): Sync {
  const { initialMessages = 500, contactMessages = 20, pageSize } = options;
  let progress: SyncProgress = { state: 'idle', received: 0 };
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function tell(change: Partial<SyncProgress>): void {
    progress = { ...progress, ...change };
    if (!life.aborted) hooks.progress(progress);
  }

  function archivePages(query: ArchiveQuery, more: ArchiveOptions): AsyncGenerator<ArchivePage, void, undefined> {
    const signal = AbortSignal.any([session.signal, life, ...(more.signal === undefined ? [] : [more.signal])]);
    return queryArchive(session, query, { ...(pageSize !== undefined && { pageSize }), ...more, signal }).pages();
  }

  function read({ id, time, stanza }: ArchivedMessage): Incoming | undefined {
    if (stanza === undefined) return undefined;
    return readStanza(stanza, {
      own: session.jid.bare().toString(),
      archived: archivedOf('', id),
      time: time?.getTime() ?? Date.now(),
      fromArchive: true,
    });
  }

  /** Puts a page into the store, together with how far it has been read. */
  async function put(
    items: readonly ArchivedMessage[],
    source: Source,
    also: (tx: WriteTransaction, places: readonly Place[]) => Promise<void>,
  ): Promise<Applied> {
    const readable = items.map((item) => ({ item, one: read(item) }));
    const incoming = readable.flatMap(({ one }) => (one === undefined ? [] : [one]));
    let position = source.kind === 'archive' ? source.pass.confirmed : 0;
    const applied = await journal.put(incoming, source, async (tx, { events }) => {
      let at = 0;
      const places = readable.map(({ item, one }): Place => {
        if (one !== undefined) position = events[at++]?.position ?? position;
        return { id: item.id, time: item.time?.getTime() ?? Date.now(), position };
      });
      await also(tx, places);
    });
    tell({ received: progress.received + items.length });
    hooks.applied(applied, source);
    return applied;
  }

  /** Reads on from a place. */
  async function forward(place: Place): Promise<void> {
    try {
      // The archive was empty: it is read from its beginning.
      const start: ArchiveOptions = place.id === '' ? {} : { cursor: place.id };
      await readOn({}, start, { confirmed: place.position, rebuilt: false }, [place]);
    } catch (error) {
      if (!(error instanceof ArchiveError && error.reason === 'not-found')) throw error;
      // It was deleted since (XEP-0313 §4.3.2); modernxmpp: fall back to the time.
      await readOn({ start: new Date(place.time - SLACK) }, {}, { confirmed: -Infinity, rebuilt: true }, []);
    }
  }

  async function readOn(query: ArchiveQuery, start: ArchiveOptions, pass: Pass, from: readonly Place[]): Promise<void> {
    let tail = from;
    for await (const page of archivePages(query, start)) {
      if (page.set.count !== undefined)
        tell({ expected: Math.max(page.set.count, progress.received + page.items.length) });
      await put(page.items, { kind: 'archive', pass }, async (tx, places) => {
        tail = unsettled([...tail, ...places]);
        await saveState(tx, (state) => ({ ...state, tail }));
      });
    }
  }

  /** The first time: the newest messages, the newest first. */
  async function begin(): Promise<void> {
    let left = initialMessages;
    let tail: readonly Place[] = [];
    for await (const page of archivePages({}, { reverse: true, pageSize: Math.min(100, initialMessages) })) {
      const bottom = { ...(page.next !== undefined && { id: page.next }), complete: page.complete };
      await put(page.items, { kind: 'history' }, async (tx, places) => {
        tail = unsettled([...places.toReversed(), ...tail]);
        const from = tail.length > 0 ? tail : [{ id: '', time: Date.now(), position: -1 }];
        await saveState(tx, (state) => ({ ...state, tail: from, bottom }));
      });
      left -= page.items.length;
      if (left <= 0 || page.complete) return;
    }
  }

  /** modernxmpp, "Communiqué": contacts of whom nothing is known yet. */
  async function readContacts(): Promise<void> {
    if (contactMessages <= 0) return;
    const contacts = session.use(roster);
    await contacts.loaded({ signal: life });
    for (const { jid } of contacts.items()) {
      const talk = await journal.read((tx) => conversationOf(tx, String(jid)));
      if (talk?.last !== undefined || talk?.history.opened === true) continue;
      try {
        await loadOlder(String(jid), { limit: contactMessages });
      } catch (error) {
        if (error instanceof DisconnectedError || life.aborted) throw error;
        // One that can't be read does not stop the others.
        session.report(error);
      }
    }
    await journal.write((tx) => saveState(tx, (state) => ({ ...state, contacts: true })));
  }

  async function pass(): Promise<void> {
    progress = { state: 'syncing', received: 0 };
    hooks.progress(progress);
    try {
      let state = await journal.read(loadState);
      if (state.tail.length === 0) {
        await begin();
        state = await journal.read(loadState);
      }
      if (state.tail[0] !== undefined) await forward(state.tail[0]);
      tell({ state: 'synced' });
      if (!state.contacts) readContacts().catch((error: unknown) => reportUnlessGone(error));
    } catch (error) {
      const unsupported = isStanzaError(error, 'service-unavailable', 'feature-not-implemented');
      tell(unsupported ? { state: 'unsupported' } : { state: 'failed', error });
      if (!unsupported) throw error;
    }
  }

  function reportUnlessGone(error: unknown): void {
    if (!(error instanceof DisconnectedError) && !session.signal.aborted && !life.aborted) session.report(error);
  }

  /** Whoever asks while a pass is running gets a pass that begins after that. */
  function catchUp(): Promise<void> {
    if (running === undefined) {
      const own = pass().finally(() => {
        if (running === own) running = undefined;
      });
      running = own;
      return own;
    }
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return catchUp();
      });
    return next;
  }

  async function loadOlder(
    conversation: string,
    { limit, signal }: { readonly limit: number; readonly signal?: AbortSignal | undefined },
  ): Promise<OlderMessages> {
    const { talk, state, first } = await journal.read(async (tx) => ({
      talk: await conversationOf(tx, conversation),
      state: await loadState(tx),
      first: (await tx.page({ conversation, after: -Infinity, limit: 1 }))[0],
    }));
    const history = talk?.history;
    if (history?.complete === true || (history?.oldest === undefined && state.bottom?.complete === true))
      return { added: 0, complete: true };
    const cursor = history?.oldest ?? state.bottom?.id;
    const query: ArchiveQuery = { with: conversation };
    const read = (more: ArchiveQuery, from: string | undefined): Promise<OlderMessages> =>
      readBack(conversation, { ...query, ...more }, { reverse: true, pageSize: limit, cursor: from, signal });
    try {
      return await read({}, cursor);
    } catch (error) {
      if (!(error instanceof ArchiveError && error.reason === 'not-found')) throw error;
      return read(first === undefined ? {} : { end: new Date(first.data.time) }, undefined);
    }
  }

  async function loadHistory({
    limit,
    signal,
  }: {
    readonly limit: number;
    readonly signal?: AbortSignal | undefined;
  }): Promise<OlderMessages> {
    const { bottom } = await journal.read(loadState);
    if (bottom?.complete === true) return { added: 0, complete: true };
    for await (const page of archivePages({}, { reverse: true, pageSize: limit, cursor: bottom?.id, signal })) {
      const applied = await put(page.items, { kind: 'history' }, (tx) =>
        saveState(tx, (state) => {
          const id = page.next ?? state.bottom?.id;
          return { ...state, bottom: { ...(id !== undefined && { id }), complete: page.complete } };
        }),
      );
      const { length } = applied.added;
      if (length > 0 || page.complete) return { added: length, complete: page.complete };
    }
    return { added: 0, complete: true };
  }

  /** Pages of which nothing is to be shown (read markers) are passed over. */
  async function readBack(conversation: string, query: ArchiveQuery, more: ArchiveOptions): Promise<OlderMessages> {
    for await (const page of archivePages(query, more)) {
      const applied = await put(page.items, { kind: 'history' }, async (tx) => {
        const talk = (await conversationOf(tx, conversation)) ?? emptyConversation(conversation);
        const oldest = page.next ?? talk.history.oldest;
        const history = { ...(oldest !== undefined && { oldest }), complete: page.complete, opened: true };
        await tx.putConversations([{ ...talk, history }]);
      });
      const { length } = applied.added;
      if (length > 0 || page.complete) return { added: length, complete: page.complete };
    }
    return { added: 0, complete: true };
  }

  return {
    get progress() {
      return progress;
    },
    catchUp,
    isComplete: async (tx) => (await loadState(tx)).bottom?.complete === true,
    loadHistory,
    loadOlder,
  };
}

type StoredState = ArchiveState & { readonly contacts?: boolean };

async function loadState(tx: ReadTransaction): Promise<StoredState> {
  return ((await tx.getMeta('archive')) as StoredState | undefined) ?? { tail: [] };
}

async function saveState(tx: WriteTransaction, change: (state: StoredState) => StoredState): Promise<void> {
  await tx.setMeta('archive', change(await loadState(tx)));
}

/** The end of a list of places: those that may still change, and the one before them. */
function unsettled(places: readonly Place[]): Place[] {
  const newest = places.at(-1);
  if (newest === undefined) return [];
  const first = places.findIndex(({ time }) => time > newest.time - UNSETTLED);
  return places.slice(Math.max(0, first - 1, places.length - MOST_UNSETTLED));
}

function emptyConversation(address: string): ConversationRecord {
  return { address, unread: 0, history: { complete: false, opened: false } };
}

async function conversationOf(tx: ReadTransaction, address: string): Promise<ConversationRecord | undefined> {
  return (await tx.getConversations([address]))[0];
}
