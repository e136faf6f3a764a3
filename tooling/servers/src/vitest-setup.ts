/**
 * Global setup of vitest for suites that need real servers: starts Prosody and ejabberd once and hands their addresses
 * to the tests (`describeLive` in `./live.ts`). A server that can't start fails the whole run.
 * `XEPS_LANE=old` runs the same suites on the old versions.
 */
import type { TestProject } from 'vitest/node';

import { getServers, type Lane, type RunningServer, startEjabberd, startProsody } from './index.ts';
import type { ProvidedServers } from './provided.ts';

let running: RunningServer[] = [];

function laneFromEnvironment(): Lane {
  const lane = process.env['XEPS_LANE'] ?? 'current';
  if (lane !== 'current' && lane !== 'old') throw new Error(`XEPS_LANE is "${lane}"; it may be "current" or "old"`);
  return lane;
}

/** Called by vitest before the first test. */
export async function setup(project: TestProject): Promise<void> {
  const lane = laneFromEnvironment();
  const installation = await getServers({ lane, log: (line) => process.stderr.write(`servers: ${line}\n`) });
  const started = await Promise.allSettled([
    startProsody({ lane, installation }),
    startEjabberd({ lane, installation }),
  ]);
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
