/**
 * What other kinds of connection are made of: reconnection, the queue, keepalive, TCP. Node only.
 *
 * @packageDocumentation
 */
export { systemClock } from './clock.ts';
export { createConnection } from './connection.ts';
export type { Connection, ConnectionParts, ConnectionSettings, ConnectionStatus, StartOptions } from './connection.ts';
export type { Endpoint } from './discovery/endpoint.ts';
export type { LiveStream } from './live-stream.ts';
export type { Outgoing } from './send-queue.ts';
export { connectTcp } from './transport/tcp.ts';
export type { TcpTarget } from './transport/tcp.ts';
export type { NodeTlsOptions } from './transport/tls-options.ts';
export type { Transport } from './transport/types.ts';
