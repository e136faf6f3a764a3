/** A server in this process and clients of it, for the tests of its modules. */
import { createClient } from '@xeps/client';
import type { Client, NodeClientOptions } from '@xeps/client';
import { onTestFinished } from 'vitest';

import { createServer } from '../src/index.ts';
import type { Server, ServerOptions } from '../src/index.ts';

/** A server that ends with the test. It listens nowhere unless told to, and a fault within it fails the test. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const faults: unknown[] = [];
  const server = await createServer({ listen: false, report: (error) => void faults.push(error), ...options });
  onTestFinished(async () => {
    await server.stop();
    if (faults.length > 0) throw new AggregateError(faults, `the server had ${faults.length} faults`);
  });
  return server;
}

/** How a client signs in. */
export interface ConnectOptions {
  readonly client?: Partial<NodeClientOptions>;
  /** Called before it connects: for plugins, and listeners that must miss nothing. */
  readonly prepare?: (client: Client) => void;
}

/** Signs an account in, whose password is its name; the client ends with the test. */
export async function connect(
  server: Server,
  user: string,
  { client: more, prepare }: ConnectOptions = {},
): Promise<Client> {
  if (!server.host.accounts.has(user)) server.createAccount({ user, password: user });
  const client = createClient({ jid: `${user}@${server.domain}`, password: user, service: server.service, ...more });
  prepare?.(client);
  onTestFinished(() => client.stop());
  await client.start();
  return client;
}
