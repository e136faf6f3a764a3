/**
 * A client's connection: TCP with STARTTLS or direct TLS, and WebSocket, found by DNS and XEP-0156.
 *
 * @packageDocumentation
 */
import { createClientOn } from './client.ts';
import type { Client } from './client.ts';
import type { NodeDiscoverOptions } from './discovery/discover-node.ts';
import { nodePlatform } from './platform-node.ts';
import type { NodeTlsOptions } from './transport/tls-options.ts';
import type { ClientOptions } from './options.ts';

/** Options that only Node has. */
export interface NodeClientOptions extends ClientOptions {
  /** Authorities to trust, a certificate of one's own, the lowest TLS version. */
  readonly tls?: NodeTlsOptions | undefined;
  /** How DNS and host-meta are asked. */
  readonly discovery?: NodeDiscoverOptions | undefined;
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
export function createClient(options: NodeClientOptions): Client {
  return createClientOn(nodePlatform, options);
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
export { fileStore } from './store/file.ts';
export type { FileStore, FileStoreOptions } from './store/file.ts';
export { memoryStore } from './store/memory.ts';
export type { ClientStore, CredentialStore, StoredCredentials, StoredToken } from './store/types.ts';
export type { SignIn } from './sign-in.ts';
export { ConnectionError } from './transport/errors.ts';
export type { ConnectionErrorReason } from './transport/errors.ts';
export type { NodeTlsOptions } from './transport/tls-options.ts';
export type { NodeDiscoverOptions } from './discovery/discover-node.ts';
export { NegotiationError, SaslError, StreamError } from '@xeps/stream';
export { StreamManagementError } from '@xeps/xep-0198';
export type { StreamJournal, StreamManagementChange, StreamManagementState, StreamStateStore } from '@xeps/xep-0198';
