/** The embedded server: many clients in one process, and a message from one to another beside Prosody's. */
import { createClient } from '@xeps/client';
import type { Client } from '@xeps/client';
import { Element } from '@xeps/core';
import { createServer } from '@xeps/server';
import { startProsody, startXeps } from '@xeps/servers';
import type { RunningServer } from '@xeps/servers';

/** What many clients in one process cost. */
export interface ManyClients {
  readonly clients: number;
  /** Milliseconds until all are signed in and available. */
  readonly signIn: number;
  /** Milliseconds until each has got a message from the one before it. */
  readonly round: number;
  /** Bytes of the process, of server and clients together, above what it had before. */
  readonly memory: number;
  /** Milliseconds in which an empty server starts: within the process, and on all its ports with a certificate. */
  readonly start: { readonly inside: number; readonly listening: number };
}

/** Signs many accounts in, within this process. */
export async function manyClients(count: number): Promise<ManyClients> {
  const start = { inside: await startTime(false), listening: await startTime(true) };
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const names = Array.from({ length: count }, (_, index) => `user${index}`);
  const server = await createServer({ accounts: names, listen: false });
  const clients: Client[] = names.map((name) =>
    createClient({ jid: `${name}@localhost`, password: name, service: server.service }),
  );
  let began = performance.now();
  await Promise.all(clients.map((client) => client.start()));
  // Taken by the server, so that nobody is talked to who is not there yet.
  await Promise.all(clients.map(async (client) => (await client.send(new Element('presence'))).acked));
  const signIn = performance.now() - began;

  began = performance.now();
  await Promise.all(
    clients.map(async (client, index) => {
      const next = clients[(index + 1) % count]!;
      const got = new Promise<void>((resolve) => next.on('message', () => resolve()));
      await client.send(chat(`user${(index + 1) % count}@localhost`, 'hello'));
      await got;
    }),
  );
  const round = performance.now() - began;
  globalThis.gc?.();
  const memory = process.memoryUsage().rss - before;
  await Promise.all(clients.map((client) => client.stop()));
  await server.stop();
  return { clients: count, signIn, round, memory, start };
}

async function startTime(listening: boolean): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 7; round++) {
    const began = performance.now();
    const server = await createServer(listening ? {} : { listen: false });
    times.push(performance.now() - began);
    await server.stop();
  }
  return median(times);
}

/** How long messages take from one client to another, in milliseconds. */
export interface MessageTimes {
  readonly server: string;
  readonly median: number;
  readonly p95: number;
}

/** The same two clients over TCP with TLS on both servers, a message at a time, by turns. */
export async function messageTimes(count: number): Promise<readonly MessageTimes[]> {
  const servers = await Promise.all([startXeps(), startProsody()]);
  try {
    const pairs = await Promise.all(servers.map((server) => pairOn(server)));
    const times: number[][] = servers.map(() => []);
    for (let round = 0; round < count; round++) {
      for (const [at, { send }] of pairs.entries()) times[at]!.push(await send(`message ${round}`));
    }
    await Promise.all(pairs.map(({ stop }) => stop()));
    return servers.map((server, at) => {
      // The first are slower: connections and compilers warm up.
      const sorted = times[at]!.slice(count / 10).toSorted((left, right) => left - right);
      return {
        server: `${server.kind} ${server.version}`,
        median: median(sorted),
        p95: sorted[Math.floor(sorted.length * 0.95)]!,
      };
    });
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function pairOn(server: RunningServer) {
  const connect = async (user: string): Promise<Client> => {
    const { jid, password } = await server.createAccount(user, 'secret');
    const client = createClient({
      jid,
      password,
      service: `xmpps://${server.host}:${server.ports.c2sTls}`,
      tls: { ca: server.caPem },
    });
    await client.start();
    await (
      await client.send(new Element('presence'))
    ).acked;
    return client;
  };
  const [one, other] = await Promise.all([connect('one'), connect('other')]);
  let arrived = (): void => {};
  other.on('message', () => arrived());
  return {
    async send(body: string): Promise<number> {
      const got = new Promise<void>((resolve) => (arrived = resolve));
      const began = performance.now();
      await one.send(chat(String(other.jid), body));
      await got;
      return performance.now() - began;
    },
    stop: async () => void (await Promise.all([one.stop(), other.stop()])),
  };
}

function chat(to: string, body: string): Element {
  const message = new Element('message', { to, type: 'chat' });
  message.c('body').t(body);
  return message;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}
