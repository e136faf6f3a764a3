/** Two ejabberd nodes that are one server. */
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type ClusterNode, ejabberdRecipe } from './ejabberd.ts';
import { accepts, freePorts } from './ports.ts';
import { type RunningServer, ServerStartError } from './server.ts';
import { startServer, type StartOptions } from './start.ts';

export type EjabberdClusterOptions = Pick<StartOptions, 'logLevel' | 'log' | 'installation' | 'accounts'>;

/** Two nodes with the same domain, certificates, accounts and sessions. */
export interface EjabberdCluster {
  /** Each can be stopped or killed by itself; the other one goes on. */
  readonly nodes: readonly [RunningServer, RunningServer];
  /** Ends both in order, and removes their folders. */
  stop(): Promise<void>;
}

/** How long the second node may take to join (milliseconds): it copies all tables and starts anew. */
const JOIN_LIMIT = 60_000;

/**
 * Starts two nodes of the current lane, one after the other, and joins them: about 12 s.
 * @throws ServersUnavailableError, ServerStartError, AccountError
 */
export async function startEjabberdCluster(options: EjabberdClusterOptions = {}): Promise<EjabberdCluster> {
  const { accounts, ...others } = options;
  const dir = await mkdtemp(join(await realpath(tmpdir()), 'xeps-ejabberd-cluster-'));
  const [port = 0] = await freePorts(1);
  const cookie = randomBytes(16).toString('hex');
  // The nodes have the same port for each other, so each has a loopback address of its own for it.
  const names = ['one@127.0.0.1', 'two@127.0.0.2'] as const;
  const started: RunningServer[] = [];
  const start = async (name: string): Promise<RunningServer> => {
    const node: ClusterNode = { name, port, cookie };
    const server = await startServer(ejabberdRecipe(node), { ...others, dir: join(dir, name) });
    started.push(server);
    return server;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const one = await start(names[0]);
    await cp(join(dir, names[0], 'certs'), join(dir, names[1], 'certs'), { recursive: true });
    const two = await start(names[1]);
    await joinNodes(one, two, names);
    for (const { user, password } of accounts ?? []) await one.createAccount(user, password);
    return { nodes: [one, two], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Makes the second node one of the first one's cluster, which empties and restarts it. */
async function joinNodes(one: RunningServer, two: RunningServer, names: readonly [string, string]): Promise<void> {
  const call = async ({ adminApi }: RunningServer, command: string, body: object): Promise<string> => {
    const response = await fetch(`${adminApi}/${command}`, { method: 'POST', body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new ServerStartError(`ejabberd refused to ${command}: HTTP ${response.status} ${text}`);
    return text;
  };
  await call(two, 'join_cluster', { node: names[0] });
  const joined = async (server: RunningServer): Promise<boolean> => {
    // While it restarts, it does not answer.
    const nodes = await call(server, 'list_cluster', {}).catch(() => '');
    const ready = await Promise.all(Object.values(server.ports).map(accepts));
    return names.every((name) => nodes.includes(name)) && ready.every(Boolean);
  };
  for (const start = Date.now(); Date.now() - start < JOIN_LIMIT; await sleep(100)) {
    if ((await Promise.all([one, two].map(joined))).every(Boolean)) return;
  }
  throw new ServerStartError(`ejabberd's nodes did not join. The log of one ends:\n${two.log().slice(-4000)}`);
}
