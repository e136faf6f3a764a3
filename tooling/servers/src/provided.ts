/** What the global setup hands to the tests, in vitest's own register of such things. */
import type { ServerInfo } from './server.ts';

/** The servers that the global setup started. */
export type ProvidedServers = ServerInfo[];

declare module 'vitest' {
  interface ProvidedContext {
    xepsServers: ProvidedServers;
  }
}
