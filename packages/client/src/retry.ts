import { XmppError } from '@xeps/core';
import { NegotiationError, SaslError, StreamError } from '@xeps/stream';
import type { Retry } from '@xeps/stream';
import { ConnectionError } from './transport/errors.ts';

/** What a new connection can do about why the last one ended, or why there is none. */
export function retryOf(error: unknown): Retry {
  if (error instanceof StreamError || error instanceof NegotiationError) return error.retry;
  if (error instanceof SaslError) return error.condition === 'temporary-auth-failure' ? 'again' : 'never';
  // A certificate may be renewed, but not within the patience of whoever waits for this connection.
  if (error instanceof ConnectionError) return error.reason === 'certificate' ? 'never' : 'again';
  return error instanceof XmppError ? 'again' : 'never';
}

/** Whether another endpoint of the same server would meet the same error. */
export function endsTheRound(error: unknown): boolean {
  if (error instanceof SaslError) return true;
  if (error instanceof NegotiationError) return error.reason === 'bind';
  return error instanceof StreamError && error.by === 'peer' && error.retry !== 'again';
}
