/** Clients on the real servers, for the tests of packages that `@xeps/client` does not itself depend on. */
import { createClient } from '@xeps/client';
import type { Client, NodeClientOptions } from '@xeps/client';
import { iqQuery } from '@xeps/core';
import { element } from '@xeps/core/schema';
import { account } from '@xeps/servers/live';
import type { Account, ServerInfo, Transport } from '@xeps/servers/live';
import { onTestFinished } from 'vitest';

export type { Client } from '@xeps/client';
export { account, describeLive } from '@xeps/servers/live';
export { enter, newRoom } from './room.ts';
export type { Account, ServerInfo, Transport } from '@xeps/servers/live';

/** Who signs in, and what the client is like. */
export interface SignInOptions {
  /** The account; a fresh one when left out. */
  readonly account?: Account | undefined;
  /** What the name of a fresh account begins with, for reading logs. */
  readonly prefix?: string | undefined;
  /** More options of the client, or others than the usual ones. */
  readonly client?: Partial<NodeClientOptions> | undefined;
  /** Called before the client connects: for plugins, and listeners that must miss nothing. */
  readonly prepare?: ((client: Client) => void) | undefined;
}

/** Where a client connects to, as its option `service` takes it: with STARTTLS, or to the WebSocket without TLS. */
export function serviceOf(server: ServerInfo, transport: Transport): string {
  return transport === 'tcp' ? `xmpp://${server.host}:${server.ports.c2s}` : server.ws;
}

/**
 * A client that is online until the running test ends, however it ends.
 * @throws Error outside of a test; a `beforeAll` calls `startClient`
 * @throws AccountError when the server refuses to make the account
 * @throws what `Client.start` rejects with
 */
export async function signIn(server: ServerInfo, transport: Transport, options: SignInOptions = {}): Promise<Client> {
  const client = await prepared(server, transport, options);
  onTestFinished(() => client.stop());
  await begin(client);
  return client;
}

/**
 * As `signIn`, for what several tests share: the caller stops the client, in `afterAll`.
 * @throws AccountError when the server refuses to make the account
 * @throws what `Client.start` rejects with
 */
export async function startClient(
  server: ServerInfo,
  transport: Transport,
  options: SignInOptions = {},
): Promise<Client> {
  const client = await prepared(server, transport, options);
  await begin(client);
  return client;
}

const ping = iqQuery('get', element('urn:xmpp:ping', 'ping'));

/**
 * Signs in, and lets the server answer once: what was announced before has reached it by then. What comes for somebody whose
 * presence it has not seen yet waits offline, and with Bind 2 is thrown away, as it is in the archive.
 */
async function begin(client: Client): Promise<void> {
  await client.start();
  await client.request(ping, {}, { to: client.jid.domain });
}

/** A client that is not started yet. */
async function prepared(server: ServerInfo, transport: Transport, options: SignInOptions): Promise<Client> {
  const who = options.account ?? (await account(server, options.prefix));
  const client = createClient({
    jid: who.jid,
    password: who.password,
    tls: { ca: server.caPem },
    allowInsecure: true,
    service: serviceOf(server, transport),
    ...options.client,
  });
  options.prepare?.(client);
  return client;
}
