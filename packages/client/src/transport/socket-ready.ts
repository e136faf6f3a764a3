import type { Socket } from 'node:net';
import { ConnectionError } from './errors.ts';
import { connectionError } from './node-errors.ts';

/** What bounds a wait. */
export interface Wait {
  /** What is waited for, for messages: `host:port`. */
  readonly address: string;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Resolves when `socket` emits `event`; destroys it when that fails.
 *
 * @throws ConnectionError
 */
export function socketReady(socket: Socket, event: 'connect' | 'secureConnect', wait: Wait): Promise<void> {
  const { address, deadline, signal } = wait;
  const phase = event === 'connect' ? 'tcp' : 'tls';
  return new Promise((resolve, reject) => {
    const settle = (error?: ConnectionError): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off(event, onReady).off('error', onError).off('close', onClose);
      if (error === undefined) return resolve();
      socket.destroy();
      reject(error);
    };
    const onReady = (): void => settle();
    const onError = (error: Error): void => settle(connectionError(error, address, phase));
    const onClose = (): void => settle(new ConnectionError('closed', `The connection to ${address} was closed`));
    const onAbort = (): void => settle(abortedError(address, signal));
    const timer = setTimeout(
      () =>
        settle(new ConnectionError('timeout', `No answer from ${address} in time: check host and port, and firewalls`)),
      Math.max(0, deadline - performance.now()),
    );
    socket.on(event, onReady).on('error', onError).on('close', onClose);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted === true) onAbort();
  });
}

/** The error for a caller that changed its mind. */
export function abortedError(address: string, signal: AbortSignal | undefined): ConnectionError {
  return new ConnectionError('aborted', `Connecting to ${address} was aborted`, { cause: signal?.reason });
}
