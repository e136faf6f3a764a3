import type { Session } from '@xeps/core';

/** Milliseconds of silence after which the archive is asked for the ids of what was sent. */
const QUIET = 3_000;
/** Milliseconds after which it is asked although messages keep coming. */
const LONGEST = 30_000;
/** So many messages that came are read again together, so that the next start has less to read. */
const MANY = 250;
/**
 * Milliseconds after the beginning of a session at which the archive is read once more: what a server had put into an earlier
 * session it may archive late.
 */
const LATE = [10_000, 60_000];

/**
 * Decides when the archive is read besides at the beginning: a message that was sent has no id in the archive before that
 * (modernxmpp, "IDs of outgoing messages"), and the order of what came is not certain. Seldom, because each of them comes
 * twice by it (XEP-0286).
 */
export interface Settling {
  /** A session began, and the archive is being read. */
  begin(): void;
  /** Messages came. */
  came(count: number): void;
  /** The server took messages. */
  sent(): void;
  close(): void;
}

/** Reads the archive when there is a reason to, and silence; `isLate`: once more after a session has begun. */
export function createSettling(
  session: Session,
  catchUp: (isLate: boolean) => Promise<void>,
  report: (error: unknown) => void,
): Settling {
  let quiet: ReturnType<typeof setTimeout> | undefined;
  let longest: ReturnType<typeof setTimeout> | undefined;
  let late: ReturnType<typeof setTimeout>[] = [];
  let count = 0;
  let due = false;
  let closed = false;

  function run(isLate: boolean): void {
    clearTimeout(quiet);
    clearTimeout(longest);
    quiet = longest = undefined;
    due = false;
    count = 0;
    if (session.status === 'online')
      catchUp(isLate).catch((error: unknown) => {
        if (session.status === 'online') report(error);
      });
  }

  function wait(): void {
    if (!due || closed) return;
    clearTimeout(quiet);
    quiet = setTimeout(() => run(false), QUIET);
    longest ??= setTimeout(() => run(false), LONGEST);
  }

  function close(): void {
    closed = true;
    session.signal.removeEventListener('abort', close);
    clearTimeout(quiet);
    clearTimeout(longest);
    for (const timer of late) clearTimeout(timer);
    late = [];
  }

  session.signal.addEventListener('abort', close, { once: true });
  return {
    begin() {
      for (const timer of late) clearTimeout(timer);
      if (!closed) late = LATE.map((delay) => setTimeout(() => run(true), delay));
    },
    came(more) {
      count += more;
      due ||= count >= MANY;
      wait();
    },
    sent() {
      due = true;
      wait();
    },
    close,
  };
}
