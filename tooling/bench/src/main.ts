// node --conditions=@xeps/source tooling/bench/src/main.ts [--json] [--scale N] [--rounds N] [names…]
import { parseArgs } from 'node:util';
import { createCorpus, type Corpus } from './corpus.ts';
import { compare, measure, type Bench } from './harness.ts';
import { decodeArchive } from './decode-archive.ts';
import { encodeArchive, encodeMessages } from './encode.ts';
import { parseTcp } from './parse-tcp.ts';
import { parseWebSocket } from './parse-websocket.ts';

/** Every bench by its name. A new one is a line here and a file beside this one. */
const benches: Readonly<Record<string, (corpus: Corpus) => Bench>> = {
  'parse-tcp': (corpus) => parseTcp(corpus, 64 * 1024, 'parse-tcp'),
  'parse-tcp-small': (corpus) => parseTcp(corpus, 1400, 'parse-tcp-small'),
  'parse-websocket': (corpus) => parseWebSocket(corpus, 'parse-websocket'),
  'decode-tcp': (corpus) => decodeArchive(corpus, 'decode-tcp', 64 * 1024),
  'decode-websocket': (corpus) => decodeArchive(corpus, 'decode-websocket'),
  'encode-message': (corpus) => encodeMessages(corpus, 'encode-message'),
  'encode-archive': (corpus) => encodeArchive(corpus, 'encode-archive'),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    scale: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '7' },
    help: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !Object.hasOwn(benches, name));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`No such bench: ${unknown.join(', ')}`);
  console.error(
    `usage: main.ts [--json] [--scale 0.1] [--rounds 7] [names…]\nbenches: ${Object.keys(benches).join(' ')}`,
  );
  process.exit(values.help ? 0 : 64);
}

const corpus = createCorpus(Number(values.scale));
for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
  const bench = (benches[name] as (corpus: Corpus) => Bench)(corpus);
  const measurements = measure(bench, Number(values.rounds));
  const comparisons = compare(bench, measurements);
  if (values.json) {
    for (const comparison of comparisons) console.log(JSON.stringify(comparison));
    continue;
  }
  console.log(`${name}: ${(bench.bytes / 1e6).toFixed(1)} MB, CPU time, median of ${values.rounds}`);
  for (const [index, { subject, milliseconds }] of measurements.entries()) {
    const rate = `${(bench.bytes / 1e3 / milliseconds).toFixed(0)} MB/s`;
    const ratio = index === 0 ? '' : `  we are ${(comparisons[index - 1]?.ratio ?? 0).toFixed(2)} times as fast`;
    console.log(`  ${subject.padEnd(14)} ${milliseconds.toFixed(0).padStart(6)} ms ${rate.padStart(10)}${ratio}`);
  }
}
