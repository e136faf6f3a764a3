/**
 * A client's connection in browsers: WebSocket, found by XEP-0156.
 *
 * @packageDocumentation
 */
import { createClientOn } from './client.ts';
import type { Client } from './client.ts';
import type { DiscoverOptions } from './discovery/discover.ts';
import { browserPlatform } from './platform-browser.ts';
import type { ClientOptions } from './options.ts';

/** Options that only browsers have. */
export interface BrowserClientOptions extends ClientOptions {
  /** How host-meta is asked for. */
  readonly discovery?: DiscoverOptions | undefined;
}

/**
 * Makes a client; `start()` connects it.
 *
 * @example
 * ```ts
 * import { createClient } from '@xeps/client';
 *
 * const client = createClient({ jid: 'juliet@example.org', password: 'secret' });
 * client.on('message', (message) => console.log(message.getChildText('body')));
 * await client.start();
 * ```
 */
export function createClient(options: BrowserClientOptions): Client {
  return createClientOn(browserPlatform, options);
}
export type { Client } from './client.ts';
export type { ClientOptions, StreamManagementSettings } from './options.ts';
export type { ConnectionSettings, ConnectionStatus, StartOptions } from './connection.ts';
export type { BackoffOptions } from './backoff.ts';
export type { QueueLimits } from './send-queue.ts';
export type { KeepaliveOptions } from './keepalive.ts';
export type { CustomEndpoint, Endpoint } from './discovery/endpoint.ts';
export type { ConnectOptions, Transport, TransportEvents } from './transport/types.ts';
export { browserStore } from './store/browser.ts';
export type { BrowserStoreOptions } from './store/browser.ts';
export { memoryStore } from './store/memory.ts';
export type { ClientStore, CredentialStore, StoredCredentials, StoredToken } from './store/types.ts';
export type { SignIn } from './sign-in.ts';
export { ConnectionError } from './transport/errors.ts';
export type { ConnectionErrorReason } from './transport/errors.ts';
export { NegotiationError, SaslError, StreamError } from '@xeps/stream';
export { StreamManagementError } from '@xeps/xep-0198';
export type { StreamJournal, StreamManagementChange, StreamManagementState, StreamStateStore } from '@xeps/xep-0198';
