import type { Client, ConnectionStatus, NodeClientOptions } from '@xeps/client';
import { createClient } from '@xeps/client';
import { Element } from '@xeps/core';
import { afterEach, beforeEach } from 'vitest';
import { scriptedServer } from './scripted-server.ts';
import type { ScriptedServer } from './scripted-server.ts';

/** A server for each test, and clients that are stopped after it. */
export interface Harness {
  server: ScriptedServer;
  client(options?: Partial<NodeClientOptions>): Client;
  /** Has a client stopped that the test made itself. */
  keep(client: Client): Client;
}

export function harness(): Harness {
  const clients: Client[] = [];
  const self: Harness = {
    server: undefined as never,
    keep(client) {
      clients.push(client);
      return client;
    },
    client: (options = {}) =>
      self.keep(
        createClient({
          jid: 'juliet@localhost',
          password: 'secret',
          service: self.server.service,
          allowInsecure: true,
          closeTimeout: 500,
          reconnect: { base: 20, max: 100 },
          ...options,
        }),
      ),
  };
  beforeEach(async () => {
    self.server = await scriptedServer();
  });
  afterEach(async () => {
    await self.server.close();
    await Promise.all(clients.splice(0).map((client) => client.stop()));
  });
  return self;
}

export const message = (id: string): Element => new Element('message', { id, to: 'romeo@localhost' });

/** The next time that something happens. */
export function next(session: Client, type: 'online' | 'resumed' | 'disconnected'): Promise<void> {
  return new Promise((resolve) => session.on(type, () => resolve()));
}

/** The moment when the connection is doing something, which may be now. */
export function until(session: Client, status: ConnectionStatus['status']): Promise<ConnectionStatus> {
  return new Promise((resolve) => {
    if (session.connection.status === status) return resolve(session.connection);
    session.onConnection((now) => {
      if (now.status === status) resolve(now);
    });
  });
}
