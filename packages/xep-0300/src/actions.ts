import { algorithmOf, hashUse } from './algorithms.ts';
import type { Algorithm, Hasher } from './algorithms.ts';
import type { Hash } from './schema.ts';

/** Bytes up to which a `Blob` is read at once for WebCrypto, which is faster and can't take data in pieces. */
const MOST_AT_ONCE = 16 * 1024 * 1024;

/** What can be hashed. A stream is read to its end. */
export type HashData = Blob | ReadableStream<Uint8Array> | Uint8Array;

/** How to hash. */
export interface HashOptions {
  /** Stops the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** What to believe. */
export interface VerifyOptions extends HashOptions {
  /** Whether SHA-1 alone is enough: it should not be used any more (XEP-0414 §5). False when left out. */
  readonly acceptSha1?: boolean | undefined;
}

/**
 * What a check gave: the data has all the hashes, or not, or none of the hashes is of an algorithm that is known and can be
 * believed.
 */
export type HashCheck = 'match' | 'mismatch' | 'unusable';

/**
 * The hash of data (§3), by an algorithm of `hashAlgorithms` or by `sha-1`. Rejects with `HashError` for another
 * algorithm, with the signal's reason, and with what the stream or `Blob` rejects with.
 */
export async function computeHash(data: HashData, algo = 'sha-256', options: HashOptions = {}): Promise<Hash> {
  const [hash] = await computeHashes(data, [algo], options);
  return hash as Hash;
}

/** Several hashes of data, which is read once. Rejects as `computeHash` does. */
export async function computeHashes(
  data: HashData,
  algos: readonly string[],
  { signal }: HashOptions = {},
): Promise<Hash[]> {
  signal?.throwIfAborted();
  const names = [...new Set(algos)];
  const algorithms = names.map(algorithmOf);
  const values = (await atOnce(data, algorithms)) ?? (await inPieces(data, algorithms, signal));
  signal?.throwIfAborted();
  return values.map((value, i) => ({ algo: names[i] as string, value }));
}

/**
 * Checks data against the hashes that somebody gave for it. All that are of a known algorithm and not weak have to match;
 * others count for nothing. Without one that counts the data is not read. Rejects as `computeHash` does.
 *
 * @example
 * ```ts
 * import { verifyHashes } from '@xeps/xep-0300';
 * import type { Hash } from '@xeps/xep-0300';
 *
 * export async function open(file: Blob, hashes: readonly Hash[]): Promise<string> {
 *   if ((await verifyHashes(file, hashes)) !== 'match') throw new Error('this is not the file that was announced');
 *   return URL.createObjectURL(file);
 * }
 * ```
 */
export async function verifyHashes(
  data: HashData,
  hashes: readonly Hash[],
  { acceptSha1 = false, signal }: VerifyOptions = {},
): Promise<HashCheck> {
  const counting = hashes.filter(({ algo }) => {
    const use = hashUse(algo);
    return use === 'good' || (use === 'weak' && acceptSha1);
  });
  if (counting.length === 0) return 'unusable';
  const own = await computeHashes(
    data,
    counting.map(({ algo }) => algo),
    { signal },
  );
  const byAlgo = new Map(own.map(({ algo, value }) => [algo, value]));
  const matches = counting.every(({ algo, value }) => areEqual(value, byAlgo.get(algo) as Uint8Array));
  return matches ? 'match' : 'mismatch';
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** By WebCrypto, if it has the algorithms and the data is in memory or small. Pages without TLS have no WebCrypto. */
async function atOnce(data: HashData, algorithms: readonly Algorithm[]): Promise<Uint8Array[] | undefined> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined || data instanceof ReadableStream || algorithms.some(({ web }) => web === undefined)) return;
  if (data instanceof Blob && data.size > MOST_AT_ONCE) return;
  const bytes = data instanceof Blob ? await data.arrayBuffer() : (data as Uint8Array<ArrayBuffer>);
  return Promise.all(algorithms.map(async ({ web }) => new Uint8Array(await subtle.digest(web as string, bytes))));
}

async function inPieces(
  data: HashData,
  algorithms: readonly Algorithm[],
  signal: AbortSignal | undefined,
): Promise<Uint8Array[]> {
  const hashers = await Promise.all(algorithms.map(({ begin }) => begin()));
  if (data instanceof Uint8Array) for (const hasher of hashers) hasher.update(data);
  else await readInto(hashers, data instanceof Blob ? data.stream() : data, signal);
  return hashers.map((hasher) => hasher.digest());
}

async function readInto(
  hashers: readonly Hasher[],
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const reader = stream.getReader();
  // A stream that has nothing to give is left at once too.
  const abort = (): void => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return;
      for (const hasher of hashers) hasher.update(value);
    }
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
