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
import { manyClients, messageTimes, type ManyClients, type MessageTimes } from './server.ts';
import { signIns, type SignInResult } from './sign-in.ts';
import { storeIndexedDb, type StoreTimed } from './store-indexeddb.ts';
import { storeSqlite, type StoreResult } from './store-sqlite.ts';
import { remark, storeTarget } from './targets.ts';
import { webClient, type WebResult } from './web.ts';

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
  'server-clients': async (name) => crowded(name, await manyClients(Math.round(200 * scale))),
  'server-message': async (name) => passed(name, await messageTimes(Math.round(1000 * scale))),
  'web-client': async (name) =>
    shown(name, await webClient(Math.round(100_000 * scale), Math.round(2000 * scale), fewRounds)),
  'store-indexeddb': async (name) => timed(name, await storeIndexedDb(scale, 10 * rounds)),
  'store-sqlite': async (name) => stored(name, await storeSqlite(scale, 10 * rounds)),
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

function caughtUp(name: string, rounds: number, { messages, bytes, heap, ...ours }: CatchUp): Outcome {
  const against = 'byte counter';
  const clients = [
    { bench: name, what: 'typed messages', took: ours.xeps },
    { bench: `${name}: conversations`, what: 'conversations in memory', took: ours.im },
    { bench: `${name}: conversations in SQLite`, what: 'conversations in SQLite', took: ours.sqlite },
  ];
  const comparisons = clients.map(({ bench, took }) => ({
    bench,
    subject: 'xeps',
    against,
    ratio: Math.round((bytes.wall / took.wall) * 1000) / 1000,
  }));
  const [quarter = 0, whole = 0] = heap.map((size) => size / 1e6);
  const most = (600 * messages) / 12_000;
  const rows = clients.map(({ what, took }, at) =>
    [
      `  ${what.padEnd(24)} wall ${took.wall.toFixed(0).padStart(6)} ms, ${comparisons[at]!.ratio} × the ${against}'s speed${remark(comparisons[at]!)}`,
      `; whole rounds ${took.whole.toFixed(0)} ms; CPU ${took.cpu.toFixed(0)} ms (target ${most}: ${took.cpu <= most ? 'reached' : 'NOT REACHED'})`,
    ].join(''),
  );
  return {
    comparisons,
    lines: [
      `${name}: ${messages} messages, wall time, each quarter the fastest of ${rounds} rounds`,
      ...rows,
      `  ${against.padEnd(24)} wall ${bytes.wall.toFixed(0).padStart(6)} ms; whole rounds ${bytes.whole.toFixed(0)} ms; CPU ${bytes.cpu.toFixed(0)} ms`,
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

function shown(name: string, result: WebResult): Outcome {
  const { messages, contacts, signInBytes, chatBytes, list, open, scroll, blank, elements } = result;
  const median = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
  const rate = ({ frames }: { readonly frames: number }): number => frames / scroll.seconds;
  const reached = (is: boolean): string => (is ? 'reached' : 'NOT REACHED');
  const ratio = Math.round((scroll.frames / blank.frames) * 1000) / 1000;
  const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
  return {
    comparisons: [{ bench: name, subject: 'frames while scrolling', against: 'an empty page', ratio }],
    lines: [
      `${name}: Chromium, ${messages} messages in one conversation, ${contacts} contacts`,
      `  first load ${kilobytes(signInBytes)} compressed (target 200: ${reached(signInBytes <= 200_000)}), with a conversation open ${kilobytes(chatBytes)} (${reached(chatBytes <= 200_000)})`,
      `  the list from what is stored after ${median(list).toFixed(0)} ms (target 1000: ${reached(median(list) < 1000)}), median of ${list.length}; a conversation opens in ${median(open).toFixed(0)} ms`,
      `  scrolling ${scroll.seconds} s: ${rate(scroll).toFixed(1)} frames/s, ${scroll.late} of ${scroll.frames} later than 25 ms, longest task ${scroll.longest.toFixed(0)} ms (target 60 frames/s: ${reached(rate(scroll) >= 59)})`,
      `  an empty page scrolls with ${rate(blank).toFixed(1)} frames/s, ${blank.late} late: ${ratio} of that; ${elements} elements in the page`,
    ],
  };
}

function crowded(name: string, { clients, signIn, round, memory, start }: ManyClients): Outcome {
  return {
    comparisons: [],
    lines: [
      `${name}: an empty server starts in ${start.inside.toFixed(1)} ms, on five ports with a certificate in ${start.listening.toFixed(1)} ms`,
      `  ${clients} clients in its process: signed in after ${signIn.toFixed(0)} ms, a message from each to the next after ${round.toFixed(0)} ms more`,
      `  server and clients take ${(memory / 1e6).toFixed(0)} MB, ${(memory / 1e3 / clients).toFixed(0)} kB a client`,
    ],
  };
}

function passed(name: string, results: readonly MessageTimes[]): Outcome {
  const [ours, theirs] = results as [MessageTimes, MessageTimes];
  const ratio = Math.round((theirs.median / ours.median) * 100) / 100;
  return {
    comparisons: [{ bench: name, subject: 'xeps', against: theirs.server, ratio }],
    lines: [
      `${name}: from one client to another, TCP with TLS, wall time`,
      ...results.map(
        ({ server, median, p95 }) => `  ${server.padEnd(20)} ${median.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms`,
      ),
      `  ${ratio} × ${theirs.server}'s speed`,
    ],
  };
}

function stored(name: string, { messages, filling, size, times }: StoreResult): Outcome {
  const comparisons = times.flatMap(({ what, median, like }) =>
    like === undefined ? [] : [{ bench: `${name}: ${what}`, subject: 'xeps', against: 'LIKE', ratio: like / median }],
  );
  const rows = times.map(({ what, median, p95, like }) => {
    const ratio =
      like === undefined ? '' : `  LIKE ${like.toFixed(1)} ms: we are ${(like / median).toFixed(1)} times as fast`;
    return `  ${what.padEnd(56)} ${median.toFixed(2).padStart(7)} ms, p95 ${p95.toFixed(2).padStart(6)} ms (target ${storeTarget}: ${p95 <= storeTarget ? 'reached' : 'NOT REACHED'})${ratio}`;
  });
  const head = `${name}: ${messages} messages in ${(size / 1e6).toFixed(0)} MB, written in ${(filling / 1000).toFixed(1)} s, wall time`;
  return { comparisons, lines: [head, ...rows] };
}

function timed(name: string, { messages, seconds, operations }: StoreTimed): Outcome {
  const against = 'naive';
  const compared = operations.filter(({ naive }) => naive !== undefined);
  const rows = operations.map(({ name: what, median, p95, naive, awaited }) => {
    const target = awaited
      ? `target ${storeTarget}: ${p95 <= storeTarget ? 'reached' : 'NOT REACHED'}`
      : 'nobody waits';
    const ratio =
      naive === undefined
        ? ''
        : `  ${against} ${naive.toFixed(0)} ms: we are ${(naive / median).toFixed(1)} times as fast`;
    return `  ${what.padEnd(46)} ${median.toFixed(1).padStart(6)} ms, p95 ${p95.toFixed(1).padStart(6)} ms (${target})${ratio}`;
  });
  return {
    comparisons: compared.map(({ name: what, median, naive = 0 }) => ({
      bench: `${name}: ${what}`,
      subject: 'xeps',
      against,
      ratio: Math.round((naive / median) * 100) / 100,
    })),
    lines: [`${name}: ${messages} messages, written in ${seconds.toFixed(0)} s, wall time in Chromium`, ...rows],
  };
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
