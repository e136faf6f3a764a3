/** Where the demo happens: the embedded server, or a real one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@xeps/server';
import { startProsody } from '@xeps/servers';
import { contacts, people } from './world.ts';
import type { PastMessage } from './world.ts';

/** A server that runs, with everybody's accounts. */
export interface Place {
  /** For people. */
  readonly name: string;
  readonly domain: string;
  /** Where TCP is, with STARTTLS. */
  readonly tcp: string;
  readonly websocket: string;
  /** The certificate to trust, and a file with it. */
  readonly ca: string;
  readonly caFile: string;
  /** Whether it could be given a past. */
  readonly hasPast: boolean;
  stop(): Promise<void>;
}

/** The embedded server: in this process, with everything that was said before. */
export async function embedded(past: readonly PastMessage[]): Promise<Place> {
  const server = await createServer({ accounts: people, contacts, history: past, listen: { component: false } });
  const folder = await mkdtemp(join(tmpdir(), 'xeps-demo-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, server.ca);
  return {
    name: 'the embedded server',
    domain: server.domain,
    tcp: `xmpp://127.0.0.1:${server.ports.tcp}`,
    websocket: server.websocket!,
    ca: server.ca,
    caFile,
    hasPast: true,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Prosody, which knows nothing of before. */
export async function prosody(): Promise<Place> {
  const server = await startProsody();
  for (const { user, password } of people) await server.createAccount(user, password);
  return {
    name: `Prosody ${server.version}`,
    domain: server.domain,
    tcp: `xmpp://${server.host}:${server.ports.c2s}`,
    websocket: server.ws,
    ca: server.caPem,
    caFile: server.ca,
    hasPast: false,
    stop: () => server.stop(),
  };
}
