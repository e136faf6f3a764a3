/**
 * An XMPP server in one process, for tests and demos: `createServer()` in a test, `npx @xeps/server` on the command line.
 * Not for production.
 *
 * @packageDocumentation
 */
export { createServer } from './server.ts';
export type { Server, ServerPorts } from './server.ts';
export type { ListenAddresses, ObservedElement, ServerOptions } from './options.ts';
export type { Faults, FaultTarget, StanzaFault } from './faults.ts';
export { systemClock, testClock } from './clock.ts';
export type { Clock, TestClock } from './clock.ts';
