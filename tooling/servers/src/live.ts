/** For test files that run on real servers: one suite for each server and transport, and accounts to run it with. */
import { randomBytes } from 'node:crypto';
import { describe, inject } from 'vitest';

import type { ProvidedServers } from './provided.ts';
import { type Account, type AccountHost, createAccount, type ServerInfo } from './server.ts';

export type { Account, ServerInfo } from './server.ts';

/** How a client reaches the server: `tcp` is `ports.c2s` with STARTTLS, `websocket` is `ws`. */
export type Transport = 'tcp' | 'websocket';

/**
 * The servers that the global setup started.
 * @throws Error when vitest runs without it: a suite that can't run fails
 */
export function liveServers(): readonly ServerInfo[] {
  const servers = inject('xepsServers') as ProvidedServers | undefined;
  if (servers === undefined) {
    throw new Error("No servers: add '@xeps/servers/vitest-setup' to `globalSetup` in the vitest configuration.");
  }
  return servers;
}

/**
 * Declares the suite once for each of Prosody and ejabberd, over TCP and over WebSocket.
 * @example
 * describeLive('ping', (server, transport) => {
 *   test('the server answers', async () => { const { user, password } = await account(server); … });
 * });
 */
export function describeLive(title: string, suite: (server: ServerInfo, transport: Transport) => void): void {
  for (const server of liveServers()) {
    for (const transport of ['tcp', 'websocket'] as const) {
      describe(`${title} [${server.kind} ${server.version}, ${transport}]`, () => suite(server, transport));
    }
  }
}

/**
 * Makes a fresh account with a random name, so that tests share a server without meeting.
 * @param prefix what the name begins with, for reading logs
 * @throws AccountError
 */
export function account(server: AccountHost, prefix = 'user'): Promise<Account> {
  return createAccount(server, `${prefix}-${randomBytes(5).toString('hex')}`, randomBytes(12).toString('hex'));
}
