import { account, liveServers } from '@xeps/servers/live';
import { seededRandom, startProxy } from '@xeps/servers/proxy';
import { describe, expect, test } from 'vitest';
import { chaos } from './chaos.ts';

/** Repeats a run: `XEPS_SEED=… pnpm exec vitest run --project live packages/client/test/chaos`. */
const seed = Number(process.env['XEPS_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
/** `XEPS_CHAOS=full`: as much on ejabberd as on Prosody, which takes a quarter of an hour. */
const full = process.env['XEPS_CHAOS'] === 'full';
const none = { lost: [], repeated: [], outOfOrder: [] };

/**
 * What the servers can bear. ejabberd 24.12 needs more than a second between two resumptions: sooner, it answers for a
 * session whose stanzas it has not all counted yet, and so gets some twice. Around a resumption it sends neighbours in the
 * wrong order; the ids in its archive tell the right one.
 */
const bearable = {
  usual: { bytes: [100, 24_000], messages: 10_000, cuts: 500, pause: undefined, archiveOrder: false },
  slow: {
    bytes: [9_000, 90_000],
    messages: full ? 10_000 : 1_500,
    cuts: full ? 500 : 25,
    pause: { base: 1_200, max: 1_200, random: () => 1 },
    archiveOrder: true,
  },
} as const;

describe('a connection that breaks at any byte', () => {
  for (const server of liveServers()) {
    const { bytes, messages, cuts, pause, archiveOrder } =
      bearable[server.quirks.includes('slow-resumption') ? 'slow' : 'usual'];
    // Over TLS from the first byte: what is cut in the middle of it never reaches the server's XML parser. Prosody 13 keeps
    // the half of a WebSocket frame for the connection that resumes, and its expat waits for more when a header comes in
    // pieces.
    test(
      `${server.kind}: ${messages} messages each way, ${cuts} cuts: each once, in order`,
      {
        timeout: 1_500_000,
      },
      async () => {
        const proxy = await startProxy(
          { host: server.host, port: server.ports.c2sTls },
          { chaos: { bytes }, split: true, random: seededRandom(seed) },
        );
        try {
          const [through, beside] = await Promise.all([account(server, 'cut'), account(server, 'steady')]);
          const result = await chaos({
            through,
            beside,
            proxy,
            services: {
              through: `xmpps://${server.host}:${proxy.port}`,
              beside: `xmpps://${server.host}:${server.ports.c2sTls}`,
            },
            client: { tls: { ca: server.caPem }, ...(pause && { reconnect: pause }) },
            messages,
            cuts,
            archiveOrder,
          });
          console.log(
            `${server.kind}, seed ${seed}: ${result.count.up} up, ${result.count.down} down, ${result.cuts} cuts, ` +
              `${result.resumed} resumptions, ${result.swapped} swapped by the server, ${result.seconds.toFixed(0)} s`,
          );
          expect(result).toMatchObject({ up: none, down: none, sessions: 1 });
          expect(Math.min(result.count.up, result.count.down)).toBeGreaterThanOrEqual(messages);
          expect(result.cuts).toBeGreaterThanOrEqual(cuts);
          if (!archiveOrder) expect(result.swapped).toBe(0);
        } finally {
          await proxy.close();
        }
      },
    );
  }
});
