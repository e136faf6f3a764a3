import { HashError } from './errors.ts';

/** What takes data piece by piece. */
export interface Hasher {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** A hash function. */
export interface Algorithm {
  /** Its name for WebCrypto, where that has it. */
  readonly web?: string;
  /** XEP-0414 §5: it should not be used. */
  readonly weak?: true;
  /** Begins a hash. Each function is loaded when it is first needed: most messages need none but WebCrypto's. */
  readonly begin: () => Promise<Hasher>;
}

const sha2 = (name: 'sha224' | 'sha256' | 'sha384' | 'sha512') => async (): Promise<Hasher> =>
  (await import('@noble/hashes/sha2.js'))[name].create();
const sha3 = (name: 'sha3_256' | 'sha3_512') => async (): Promise<Hasher> =>
  (await import('@noble/hashes/sha3.js'))[name].create();
const blake2b = (dkLen: number) => async (): Promise<Hasher> =>
  (await import('@noble/hashes/blake2.js')).blake2b.create({ dkLen });

const algorithms: Readonly<Record<string, Algorithm>> = {
  'sha-256': { web: 'SHA-256', begin: sha2('sha256') },
  'sha-512': { web: 'SHA-512', begin: sha2('sha512') },
  'sha-384': { web: 'SHA-384', begin: sha2('sha384') },
  'sha-224': { begin: sha2('sha224') },
  'sha3-256': { begin: sha3('sha3_256') },
  'sha3-512': { begin: sha3('sha3_512') },
  'blake2b-256': { begin: blake2b(32) },
  'blake2b-512': { begin: blake2b(64) },
  'sha-1': { web: 'SHA-1', weak: true, begin: async () => (await import('@noble/hashes/legacy.js')).sha1.create() },
};

/** §9.3: names of earlier versions of the specification, which are still written. */
const formerNames: Readonly<Record<string, string>> = {
  'id-blake2b256': 'blake2b-256',
  'id-blake2b512': 'blake2b-512',
};

/** §3: the names of the algorithms that can be computed and should be used, SHA-2 first. */
export const hashAlgorithms: readonly string[] = /* @__PURE__ */ Object.keys(algorithms).filter(
  (name) => hashUse(name) === 'good',
);

/**
 * What an algorithm is good for (XEP-0414 §5): `weak` ones should not be used any more (SHA-1), `insecure` ones must not
 * (MD2, MD4, MD5), `unknown` ones can't be computed here.
 */
export type HashUse = 'good' | 'insecure' | 'unknown' | 'weak';

/** What the algorithm of that name (§3) is good for. */
export function hashUse(algo: string): HashUse {
  const known = find(algo);
  if (known !== undefined) return known.weak === true ? 'weak' : 'good';
  return /^md\d$/i.test(algo) ? 'insecure' : 'unknown';
}

/** The algorithm of that name; throws `HashError` when there is none that may be used. */
export function algorithmOf(algo: string): Algorithm {
  const known = find(algo);
  if (known !== undefined) return known;
  const use = hashUse(algo);
  const others = `use one of ${hashAlgorithms.join(', ')}`;
  if (use === 'insecure') throw new HashError('insecure', `${algo} must not be used (XEP-0414 §5): ${others}`);
  throw new HashError('unknown', `no hash function is called ${JSON.stringify(algo.slice(0, 60))}: ${others}`);
}

function find(algo: string): Algorithm | undefined {
  const name = Object.hasOwn(formerNames, algo) ? (formerNames[algo] as string) : algo;
  return Object.hasOwn(algorithms, name) ? algorithms[name] : undefined;
}
