/** How the embedded server of this repository is run: as a process of its own, like the others. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { RunningServer } from './server.ts';
import { type ServerRecipe, startServer, type StartOptions } from './start.ts';

const program = join(import.meta.dirname, '../../../apps/server/src/bin.ts');

const recipe: ServerRecipe = {
  kind: 'xeps',
  template: 'xeps.args',
  values: {},
  withoutProxy: true,
  command: (_, __, configuration) => ({
    command: process.execPath,
    // An argument a line.
    args: ['--conditions=@xeps/source', program, ...readFileSync(configuration, 'utf8').trim().split('\n')],
    env: { NODE_NO_WARNINGS: '1' },
  }),
  version: async (adminApi) => {
    const response = await fetch(`${adminApi}/status`, { method: 'POST' });
    return response.ok ? response.text() : undefined;
  },
};

/**
 * Starts the embedded server on loopback, from its sources: about 0.5 s.
 * @throws ServersUnavailableError, ServerStartError, AccountError
 */
export function startXeps(options: StartOptions = {}): Promise<RunningServer> {
  return startServer(recipe, options);
}
