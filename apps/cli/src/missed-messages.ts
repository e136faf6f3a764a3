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
  /** Remembers where the archive ends as the first session begins. Nothing older was missed. */
  begin(options?: Pick<ArchiveOptions, 'signal'>): Promise<void>;
  /**
   * Reads what the archive has since, the oldest first, among it what has come before. To be called as another session
   * begins, after it has become available: from then on messages come to it. Throws as `queryArchive` does.
   */
  read(options?: Pick<ArchiveOptions, 'signal'>): AsyncGenerator<ArchivedMessage>;
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
  /** The archive has been read up to the present session: what comes in it is the newest. */
  let upToDate = true;
  /** There were several sessions, so that messages may come twice. */
  let again = false;

  function passed(place: Place): void {
    places.push(place);
    if (places.length > overlap) places.shift();
  }

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
          ? again && mark !== undefined && all.has(mark)
          : byId.has(stanzaId) || (again && mark !== undefined && withoutId.has(mark));
      if (stanzaId !== undefined) {
        byId.add(stanzaId);
        if (upToDate && !before) passed({ id: stanzaId, at: new Date() });
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
        if (item !== undefined) byId.add(item.id);
        // What has come in the meantime is newer.
        places[0] = item === undefined ? {} : { id: item.id, ...(item.time !== undefined && { at: item.time }) };
        return;
      }
    },
    async *read({ signal } = {}) {
      again = true;
      upToDate = false;
      const [from = {}] = places;
      for await (const item of since(from, signal)) {
        passed({ id: item.id, ...(item.time !== undefined && { at: item.time }) });
        yield item;
      }
      upToDate = true;
    },
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
