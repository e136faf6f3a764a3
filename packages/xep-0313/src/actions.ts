import { isStanzaError, newId, TimeoutError } from '@xeps/core';
import type { RequestOptions, Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { CodecError } from '@xeps/core/schema';
import type { DataForm } from '@xeps/xep-0004';
import { pages, PagingError } from '@xeps/xep-0059';
import type { PagesOptions, RsmRequestInput, RsmResult } from '@xeps/xep-0059';
import { ArchiveError } from './errors.ts';
import { namesIds, queryForm } from './form.ts';
import type { ArchiveQuery } from './form.ts';
import { openPages } from './results.ts';
import type { ArchivedMessage, OpenPage } from './results.ts';
import { archiveFormQuery, archiveQuery, metadataQuery } from './schema.ts';
import type { ArchiveMetadata, MamQueryInput } from './schema.ts';
import { archiveOf, requireSupport, supportOf } from './support.ts';

/** How to read an archive: whose (`to`), how long to wait, and how to page. */
export interface ArchiveOptions extends RequestOptions, Omit<PagesOptions, 'backward' | 'signal'> {
  /** Newest first, from page to page and within a page. When left out: oldest first. */
  readonly reverse?: boolean | undefined;
  /**
   * Asks the archive to send each page newest first (§4.3.4; `#extended`). The order in which messages are handed out is
   * not changed by it.
   */
  readonly flipPage?: boolean | undefined;
  /**
   * Whether to make sure that a `cursor` after which nothing comes is still in the archive (default). Archives that
   * forget old messages must say so (§4.3.2), but some claim that there is nothing more, and whoever catches up from there
   * would miss all that came since. It costs a request when there is nothing new, and needs `#extended`.
   */
  readonly verifyCursor?: boolean | undefined;
  /**
   * Believes another entity's archive whatever its messages say about their senders: for an administrator who reads the
   * archives of users. Otherwise a room's archive speaks for its occupants alone.
   */
  readonly anySender?: boolean | undefined;
  /** Milliseconds of silence, neither a message nor the end of the page, until it is given up; 30,000 when left out. */
  readonly timeout?: number | undefined;
}

/** A page of an archive. */
export interface ArchivePage {
  /** Its messages, newest first with `reverse`, otherwise oldest first. */
  readonly items: readonly ArchivedMessage[];
  /** The archive's word on the page: ids of its oldest and newest message, and how many there are in all. */
  readonly set: RsmResult;
  /** Whether the query has no further page in this direction. */
  readonly complete: boolean;
  /** False when the archive says that it may yet change (§4.3.2): not to be kept for good. */
  readonly stable: boolean;
  /** Whether a message that the archive says is first or last on the page did not arrive, so that some were lost. */
  readonly gap: boolean;
  /** The `cursor` that a later query goes on from; absent when the page is empty. */
  readonly next?: string;
}

/** The messages that a query finds, read as far as the loop goes. Each loop begins a new query. */
export interface ArchiveResults extends AsyncIterable<ArchivedMessage> {
  /** The same by pages, for who keeps a cursor or needs to know what the archive says of them. */
  pages(): AsyncGenerator<ArchivePage, void, undefined>;
}

/**
 * Reads an archive (§4): the own account's, or that of `options.to`, such as a room.
 *
 * Messages come oldest first, or newest first with `reverse`. A page is handed out when it has come whole; the next one
 * is on its way by then. Leaving the loop stops the paging, and so does `options.signal`.
 *
 * The loop throws {@link ArchiveError}, `StanzaError` (such as `forbidden`), `TimeoutError`, `DisconnectedError` (go on
 * with the last page's `next` as `cursor`) or the signal's reason.
 *
 * @example
 * ```ts
 * import type { Session } from '@xeps/core';
 * import { queryArchive } from '@xeps/xep-0313';
 *
 * export async function catchUp(session: Session, lastSeen: string): Promise<void> {
 *   for await (const { id, time, stanza } of queryArchive(session, {}, { cursor: lastSeen })) {
 *     console.log(id, time, stanza?.getChildText('body'));
 *   }
 * }
 * ```
 */
export function queryArchive(session: Session, query: ArchiveQuery = {}, options: ArchiveOptions = {}): ArchiveResults {
  return {
    pages: () => archivePages(session, query, options),
    async *[Symbol.asyncIterator]() {
      for await (const page of archivePages(session, query, options)) yield* page.items;
    },
  };
}

async function* archivePages(
  session: Session,
  query: ArchiveQuery,
  options: ArchiveOptions,
): AsyncGenerator<ArchivePage, void, undefined> {
  if (namesIds(query)) await requireSupport(session, 'extended', 'a query by id', options);
  if (options.flipPage === true) await requireSupport(session, 'extended', 'a flipped page', options);
  if (query.includeGroupchat !== undefined)
    await requireSupport(session, 'groupchatField', 'includeGroupchat', options);
  const fixed: MamQueryInput = { node: query.node, form: queryForm(query), flipPage: options.flipPage };
  let unverified = options.verifyCursor === false ? undefined : options.cursor;
  const ask = async (set: RsmRequestInput, signal: AbortSignal): Promise<ArchivePage> => {
    const page = await askPage(session, { ...fixed, set }, { ...options, signal }, namesIds(query));
    if (unverified !== undefined && page.items.length === 0) await verify(session, unverified, { ...options, signal });
    unverified = undefined;
    return page;
  };
  try {
    yield* pages(ask, { ...options, backward: options.reverse });
  } catch (error) {
    if (!(error instanceof PagingError)) throw error;
    throw new ArchiveError(
      'loop',
      `the archive of ${String(archiveOf(session, options))} leads back to a page that it gave before: ${error.message}`,
      { cause: error },
    );
  }
}

/** Makes sure that an id is in an archive, where it can be asked for one. */
async function verify(
  session: Session,
  id: string,
  options: ArchiveOptions & { readonly signal: AbortSignal },
): Promise<void> {
  if (!(await supportOf(session, options)).extended) return;
  const query = { form: queryForm({ ids: [id] }), set: { max: 1 } };
  const { items } = await askPage(session, query, { ...options, reverse: false, flipPage: false }, true);
  if (items.length === 0) throw notFound(archiveOf(session, options));
}

function notFound(archive: Jid, options?: ErrorOptions): ArchiveError {
  return new ArchiveError(
    'not-found',
    `the archive of ${String(archive)} has no message of the id that the query names any more; ask by time (start) instead`,
    options,
  );
}

/** Asks for one page and collects it. */
async function askPage(
  session: Session,
  query: MamQueryInput & { readonly set: RsmRequestInput },
  options: ArchiveOptions & { readonly signal: AbortSignal },
  byId: boolean,
): Promise<ArchivePage> {
  const { to, from, signal, timeout = 30_000, reverse = false } = options;
  const open = session.use(openPages);
  const archive = archiveOf(session, options);
  const queryid = newId();
  const giveUp = new AbortController();
  const max = query.set.max ?? 0;
  const page: OpenPage = {
    archive,
    anySender: options.anySender === true || archive.equals(session.jid.bare()),
    // Archives may be generous, but what they can make us keep has an end.
    most: 2 * max + 100,
    onTooMany: () =>
      giveUp.abort(
        new ArchiveError(
          'too-many',
          `the archive of ${String(archive)} was asked for ${max} messages and sent over ${2 * max + 100}`,
        ),
      ),
    items: [],
    lastAt: performance.now(),
  };
  open.set(queryid, page);
  const watch = watchSilence(page, timeout, () =>
    giveUp.abort(new TimeoutError(`the archive of ${String(archive)} fell silent for ${timeout} ms within a page`)),
  );
  try {
    const fin = await session.request(
      archiveQuery,
      { ...query, queryid },
      {
        to,
        from,
        timeout: FOREVER,
        signal: AbortSignal.any([signal, giveUp.signal]),
      },
    );
    return toPage(page.items, fin, reverse, options.flipPage === true);
  } catch (error) {
    const atId = byId || Boolean(query.set.after) || Boolean(query.set.before);
    if (!atId || !isStanzaError(error, 'item-not-found')) throw error;
    throw notFound(archive, { cause: error });
  } finally {
    watch[Symbol.dispose]();
    open.delete(queryid);
  }
}

/** The longest that a timer can wait; the silence of the archive is what ends a page. */
const FOREVER = 0x7fff_ffff;

/** Calls `onSilence` when nothing has come for `timeout` ms; one timer a page, not one a message. */
function watchSilence(page: OpenPage, timeout: number, onSilence: () => void): Disposable {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (ms: number): void => {
    timer = setTimeout(() => {
      const left = page.lastAt + timeout - performance.now();
      if (left > 0) wait(left);
      else onSilence();
    }, ms);
  };
  wait(timeout);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

interface Fin {
  readonly complete: boolean;
  readonly stable: boolean;
  readonly set?: RsmResult;
}

/** Puts a page into the order in which it is handed out, and checks it against what the archive says of it. */
function toPage(
  items: ArchivedMessage[],
  { complete, stable, set = {} }: Fin,
  reverse: boolean,
  flipped: boolean,
): ArchivePage {
  const firstId = set.first?.id;
  const came = items[0]?.id;
  // `first` is the oldest of a page however it was sent (§4.3.4), so it tells whether the archive did flip it.
  const newestFirst = items.length > 1 && (came === set.last ? came !== firstId : came === firstId ? false : flipped);
  if (newestFirst !== reverse) items.reverse();
  const oldest = (reverse ? items.at(-1) : items[0])?.id;
  const newest = (reverse ? items[0] : items.at(-1))?.id;
  const next = reverse ? (firstId ?? oldest) : (set.last ?? newest);
  return {
    items,
    // An archive that leaves out what it must say (§4) is gone on with from the messages themselves.
    set: {
      ...set,
      ...(firstId === undefined && oldest !== undefined && { first: { id: oldest } }),
      ...(set.last === undefined && newest !== undefined && { last: newest }),
    },
    complete,
    stable,
    gap: (firstId !== undefined && firstId !== oldest) || (set.last !== undefined && set.last !== newest),
    ...(next !== undefined && { next }),
  };
}

/**
 * The first and the last message of an archive (§5; `#extended`): of the own account's, or of that of `options.to`.
 * Rejects as `session.request` does, and with {@link ArchiveError} `unsupported`.
 */
export async function getArchiveMetadata(session: Session, options: RequestOptions = {}): Promise<ArchiveMetadata> {
  await requireSupport(session, 'extended', 'the metadata', options);
  return session.request(metadataQuery, {}, options);
}

/**
 * The fields that an archive knows in queries, as a form (§4.1.5). Rejects as `session.request` does, and with
 * `CodecError` for an answer without a form.
 */
export async function getArchiveForm(session: Session, options: RequestOptions = {}): Promise<DataForm> {
  const { form } = await session.request(archiveFormQuery, {}, options);
  if (form === undefined)
    throw new CodecError('query', `the archive of ${String(archiveOf(session, options))} gave no form`);
  return form;
}
