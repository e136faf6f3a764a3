/** Milliseconds after which the next attempt starts beside one that has not ended (RFC 8305 §5). */
export const CONNECTION_ATTEMPT_DELAY = 250;

/** Milliseconds for which an answer of DNS that would be tried sooner is waited for (§4.2, RFC 8305 §3). */
export const RESOLUTION_DELAY = 50;

/** The timer that is needed of a platform. */
export interface RaceClock {
  /** Calls back after so many milliseconds, unless what it returns was called before. */
  schedule(callback: () => void, milliseconds: number): () => void;
}

/** How to race. */
export interface RaceOptions<T> {
  readonly clock: RaceClock;
  /** Ends the race: the attempts are aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between the starts of attempts; {@link CONNECTION_ATTEMPT_DELAY} when left out. */
  readonly delay?: number | undefined;
  /** Disposes of a connection that was made although its attempt had been aborted. */
  discard(connection: T): void;
}

/** What won. */
export interface Winner<C, T> {
  readonly candidate: C;
  readonly connection: T;
}

/** A candidate that neither failed nor won. Not the candidate itself: one may be there twice. */
interface Entry<C> {
  readonly candidate: C;
}

/**
 * Connects to the candidates of a group in their order: each attempt starts a delay after the one before it, or at once
 * when that failed (§4.4, RFC 8305 §5). The first connection wins and the other attempts are aborted. The next group,
 * which is asked for only then, begins when every candidate of this one failed or won (§4.1).
 *
 * Whoever has no use for a winner goes on with the loop: those that did not fail are raced once more.
 *
 * @param groups - candidates by SRV priority, in the order of their weight
 * @param connect - makes one connection. After its signal was aborted, what becomes of it is of no interest
 * @returns as the generator's last value, why attempts failed, in the order in which they did
 * @throws the signal's reason when it is aborted; what `groups` throws
 * @example
 * ```ts
 * import { raceConnections } from '@xeps/xep-0495';
 *
 * const groups = [['wss://a.example.org/ws', 'wss://b.example.org/ws'], ['wss://spare.example.org/ws']];
 * const connect = (url: string) =>
 *   new Promise<WebSocket>((resolve, reject) => {
 *     const socket = new WebSocket(url, 'xmpp');
 *     socket.onopen = () => resolve(socket);
 *     socket.onerror = () => reject(new Error(`${url} can't be opened`));
 *   });
 * const clock = {
 *   schedule(callback: () => void, milliseconds: number) {
 *     const timer = setTimeout(callback, milliseconds);
 *     return () => clearTimeout(timer);
 *   },
 * };
 * const race = raceConnections(groups, connect, { clock, discard: (socket) => socket.close() });
 * const { done, value } = await race.next();
 * if (done) throw new AggregateError(value);
 * console.log(value.candidate, 'is connected');
 * ```
 */
export async function* raceConnections<C, T>(
  groups: AsyncIterable<readonly C[]> | Iterable<readonly C[]>,
  connect: (candidate: C, signal: AbortSignal) => Promise<T>,
  options: RaceOptions<T>,
): AsyncGenerator<Winner<C, T>, unknown[], undefined> {
  const errors: unknown[] = [];
  for await (const group of groups) {
    const left = group.map((candidate): Entry<C> => ({ candidate }));
    while (left.length > 0) {
      options.signal?.throwIfAborted();
      const winner = await race(left, connect, options, errors);
      if (winner !== undefined) yield winner;
    }
  }
  return errors;
}

/** One race; takes those that failed, and the winner, out of `left`. Resolves with nothing when none is left. */
function race<C, T>(
  left: Entry<C>[],
  connect: (candidate: C, signal: AbortSignal) => Promise<T>,
  { clock, signal, delay = CONNECTION_ATTEMPT_DELAY, discard }: RaceOptions<T>,
  errors: unknown[],
): Promise<Winner<C, T> | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Winner<C, T> | undefined>();
  const waiting = [...left];
  const running = new Map<Entry<C>, AbortController>();
  let latest: Entry<C> | undefined;
  let cancel = (): void => {};

  const leave = (entry: Entry<C>): void => {
    running.delete(entry);
    left.splice(left.indexOf(entry), 1);
  };
  const end = (): void => {
    cancel();
    signal?.removeEventListener('abort', onAbort);
    const attempts = [...running.values()];
    running.clear();
    for (const attempt of attempts) attempt.abort();
  };
  const onAbort = (): void => {
    end();
    reject(signal?.reason);
  };
  const start = async (): Promise<void> => {
    cancel();
    const entry = waiting.shift();
    if (entry === undefined) return;
    const attempt = new AbortController();
    running.set((latest = entry), attempt);
    if (waiting.length > 0) cancel = clock.schedule(() => void start(), delay);
    try {
      const connection = await connect(entry.candidate, attempt.signal);
      if (!running.has(entry)) return discard(connection);
      leave(entry);
      end();
      resolve({ candidate: entry.candidate, connection });
    } catch (error) {
      if (!running.has(entry)) return;
      leave(entry);
      errors.push(error);
      if (left.length === 0) {
        end();
        resolve(undefined);
        // An older attempt that fails is no reason to hurry: the latest has its time.
      } else if (latest === entry) void start();
    }
  };
  signal?.addEventListener('abort', onAbort);
  void start();
  return promise;
}
