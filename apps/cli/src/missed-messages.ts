/**
 * What came while no session was there to bring it. A connection that is lost is usually resumed (XEP-0198), and nothing
 * happens here. When the server can't, or won't, what it had put into the old session is not given to the new one, and
 * is read back from the account's archive (XEP-0313). What comes twice then, from there and as it was sent or kept, is
 * recognised.
 */
import type { Element, Session } from '@xeps/core';
import { originId } from '@xeps/xep-0359';
import { ArchiveError, queryArchive } from '@xeps/xep-0313';
import type { ArchivedMessage, ArchiveOptions } from '@xeps/xep-0313';

/** See the file's head. */
export interface MissedMessages {
  /**
   * Whether a message has not come before; from now on it has. To be asked of each, in the order in which they are taken.
   *
   * @param stanzaId the id in the account's archive, as far as it can be believed
   */
  isNew(stanza: Element, stanzaId: string | undefined): boolean;
  /** Remembers where the archive ends as the first session begins. What is older comes to that session, if anywhere. */
  begin(options?: Pick<ArchiveOptions, 'signal'>): Promise<void>;
  /**
   * Reads what the archive has since, the oldest first, among it what has come before. To be called as another session
   * begins, after it has become available: from then on messages come to it. Throws as `queryArchive` does.
   *
   * Until `settle` is called, it is read from the same place each time, whatever comes to the session in the meantime:
   * archives may still get what is older.
   */
  read(options?: Pick<ArchiveOptions, 'signal'>): AsyncGenerator<ArchivedMessage>;
  /** The archive has all by now that was put into earlier sessions. */
  settle(): void;
}

/** A place in the archive: behind a message, or behind what had come by some time; the beginning without either. */
interface Place {
  readonly id?: string;
  readonly at?: Date;
}

/**
 * So many messages before the last are read again: a server that resumes sessions may pass messages on in another order
 * than it kept them, and the last that came need not be the last that has come.
 */
const overlap = 50;
/** So many messages are recognised when they come again. */
const memory = 10_000;

/** Begins with nothing seen. */
export function createMissedMessages(session: Session): MissedMessages {
  /** Ids in the archive, and {@link sendersMark} of messages: all, and those of which the id is not known. */
  const byId = createMemory();
  const all = createMemory();
  const withoutId = createMemory();
  /** The first is where to read from. */
  let places: Place[] = [{ at: new Date() }];
  /** The places that were read last; `undefined` when what comes to the session is the newest. */
  let reading: Place[] | undefined;
  /** There were several sessions, so that messages may come twice. */
  let several = false;

  async function* since({ id, at }: Place, signal: AbortSignal | undefined): AsyncGenerator<ArchivedMessage> {
    try {
      yield* queryArchive(session, id === undefined ? { start: at } : {}, { cursor: id, signal });
    } catch (error) {
      if (id === undefined || !(error instanceof ArchiveError && error.reason === 'not-found')) throw error;
      // It has been deleted since (XEP-0313 §4.3.2).
      yield* queryArchive(session, { start: at }, { signal });
    }
  }

  return {
    isNew(stanza, stanzaId) {
      const mark = sendersMark(stanza);
      // Senders may give an id twice, archives don't: where both ids in the archive are known, they alone count.
      const before =
        stanzaId === undefined
          ? several && mark !== undefined && all.has(mark)
          : byId.has(stanzaId) || (several && mark !== undefined && withoutId.has(mark));
      if (stanzaId !== undefined) {
        byId.add(stanzaId);
        if (reading === undefined && !before) push(places, { id: stanzaId, at: new Date() });
      }
      if (mark !== undefined) {
        all.add(mark);
        if (stanzaId === undefined) withoutId.add(mark);
      }
      return !before;
    },
    async begin({ signal } = {}) {
      const newest = queryArchive(session, {}, { reverse: true, pageSize: 1, pipeline: false, signal });
      for await (const { items } of newest.pages()) {
        const [item] = items;
        places[0] = item === undefined ? {} : { id: item.id, ...(item.time !== undefined && { at: item.time }) };
        return;
      }
    },
    async *read({ signal } = {}) {
      several = true;
      const [from = {}] = places;
      const read = [from];
      reading = read;
      for await (const item of since(from, signal)) {
        push(read, { id: item.id, ...(item.time !== undefined && { at: item.time }) });
        yield item;
      }
    },
    settle() {
      places = reading ?? places;
      reading = undefined;
    },
  };
}

/** Adds a place to the last {@link overlap}. */
function push(places: Place[], place: Place): void {
  places.push(place);
  if (places.length > overlap) places.shift();
}

/**
 * Seconds from one reading of the archive to the next. What a server had put into the old session it need not have
 * archived when the new one begins: ejabberd archives as it passes messages on, and when a WebSocket breaks off it can be
 * stuck for 15 seconds with each.
 */
const pauses = [5, 10, 15, 30, 60, 60, 60];

/**
 * Gives what has the archive read, at once and again after {@link pauses}, the last of them as long as a reading finds
 * something; each time anew. To be called as a session begins.
 *
 * @param read resolves with whether it found something
 * @param settle called when nothing more is expected
 */
export function createReadings(session: Session, read: () => Promise<boolean>, settle: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let series = 0;
  session.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  async function next(own: number, at: number): Promise<void> {
    const found = await read();
    if (own !== series || session.signal.aborted) return;
    if (at >= pauses.length && !found) return settle();
    timer = setTimeout(() => void next(own, at + 1), pauses[Math.min(at, pauses.length - 1)]! * 1_000);
  }
  return () => {
    clearTimeout(timer);
    series += 1;
    void next(series, 0);
  };
}

/** What a sender can be told to have sent the same message twice by; nothing when it gives no ids. */
function sendersMark(stanza: Element): string | undefined {
  const origin = originId.safeFind(stanza);
  const id = origin?.ok === true ? origin.value.id : (stanza.attrs['id'] as string | undefined);
  if (id === undefined) return undefined;
  return JSON.stringify([stanza.attrs['from'], id, stanza.getChildText('body')]);
}

/** The last {@link memory} texts. */
function createMemory(): { has(text: string): boolean; add(text: string): void } {
  const texts = new Set<string>();
  return {
    has: (text) => texts.has(text),
    add(text) {
      // What comes again is the newest again.
      texts.delete(text);
      texts.add(text);
      if (texts.size > memory) texts.delete(texts.values().next().value!);
    },
  };
}
