/**
 * An XMPP server in one process, for tests and demos: `createServer()` in a test, `npx @xeps/server` on the command line.
 * Not for production.
 *
 * @packageDocumentation
 */
export { createServer } from './server.ts';
export type { Server, ServerPorts } from './server.ts';
export type { ListenAddresses, ObservedElement, ServerOptions, Acquaintance } from './options.ts';
export type { HistoryEntry } from './modules/archive/index.ts';
export type { ExternalService } from './modules/external-services.ts';
export type { Faults, FaultTarget, StanzaFault } from './faults.ts';
export { systemClock, testClock } from './clock.ts';
export type { Clock, TestClock } from './clock.ts';
export { serverModule } from './host/module.ts';
export type { ServerModule, UseModule } from './host/module.ts';
export type { Host, HostEvents, HostSettings, Service } from './host/host.ts';
export type { Credentials } from './host/accounts.ts';
export { AccountError } from './host/accounts.ts';
export type { ServerStream, StreamLimits, StreamPart } from './stream/server-stream.ts';
export type { KeyPair } from './net/tls.ts';
