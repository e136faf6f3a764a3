/**
 * Round trips from the TLS session until a client is usable, counted at a proxy that adds 50 ms each way: what passes is
 * the same at every run, where times are not. Real servers, direct TLS or wss, a fresh account for each client. ejabberd
 * offers SASL2 on WebSocket only where a listener is told that it may, which the servers' configuration does for ws.
 */
import { createRequire } from 'node:module';
import { connect as connectTls } from 'node:tls';
import { createClient, memoryStore } from '@xeps/client';
import type { Client, ClientStore, NodeClientOptions } from '@xeps/client';
import { start } from '@xeps/servers';
import type { Account, RunningServer, ServerKind } from '@xeps/servers';
import { countRoundTrips, startProxy } from '@xeps/servers/proxy';
import type { Proxy } from '@xeps/servers/proxy';
import { client as createXmppjs } from '@xmpp/client';
import type { createClient as createStanzaClient } from 'stanza';

/** Added each way, in milliseconds. */
const delay = 50;

/** What it took one client to be usable. */
export interface SignInResult {
  readonly client: string;
  readonly transport: 'tcp' | 'websocket';
  readonly how: string;
  /** Without those of TCP and TLS; those of the WebSocket handshake count. */
  readonly roundTrips: number;
  /** From the end of the TLS handshake, in milliseconds. */
  readonly time: number;
  /** What of that was not the network's, in milliseconds. */
  readonly computing: number;
}

/** What a client is given. */
interface Place {
  readonly server: RunningServer;
  readonly account: Account;
  readonly service: string;
}
type SignIn = (place: Place) => Promise<void>;

/** All clients on one server. */
export async function signIns(kind: ServerKind): Promise<readonly SignInResult[]> {
  const server = await start(kind);
  // The peers are given no authority to trust.
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  process.removeAllListeners('warning');
  const results: SignInResult[] = [];
  try {
    for (const transport of ['tcp', 'websocket'] as const) {
      const tls = hasTls(server, transport) ? await handshake(server, transport) : 0;
      for (const [client, ways] of Object.entries(clients(transport))) {
        const account = await server.createAccount(`${client.replaceAll(/\W/g, '')}-${transport}`, 'by-the-moon');
        for (const [how, signIn] of Object.entries(ways)) {
          results.push({ client, transport, how, ...(await measure(server, account, transport, tls, signIn)) });
        }
      }
    }
  } finally {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    await server.stop();
  }
  return results;
}

/** How many round trips TLS alone takes through the proxy, seen at it. */
async function handshake(server: RunningServer, transport: 'tcp' | 'websocket'): Promise<number> {
  const proxy = await proxyFor(server, transport);
  const socket = connectTls({
    host: '127.0.0.1',
    port: proxy.port,
    servername: 'localhost',
    rejectUnauthorized: false,
  });
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  const trips = countRoundTrips(proxy.log, delay);
  socket.destroy();
  await proxy.close();
  return trips;
}

function hasTls(server: RunningServer, transport: 'tcp' | 'websocket'): boolean {
  return transport === 'tcp' || server.kind === 'prosody';
}

function proxyFor(server: RunningServer, transport: 'tcp' | 'websocket'): Promise<Proxy> {
  const web = hasTls(server, transport) ? server.ports.https : server.ports.http;
  const port = transport === 'tcp' ? server.ports.c2sTls : web;
  return startProxy({ host: server.host, port }, { delay, log: true });
}

async function measure(
  server: RunningServer,
  account: Account,
  transport: 'tcp' | 'websocket',
  tls: number,
  signIn: SignIn,
): Promise<Pick<SignInResult, 'roundTrips' | 'time' | 'computing'>> {
  const proxy = await proxyFor(server, transport);
  const port = proxy.port;
  const path = new URL(server.wss).pathname;
  const scheme = hasTls(server, transport) ? 'wss' : 'ws';
  const service = transport === 'tcp' ? `xmpps://127.0.0.1:${port}` : `${scheme}://localhost:${port}${path}`;
  const began = performance.now();
  await signIn({ server, account, service });
  const usable = performance.now();
  const log = proxy.log.filter(({ at }) => at <= usable);
  const roundTrips = countRoundTrips(log, delay) - tls;
  const first = log[0]?.at ?? began;
  const time = usable - first - tls * 2 * delay;
  for (const end of endings.splice(0)) await end();
  await proxy.close();
  return { roundTrips, time, computing: time - roundTrips * 2 * delay };
}

function clients(transport: 'tcp' | 'websocket'): Record<string, Record<string, SignIn>> {
  let store: ClientStore = memoryStore();
  const xeps = async (
    { account, service, server }: Place,
    options: Partial<NodeClientOptions> = {},
  ): Promise<Client> => {
    const client = createClient({
      jid: account.jid,
      password: account.password,
      service,
      tls: { ca: server.caPem },
      allowInsecure: true,
      store,
      ...options,
    });
    await client.start();
    return client;
  };
  /** What was not asked for must not have happened. */
  const expect = ({ signIn }: Client, wanted: Partial<NonNullable<Client['signIn']>>): void => {
    for (const [key, value] of Object.entries(wanted)) {
      if (signIn?.[key as 'token'] !== value) throw new Error(`signed in otherwise: ${JSON.stringify(signIn)}`);
    }
  };
  const own: Record<string, SignIn> = {
    'SCRAM, bind, SM': async (place) => {
      const client = await xeps(place, { store: memoryStore(), sasl2: false });
      expect(client, { profile: 'sasl' });
      leave(() => client.stop());
    },
    'SASL2, Bind 2, SM': async (place) => {
      store = memoryStore();
      const client = await xeps(place);
      expect(client, { profile: 'sasl2', token: false });
      leave(() => client.stop());
    },
    'FAST, not pipelined': async (place) => {
      const known = await store.credentials.load(place.account.jid);
      const { server: _, ...rest } = known!;
      await store.credentials.save(place.account.jid, rest);
      const client = await xeps(place);
      expect(client, { token: true, pipelined: false });
      leave(() => client.stop());
    },
    'FAST, pipelined': async (place) => {
      const client = await xeps(place);
      expect(client, { token: true, pipelined: true });
      // So that the next one has something to resume.
      leave(() => client.suspend());
    },
    'FAST, pipelined, resumed': async (place) => {
      let resumed = false;
      const { account, service, server } = place;
      const client = createClient({ jid: account.jid, service, tls: { ca: server.caPem }, allowInsecure: true, store });
      client.on('resumed', () => (resumed = true));
      await client.start();
      expect(client, { token: true, pipelined: true });
      if (!resumed) throw new Error('the session was not resumed');
      leave(() => client.stop());
    },
  };
  let entity: ReturnType<typeof createXmppjs> | undefined;
  const xmppjs = async ({ account, service }: Place): Promise<void> => {
    const options = { service: service.replace('127.0.0.1', 'localhost'), domain: 'localhost' };
    // Started again, the same one has its token.
    entity ??= createXmppjs({ ...options, username: account.user, password: account.password });
    Object.assign(entity.options, options);
    entity.reconnect.stop();
    const online = new Promise((resolve, reject) => {
      entity?.once('online', resolve);
      entity?.once('error', reject);
      (entity?.streamManagement as { once?(event: string, listener: () => void): void } | undefined)?.once?.(
        'resumed',
        () => resolve(undefined),
      );
    });
    await Promise.race([entity.start(), online]);
    await online;
    leave(() => entity?.stop());
  };
  return {
    'xeps': own,
    '@xmpp/client': { 'its best, first time': xmppjs, 'its best, again': xmppjs },
    ...(transport === 'websocket' && { stanza: { 'its best': signInStanza } }),
  };
}

async function signInStanza({ account, service }: Place): Promise<void> {
  const require = createRequire(import.meta.url);
  const { createClient: createStanza } = require('stanza') as { createClient: typeof createStanzaClient };
  const client = createStanza({
    jid: account.jid,
    password: account.password,
    transports: { websocket: service, bosh: false },
  });
  await new Promise<void>((resolve, reject) => {
    client.on('session:started', () => resolve());
    client.on('auth:failed', () => reject(new Error('stanza could not sign in')));
    client.connect();
  });
  leave(() => client.disconnect());
}

/** What is to be ended when the figures have been taken. */
const endings: (() => unknown)[] = [];
function leave(end: () => unknown): void {
  endings.push(end);
}
