import { base64 } from '@xeps/core/schema';
import type { LangMap } from '@xeps/core/schema';
import { computeHash, hashUse } from '@xeps/xep-0300';
import type { Hash } from '@xeps/xep-0300';
import { StickerPackError } from './errors.ts';
import { stickerPack } from './schema.ts';
import type { StickerItemInput, StickerPack, StickerPackInput } from './schema.ts';

/** What a new pack holds: everything but its hash. */
export type StickerPackContent = Omit<StickerPackInput, 'hash'>;

/** Marks between parts (§4.3.2). XML can't hold them, so that no text can be taken for them. */
const FILE = '\x1c';
const GROUP = '\x1d';
const RECORD = '\x1e';
const UNIT = '\x1f';

/**
 * The hash of a pack (§4.3.2): of its names and summaries, and of the texts and hashes of its stickers, in any order. It says
 * nothing about where the pictures are, whether the pack is restricted, or what is suggested.
 *
 * Rejects with `HashError` when the algorithm can't be used.
 */
export function stickerPackHash(pack: StickerPackContent, algo = 'sha-256'): Promise<Hash> {
  const { name = new Map(), summary = new Map(), items = [] } = pack;
  const meta = [...texts('name', name), ...texts('summary', summary)];
  const stickers = items.map(({ file: { desc, hashes = [] } }) => {
    const hashed = hashes.map((hash) => `${hash.algo}${UNIT}${base64.encode(hash.value)}${UNIT}${RECORD}`);
    return `${desc?.get('') ?? ''}${RECORD}${sorted(hashed).join('')}${GROUP}`;
  });
  const text = `${sorted(meta).join('')}${FILE}${sorted(stickers).join('')}${FILE}`;
  return computeHash(new TextEncoder().encode(text), algo);
}

function texts(name: string, byLang: LangMap): string[] {
  return [...byLang].map(([lang, text]) => `${name}${UNIT}${lang}${UNIT}${text}${UNIT}${RECORD}`);
}

/** Ordered as their octets in UTF-8 are, which is the order of their code points. */
function sorted(strings: readonly string[]): string[] {
  return [...strings].sort((a, b) => {
    for (let i = 0; i < a.length && i < b.length; i++) {
      if (a[i] !== b[i]) return rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    }
    return a.length - b.length;
  });
}

/** Surrogates stand for code points above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The id of a pack (§4.3.2), which is that of its item: the first 144 bits of its hash. */
export function stickerPackId({ hash }: Pick<StickerPackInput, 'hash'>): string {
  return base64.encode(hash.value.slice(0, 18));
}

/**
 * Makes a pack of stickers (§4.3). Each needs a `desc` without language, and hashes, all stickers of the same algorithms
 * (§4.3.1): `describeFile` (XEP-0446) computes them.
 *
 * Rejects with `StickerPackError` (`incomplete`, `algorithm`), with `CodecError` when something else does not fit.
 *
 * @example
 * ```ts
 * import { describeFile } from '@xeps/xep-0446';
 * import { createStickerPack } from '@xeps/xep-0449';
 *
 * export async function packOf(picture: File, url: string) {
 *   return createStickerPack({
 *     name: new Map([['', 'Marsey the Cat']]),
 *     items: [
 *       {
 *         file: { ...(await describeFile(picture)), desc: new Map([['', '😘']]) },
 *         sources: { urls: [{ target: url }] },
 *       },
 *     ],
 *   });
 * }
 * ```
 */
export async function createStickerPack(content: StickerPackContent, algo = 'sha-256'): Promise<StickerPack> {
  checkAlgorithm(algo);
  checkContent(content.items ?? []);
  // As those who get it will read it.
  return stickerPack.decode(stickerPack.encode({ ...content, hash: await stickerPackHash(content, algo) }));
}

/**
 * Checks that a pack is what its hash says, and that it is the one of that id, if one is given: then it is the same as
 * wherever else that id was seen, whoever gave it. Its pictures are still to be checked against their own hashes.
 *
 * Rejects with `StickerPackError`.
 */
export async function verifyStickerPack(pack: StickerPack, id?: string): Promise<void> {
  const { algo, value } = pack.hash;
  checkAlgorithm(algo);
  checkContent(pack.items);
  if (id !== undefined && id !== stickerPackId(pack))
    throw new StickerPackError(
      'hash',
      `the pack at ${JSON.stringify(id.slice(0, 60))} has the hash of ${stickerPackId(pack)}`,
    );
  const own = await stickerPackHash(pack, algo);
  if (base64.encode(own.value) !== base64.encode(value))
    throw new StickerPackError(
      'hash',
      `the pack is not what its hash says: it would have the id ${stickerPackId({ hash: own })}`,
    );
}

function checkAlgorithm(algo: string): void {
  if (hashUse(algo) !== 'good')
    throw new StickerPackError(
      'algorithm',
      `${JSON.stringify(algo.slice(0, 60))} is no hash function that proves which pack it is; use sha-256`,
    );
}

/** §4.3.1: what the hash is of has to be there. */
function checkContent(items: readonly StickerItemInput[]): void {
  const fault = (what: string): StickerPackError => new StickerPackError('incomplete', `the pack has ${what} (§4.3.1)`);
  if (items.length === 0) throw fault('no stickers');
  let algorithms: string | undefined;
  for (const { file } of items) {
    if (file.desc?.get('') === undefined) throw fault('a sticker without a text that stands for it');
    const own = sorted((file.hashes ?? []).map(({ algo }) => algo)).join();
    if (own === '') throw fault('a sticker without a hash');
    if (own !== (algorithms ??= own)) throw fault('stickers with hashes of different algorithms');
  }
}
