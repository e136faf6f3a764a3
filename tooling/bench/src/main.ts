// node --conditions=@xeps/source tooling/bench/src/main.ts [--json] [--scale N] [--rounds N] [names…]
import { parseArgs } from 'node:util';
import { catchUp, type CatchUp } from './catch-up.ts';
import { createCorpus, type Corpus } from './corpus.ts';
import { decodeArchive } from './decode-archive.ts';
import { encodeArchive, encodeMessages } from './encode.ts';
import { compare, measure, type Bench, type Comparison, type Measurement } from './harness.ts';
import { parseTcp } from './parse-tcp.ts';
import { parseWebSocket } from './parse-websocket.ts';
import { receive } from './receive.ts';
import { signIns, type SignInResult } from './sign-in.ts';
import { remark } from './targets.ts';

/** What a bench found out: for machines, and lines for people. */
interface Outcome {
  readonly comparisons: readonly Comparison[];
  readonly lines: readonly string[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    scale: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '7' },
    help: { type: 'boolean', default: false },
  },
});
const scale = Number(values.scale);
const rounds = Number(values.rounds);
/** Whole clients and servers take seconds a round. */
const fewRounds = Math.min(3, rounds);
/** Even, so that each client is first as often as the other. */
const slowCatchUpRounds = Math.min(4, rounds);
/** A round takes a second there, and one of them has to be a quiet one. */
const fastCatchUpRounds = Math.min(12, 2 * rounds);
let made: Corpus | undefined;
const corpus = (): Corpus => (made ??= createCorpus(scale));

/** Every bench by its name. A new one is a line here and a file beside this one. */
const benches: Readonly<Record<string, (name: string) => Promise<Outcome> | Outcome>> = {
  'parse-tcp': (name) => inProcess(parseTcp(corpus(), 64 * 1024, name)),
  'parse-tcp-small': (name) => inProcess(parseTcp(corpus(), 1400, name)),
  'parse-websocket': (name) => inProcess(parseWebSocket(corpus(), name)),
  'decode-tcp': (name) => inProcess(decodeArchive(corpus(), name, 64 * 1024)),
  'decode-websocket': (name) => inProcess(decodeArchive(corpus(), name)),
  'encode-message': (name) => inProcess(encodeMessages(corpus(), name)),
  'encode-archive': (name) => inProcess(encodeArchive(corpus(), name)),
  'receive-tcp': async (name) => received(name, await receive('tcp', scale, fewRounds)),
  'receive-websocket': async (name) => received(name, await receive('ws', scale, fewRounds)),
  'catch-up-prosody': async (name) =>
    caughtUp(name, slowCatchUpRounds, await catchUp('prosody', scale, slowCatchUpRounds)),
  'catch-up-ejabberd': async (name) =>
    caughtUp(name, fastCatchUpRounds, await catchUp('ejabberd', scale, fastCatchUpRounds)),
  'sign-in-prosody': async (name) => signedIn(name, await signIns('prosody')),
  'sign-in-ejabberd': async (name) => signedIn(name, await signIns('ejabberd')),
};

function inProcess(bench: Bench): Outcome {
  const measurements = measure(bench, rounds);
  const comparisons = compare(bench, measurements);
  const head = `${bench.name}: ${(bench.bytes / 1e6).toFixed(1)} MB, CPU time, median of ${rounds}`;
  const rate = (milliseconds: number): string => `${(bench.bytes / 1e3 / milliseconds).toFixed(0)} MB/s`;
  return { comparisons, lines: [head, ...table(measurements, comparisons, rate)] };
}

function received(name: string, measurements: readonly Measurement[]): Outcome {
  const messages = Math.round(20_000 * scale);
  const comparisons = compare({ name, bytes: 0, subjects: [] }, measurements);
  const each = (milliseconds: number): string => `${((milliseconds * 1000) / messages).toFixed(1)} µs each`;
  return {
    comparisons,
    lines: [
      `${name}: ${messages} messages, CPU time of the client, median of ${fewRounds}`,
      ...table(measurements, comparisons, each),
    ],
  };
}

function caughtUp(name: string, rounds: number, { messages, xeps, bytes, heap }: CatchUp): Outcome {
  const against = 'byte counter';
  const wall = [
    { subject: 'xeps', milliseconds: xeps.wall },
    { subject: against, milliseconds: bytes.wall },
  ];
  const comparisons = compare({ name, bytes: 0, subjects: [] }, wall);
  const rate = (milliseconds: number): string => `${((milliseconds * 1000) / messages).toFixed(0)} µs each`;
  const [quarter = 0, whole = 0] = heap.map((size) => size / 1e6);
  const most = (600 * messages) / 12_000;
  return {
    comparisons,
    lines: [
      `${name}: ${messages} messages, wall time, each quarter the fastest of ${rounds} rounds`,
      ...table(wall, comparisons, rate),
      `  median of whole rounds: xeps ${xeps.whole.toFixed(0)} ms, ${against} ${bytes.whole.toFixed(0)} ms`,
      `  CPU time: xeps ${xeps.cpu.toFixed(0)} ms (target ${most}: ${xeps.cpu <= most ? 'reached' : 'NOT REACHED'}), ${against} ${bytes.cpu.toFixed(0)} ms`,
      // Not kept, the messages that were read leave nothing behind.
      `  heap after a quarter ${quarter.toFixed(1)} MB, in the end ${whole.toFixed(1)} MB (target flat: ${whole <= 1.1 * quarter ? 'reached' : 'NOT REACHED'})`,
    ],
  };
}

function signedIn(name: string, results: readonly SignInResult[]): Outcome {
  const rows = results.map(
    ({ client, transport, how, roundTrips, time, computing }) =>
      [client.padEnd(13), transport.padEnd(10), how.padEnd(26), String(roundTrips).padStart(3)].join(' ') +
      `${time.toFixed(0).padStart(7)} ms, ${computing.toFixed(0)} ms of it not the network's`,
  );
  const head = `${name}: round trips from the TLS session to usable, 50 ms added each way`;
  return { comparisons: [], lines: [head, ...rows.map((row) => `  ${row}`)] };
}

/** A line for each subject; the first is ours. */
function table(
  measurements: readonly Measurement[],
  comparisons: readonly Comparison[],
  rate: (milliseconds: number) => string,
): readonly string[] {
  return measurements.map(({ subject, milliseconds }, index) => {
    const comparison = comparisons[index - 1];
    const ratio =
      comparison === undefined ? '' : `  we are ${comparison.ratio.toFixed(2)} times as fast${remark(comparison)}`;
    return `  ${subject.padEnd(14)} ${milliseconds.toFixed(0).padStart(6)} ms ${rate(milliseconds).padStart(13)}${ratio}`;
  });
}

const unknown = positionals.filter((name) => !Object.hasOwn(benches, name));
if (values.help || unknown.length > 0 || !(scale > 0) || !(rounds >= 1)) {
  if (unknown.length > 0) console.error(`No such bench: ${unknown.join(', ')}`);
  console.error(
    `usage: main.ts [--json] [--scale 0.1] [--rounds 7] [names…]\nbenches: ${Object.keys(benches).join(' ')}`,
  );
  process.exit(values.help ? 0 : 64);
}

for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
  const { comparisons, lines } = await benches[name]!(name);
  if (values.json) for (const comparison of comparisons) console.log(JSON.stringify(comparison));
  else console.log(lines.join('\n'));
}
