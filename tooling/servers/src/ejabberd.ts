/** How ejabberd is run. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { Installation, Lane } from './installation.ts';
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

const recipe: ServerRecipe = {
  kind: 'ejabberd',
  template: 'ejabberd.yml',
  prepare: prepareDatabase,
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
      const name = `xeps${process.pid}x${dir.replace(/\W/g, '')}@localhost`;
      const folders = ['--config-dir', dir, '--config', configuration, '--logs', dir, '--spool', data];
      return {
        command: launcher.command,
        args: [...launcher.args, ...folders, '--ctl-config', '/dev/null', '--node', name, 'foreground'],
        env: { ...env, INET_DIST_INTERFACE: '127.0.0.1', ERL_DIST_PORT: String(sparePort) },
      };
    }
    // What `ejabberdctl foreground` runs, but as a node that no other node can reach: no name, no epmd, no cookie, no
    // port. The emulator's idle threads don't spin, since tests share the processors with their server.
    const emulator = ['+K', 'true', '+P', '250000', '+sbwt', 'none', '+sbwtdcpu', 'none', '+sbwtdio', 'none'];
    const mnesia = ['-mnesia', 'dir', JSON.stringify(data)];
    return {
      command: launcher.command,
      args: [...launcher.args, ...emulator, '-noinput', ...mnesia, '-s', 'ejabberd'],
      env,
    };
  },
  version: async (adminApi) => {
    const response = await fetch(`${adminApi}/status`, { method: 'POST', body: '{}' });
    const match = /ejabberd (\d+\.\d+\S*) is running/.exec(response.ok ? await response.text() : '');
    return match?.[1]?.replace(/-.*/, '');
  },
};

/**
 * Starts ejabberd on loopback: about 4 s, so once for a test run.
 * @throws ServersUnavailableError, ServerStartError, AccountError
 */
export function startEjabberd(options: StartOptions = {}): Promise<RunningServer> {
  return startServer(recipe, options);
}
