/**
 * Real Prosody and ejabberd on loopback, for tests and the demo.
 * @packageDocumentation
 */
import { startEjabberd } from './ejabberd.ts';
import type { ServerKind } from './installation.ts';
import { startProsody } from './prosody.ts';
import type { RunningServer } from './server.ts';
import type { StartOptions } from './start.ts';
import { startXeps } from './xeps.ts';

export { getServers, type GetServersOptions } from './get-servers.ts';
export { type Installation, type Lane, type ServerKind, ServersUnavailableError } from './installation.ts';
export { startEjabberd, startProsody, startXeps };
export { type EjabberdCluster, type EjabberdClusterOptions, startEjabberdCluster } from './ejabberd-cluster.ts';
export { findOnPath } from './platform.ts';
export {
  type Account,
  AccountError,
  type AccountHost,
  createAccount,
  deleteAccount,
  type RunningServer,
  type ServerInfo,
  type ServerPorts,
  type ServerServices,
  ServerStartError,
} from './server.ts';
export type { Quirk } from './quirks.ts';
export type { StartOptions } from './start.ts';

const starts = { prosody: startProsody, ejabberd: startEjabberd, xeps: startXeps };

/** Starts the server of this kind. @throws what `startProsody` and the others throw */
export function start(kind: ServerKind, options: StartOptions = {}): Promise<RunningServer> {
  return starts[kind](options);
}
