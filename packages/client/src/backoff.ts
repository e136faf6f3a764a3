/** How long to wait before connecting again. */
export interface BackoffOptions {
  /** Milliseconds that the first wait is at most; 1,000 when left out. */
  readonly base?: number | undefined;
  /** Milliseconds that any wait is at most; 60,000 when left out. */
  readonly max?: number | undefined;
  /** A number from 0 to 1, `Math.random` when left out. */
  readonly random?: (() => number) | undefined;
}

/**
 * Milliseconds to wait before attempt `attempt` (from 0): exponential, with full jitter, so that the clients of a
 * server that restarts don't all come back at the same moment (RFC 6120 §3.3).
 */
export function backoff(attempt: number, options: BackoffOptions = {}): number {
  const { base = 1_000, max = 60_000, random = Math.random } = options;
  return Math.round(random() * Math.min(max, base * 2 ** Math.min(attempt, 30)));
}
