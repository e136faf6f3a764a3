import { isStanzaError } from '@xeps/core';
import type { RequestOptions, Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import type { CodecError } from '@xeps/core/schema';
import { getItems } from '@xeps/xep-0060';
import type { NodeItem } from '@xeps/xep-0060';
import { pep } from '@xeps/xep-0163';
import { StickerPackError } from './errors.ts';
import type { PackAddress } from './message.ts';
import { stickerPackId, verifyStickerPack } from './pack.ts';
import { stickerPacks } from './schema.ts';
import type { StickerPack } from './schema.ts';

/** A pack of an account, or why it is refused. */
export interface StickerPackItem {
  readonly id: string;
  readonly pack?: StickerPack;
  readonly fault?: CodecError | StickerPackError;
}

type Options = Pick<RequestOptions, 'signal' | 'timeout'>;

/**
 * The sticker packs of an account (§4.3), the own one when left out, or at a node of a service. Those that are not what
 * their hash says have a `fault`. An account without the node has none. Rejects as `getItems` does.
 */
export async function getStickerPacks(
  session: Session,
  {
    jid,
    node = stickerPacks.node,
    signal,
    timeout,
  }: Options & { readonly jid?: Jid | string; readonly node?: string } = {},
): Promise<StickerPackItem[]> {
  const items = await itemsOf(session, node, { to: jid, signal, timeout });
  return Promise.all(items.map(checked));
}

/**
 * A sticker pack (§4.5), which is the one of that id, whoever gave it. Rejects with `StickerPackError`: `missing` when it is not
 * there; else as `getItems` does.
 */
export async function getStickerPack(
  session: Session,
  { jid, node = stickerPacks.node, id }: PackAddress,
  options: Options = {},
): Promise<StickerPack> {
  const items = await itemsOf(session, node, { ...options, to: jid, ids: [id] });
  const item = items.find((one) => one.id === id);
  if (item === undefined)
    throw new StickerPackError(
      'missing',
      `${String(jid)} has no sticker pack ${JSON.stringify(id.slice(0, 60))} at ${node}`,
    );
  const { pack, fault } = await checked(item);
  if (pack === undefined) throw fault as Error;
  return pack;
}

async function itemsOf(
  session: Session,
  node: string,
  options: Parameters<typeof getItems>[2],
): Promise<NodeItem<StickerPack>[]> {
  try {
    return await getItems(session, { ...stickerPacks, node }, options);
  } catch (error) {
    // Where nothing was published there is no node, and some services say the same of an item.
    if (isStanzaError(error, 'item-not-found')) return [];
    throw error;
  }
}

async function checked({ id = '', payload, fault }: NodeItem<StickerPack>): Promise<StickerPackItem> {
  if (payload === undefined) return { id, fault: fault ?? new StickerPackError('incomplete', 'the item is empty') };
  try {
    await verifyStickerPack(payload, id);
    return { id, pack: payload };
  } catch (error) {
    if (error instanceof StickerPackError) return { id, fault: error };
    throw error;
  }
}

/**
 * Publishes a pack at the own account (§4.3), where everybody can get it; resolves with its id. Rejects with `StickerPackError` for
 * a pack that others would refuse, and as `publish` of XEP-0163 does. `retractItems` (XEP-0060) takes it back.
 */
export async function publishStickerPack(session: Session, pack: StickerPack, options: Options = {}): Promise<string> {
  const id = stickerPackId(pack);
  await verifyStickerPack(pack, id);
  await session.use(pep).publish(stickerPacks, { id, payload: pack }, options);
  return id;
}

/**
 * Takes a pack over to the own account (§4.5), under the same id; resolves with it. Its pictures stay where they are: get them,
 * check them, and keep them, so as not to tell anybody each time that one is looked at.
 *
 * Rejects with `StickerPackError`: also when the pack is `restricted`; else as the getting and publishing does.
 */
export async function importStickerPack(
  session: Session,
  address: PackAddress,
  options: Options = {},
): Promise<StickerPack> {
  const pack = await getStickerPack(session, address, options);
  if (pack.restricted)
    throw new StickerPackError('restricted', `the sticker pack of ${String(address.jid)} may not be used by others`);
  await publishStickerPack(session, pack, options);
  return pack;
}
