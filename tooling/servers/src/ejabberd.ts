/** How ejabberd is run. */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { Installation, Lane } from './installation.ts';
import { LOOPBACK } from './ports.ts';
import type { RunningServer } from './server.ts';
import { type ServerRecipe, startServer, type StartOptions } from './start.ts';

/**
 * Makes the database file before the first start: with a write-ahead log, which halves the cost of a message, and on
 * the old lane with the tables, which ejabberd makes by itself only since 23.10.
 */
async function prepareDatabase(installation: Installation, dir: string, lane: Lane): Promise<void> {
  const file = join(dir, 'data/ejabberd.sqlite');
  if (existsSync(file)) return;
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode = WAL');
    if (lane === 'old') {
      const libraries = installation.ejabberd.launcher.env['ERL_LIBS'] ?? '';
      const name = (await readdir(libraries)).find((entry) => entry.startsWith('ejabberd-'));
      if (name === undefined) throw new Error(`${libraries} has no ejabberd`);
      database.exec(await readFile(join(libraries, name, 'priv/sql/lite.sql'), 'utf8'));
    }
  } finally {
    database.close();
  }
}

/** A node that others can reach. */
export interface ClusterNode {
  /** Of the form `name@address`: where it listens for the other nodes. */
  readonly name: string;
  /** The same for all nodes: without epmd, a node looks for the others at its own port. */
  readonly port: number;
  readonly cookie: string;
}

/** How ejabberd is run: alone, or as a node of a cluster. */
export const ejabberdRecipe = (node?: ClusterNode): ServerRecipe => ({
  kind: 'ejabberd',
  template: 'ejabberd.yml',
  // Of the two, only ejabberd's own database is one for all nodes.
  values: { storage: node === undefined ? 'sql' : 'mnesia' },
  prepare: (installation, dir, lane) =>
    node === undefined
      ? prepareDatabase(installation, dir, lane)
      : writeFile(join(dir, '.erlang.cookie'), node.cookie, { mode: 0o400 }),
  command: ({ ejabberd: { launcher, wrapper } }, dir, configuration, sparePort) => {
    const env = {
      ...launcher.env,
      EJABBERD_CONFIG_PATH: configuration,
      EJABBERD_LOG_PATH: join(dir, 'ejabberd.log'),
      ERL_CRASH_DUMP: join(dir, 'erl_crash.dump'),
      ERL_CRASH_DUMP_SECONDS: '0',
      ERL_MAX_PORTS: '32000',
    };
    const data = join(dir, 'data');
    if (wrapper) {
      // ejabberdctl insists on a named node; without epmd, on loopback, and with a name of its own.
      const name = node?.name ?? `xeps${process.pid}x${dir.replace(/\W/g, '')}@localhost`;
      const folders = ['--config-dir', dir, '--config', configuration, '--logs', dir, '--spool', data];
      return {
        command: launcher.command,
        args: [...launcher.args, ...folders, '--ctl-config', '/dev/null', '--node', name, 'foreground'],
        env: {
          ...env,
          INET_DIST_INTERFACE: node === undefined ? LOOPBACK : addressOf(node),
          ERL_DIST_PORT: String(node?.port ?? sparePort),
        },
      };
    }
    // What `ejabberdctl foreground` runs, but alone as a node that no other node can reach: no name, no epmd, no cookie,
    // no port. The emulator's idle threads don't spin, since tests share the processors with their server.
    const emulator = ['+K', 'true', '+P', '250000', '+sbwt', 'none', '+sbwtdcpu', 'none', '+sbwtdio', 'none'];
    const mnesia = ['-mnesia', 'dir', JSON.stringify(data)];
    return {
      command: launcher.command,
      args: [
        ...launcher.args,
        ...emulator,
        '-noinput',
        ...(node ? distribution(node) : []),
        ...mnesia,
        '-s',
        'ejabberd',
      ],
      env,
    };
  },
  version: async (adminApi) => {
    const response = await fetch(`${adminApi}/status`, { method: 'POST', body: '{}' });
    const match = /ejabberd (\d+\.\d+\S*) is running/.exec(response.ok ? await response.text() : '');
    return match?.[1]?.replace(/-.*/, '');
  },
});

function addressOf({ name }: ClusterNode): string {
  return name.slice(name.indexOf('@') + 1);
}

function distribution(node: ClusterNode): string[] {
  const address = `{${addressOf(node).replaceAll('.', ',')}}`;
  const noEpmd = ['-start_epmd', 'false', '-erl_epmd_port', String(node.port)];
  return ['-name', node.name, '-kernel', 'inet_dist_use_interface', address, ...noEpmd];
}

/**
 * Starts ejabberd on loopback: about 4 s, so once for a test run.
 * @throws ServersUnavailableError, ServerStartError, AccountError
 */
export function startEjabberd(options: StartOptions = {}): Promise<RunningServer> {
  return startServer(ejabberdRecipe(), options);
}
