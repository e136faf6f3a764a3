/**
 * Global setup of vitest for suites that need real servers: starts Prosody, ejabberd and the embedded server once and hands their addresses
 * to the tests (`describeLive` in `./live.ts`). A server that can't start fails the whole run.
 * `XEPS_LANE=old` runs the same suites on the old versions; `XEPS_SERVERS=xeps,prosody` on those alone, while working on
 * something.
 */
import type { TestProject } from 'vitest/node';

import { getServers, type Lane, type RunningServer, type ServerKind, start } from './index.ts';
import type { ProvidedServers } from './provided.ts';

let running: RunningServer[] = [];

function laneFromEnvironment(): Lane {
  const lane = process.env['XEPS_LANE'] ?? 'current';
  if (lane !== 'current' && lane !== 'old') throw new Error(`XEPS_LANE is "${lane}"; it may be "current" or "old"`);
  return lane;
}

function kindsFromEnvironment(lane: Lane): readonly ServerKind[] {
  const all: readonly ServerKind[] = lane === 'old' ? ['prosody', 'ejabberd'] : ['prosody', 'ejabberd', 'xeps'];
  const wanted = process.env['XEPS_SERVERS']?.split(',') ?? all;
  const unknown = wanted.find((name) => !all.some((kind) => kind === name));
  if (unknown !== undefined) throw new Error(`XEPS_SERVERS names "${unknown}"; there are ${all.join(', ')}`);
  return all.filter((kind) => wanted.includes(kind));
}

/** Called by vitest before the first test. */
export async function setup(project: TestProject): Promise<void> {
  const lane = laneFromEnvironment();
  const installation = await getServers({ lane, log: (line) => process.stderr.write(`servers: ${line}\n`) });
  const started = await Promise.allSettled(
    kindsFromEnvironment(lane).map((kind) => start(kind, { lane, installation })),
  );
  running = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await teardown();
    throw failed.reason;
  }
  project.provide('xepsServers', describeServers(running));
}

/** The plain data of running servers, without their methods. */
function describeServers(servers: readonly RunningServer[]): ProvidedServers {
  return JSON.parse(JSON.stringify(servers)) as ProvidedServers;
}

/** Called by vitest after the last test. */
export async function teardown(): Promise<void> {
  await Promise.all(running.map((server) => server.stop()));
  running = [];
}
