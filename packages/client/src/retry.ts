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

/** Why an endpoint could not be used. */
export interface Failure {
  /** As a service address; that of all addresses of one host. */
  readonly endpoint: string;
  readonly error: XmppError;
}

/** What to tell of a round in which no endpoint could be used: the error, or all of them in one. */
export function roundError(name: string, failures: readonly Failure[]): XmppError {
  // That one address of a host is silent is of no interest where another one answered: it would hide what is wrong.
  const answered = new Set(failures.filter(({ error }) => !isSilence(error)).map(({ endpoint }) => endpoint));
  const errors = failures
    .filter(({ endpoint, error }) => !(isSilence(error) && answered.has(endpoint)))
    .map(({ error }) => error);
  const [first] = errors;
  if (first === undefined) return new ConnectionError('dns', `there is no address to connect to for ${name}`);
  const hopeful = errors.find((error) => retryOf(error) !== 'never');
  if (errors.length === 1 || hopeful === undefined) return first;
  const reason = hopeful instanceof ConnectionError ? hopeful.reason : 'closed';
  const list = errors.map((error) => error.message).join('; ');
  return new ConnectionError(reason, `no address of ${name} could be connected to: ${list}`, { cause: hopeful });
}

function isSilence(error: XmppError): boolean {
  return error instanceof ConnectionError && ['refused', 'unreachable', 'timeout'].includes(error.reason);
}

/** Whether another endpoint of the same server would meet the same error. */
export function endsTheRound(error: unknown): boolean {
  if (error instanceof SaslError) return true;
  if (error instanceof NegotiationError) return error.reason === 'bind';
  return error instanceof StreamError && error.by === 'peer' && error.retry !== 'again';
}
