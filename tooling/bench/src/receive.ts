import { median, runModule, startModule } from './client-process.ts';
import type { Measurement } from './harness.ts';

interface Received {
  readonly milliseconds: number;
  readonly digest: string;
}

/** Whole clients that receive 20,000 chat messages from a server that sends as fast as they read: CPU time of each client. */
export async function receive(transport: 'tcp' | 'ws', scale: number, rounds: number): Promise<readonly Measurement[]> {
  const count = Math.round(20_000 * scale);
  // stanza has no TCP.
  const clients = ['xeps', '@xmpp/client', ...(transport === 'ws' ? ['stanza'] : [])];
  const server = startModule<{ readonly tcp: number; readonly ws: number; readonly digest: string }>(
    './receive-server.ts',
    [String(count)],
  );
  try {
    const { digest, tcp, ws } = await server.said;
    const service = transport === 'tcp' ? `xmpp://127.0.0.1:${tcp}` : `ws://127.0.0.1:${ws}`;
    const times = new Map<string, number[]>(clients.map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, list] of times) {
        const received = await runModule<Received>('./receive-client.ts', [name, service, String(count)]);
        if (received.digest !== digest)
          throw new Error(`${name} over ${transport} did not receive what was sent: ${received.digest}, not ${digest}`);
        list.push(received.milliseconds);
      }
    }
    return clients.map((subject) => ({ subject, milliseconds: median(times.get(subject)!) }));
  } finally {
    await server.stop();
  }
}
