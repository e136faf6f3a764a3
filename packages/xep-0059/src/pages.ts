import { PagingError } from './errors.ts';
import type { RsmRequestInput, RsmResult } from './schema.ts';

/** A page, as far as {@link pages} looks at it. */
export interface Page<Item = unknown> {
  /** In the order in which they are handed out, that is newest first when a chronological set is paged backwards. */
  readonly items: readonly Item[];
  /** What the responder says of it; without it there is no further page (§4: the responder does not page). */
  readonly set: RsmResult | undefined;
  /** Whether it is known to be the last; protocols that don't tell leave it out, and end with an empty page. */
  readonly complete?: boolean | undefined;
}

/** How to go through a result set. */
export interface PagesOptions {
  /** Begins at the end of the set and goes to its start (§2.3, §2.5). */
  readonly backward?: boolean | undefined;
  /** The UID of an item to begin after (before it when going backward); the item itself is not given. */
  readonly cursor?: string | undefined;
  /**
   * Items a page. When left out, pages begin with 50 items, soon there for a person to see, and double up to 500 for as
   * long as the responder gives as many as were asked for.
   */
  readonly pageSize?: number | undefined;
  /** Items in all; no page is asked for beyond it. */
  readonly limit?: number | undefined;
  /**
   * Asks for the next page before a page is handed out, so that the way to the responder and back costs nothing
   * (default). It is one page ahead, never more. `false` asks when the loop comes back.
   */
  readonly pipeline?: boolean | undefined;
  /** Stops, rejecting with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The size of a first page, and of the largest. */
const FIRST_SIZE = 50;
const LARGEST_SIZE = 500;

/**
 * Goes through a result set page by page (§2.2, §2.3). `ask` sends a request and gives the page; its signal aborts when
 * the loop is left, or when `options.signal` does.
 *
 * Throws what `ask` throws, and {@link PagingError} `loop` when the responder leads back to a page that it gave before.
 * A responder whose set changes meanwhile answers `item-not-found` when it can't tell any more where to go on (§2.4).
 */
export async function* pages<P extends Page>(
  ask: (request: RsmRequestInput, signal: AbortSignal) => Promise<P>,
  { backward = false, cursor, pageSize, limit = Infinity, pipeline = true, signal }: PagesOptions = {},
): AsyncGenerator<P, void, undefined> {
  const leave = new AbortController();
  const stop = signal === undefined ? leave.signal : AbortSignal.any([signal, leave.signal]);
  const visited = new Set(cursor === undefined ? [] : [cursor]);
  let at = cursor;
  let size = pageSize ?? FIRST_SIZE;
  let left = limit;

  const request = (): { readonly size: number; readonly page: Promise<P> } => {
    const max = Math.min(size, left);
    const page = ask({ max, ...(backward ? { before: at ?? '' } : { after: at }) }, stop);
    // Asked ahead, it may fail before the loop comes back to look.
    page.catch(() => undefined);
    return { size: max, page };
  };

  try {
    let coming = left > 0 ? request() : undefined;
    while (coming !== undefined) {
      const page: P = await coming.page;
      const items = page.items.slice(0, left);
      left -= items.length;
      at = backward ? page.set?.first?.id : page.set?.last;
      if (page.items.length >= coming.size && pageSize === undefined) size = Math.min(2 * size, LARGEST_SIZE);
      // Where nothing says that it is the last page, an empty one is the end (§2.2).
      const ended = page.complete ?? page.items.length === 0;
      const more: boolean = left > 0 && at !== undefined && !ended;
      if (more && visited.has(at!))
        throw new PagingError('loop', `the pages go in a circle: “${at!}” ends one for the second time`);
      visited.add(at!);
      coming = more && pipeline ? request() : undefined;
      yield items.length === page.items.length ? page : { ...page, items };
      signal?.throwIfAborted();
      if (more) coming ??= request();
    }
  } finally {
    leave.abort();
  }
}
