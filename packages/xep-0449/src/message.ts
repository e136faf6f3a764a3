import type { Element } from '@xeps/core';
import { jid as toJid, tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { hint } from '@xeps/xep-0334';
import { fileSharing, sharedFiles } from '@xeps/xep-0447';
import type { FileMessage, FileSharing } from '@xeps/xep-0447';
import { NS_STICKERS, sticker } from './schema.ts';
import type { StickerItemInput } from './schema.ts';

/** Where a pack is. */
export interface PackAddress {
  /** The account, or the service of the node. */
  readonly jid: Jid | string;
  /** That of an account's packs when left out. */
  readonly node?: string | undefined;
  readonly id: string;
}

/** More about a sticker that is sent. */
export interface StickerMessageOptions {
  /** The pack that it is of: its id where it is at the own account, else its address (§4.4). */
  readonly pack?: PackAddress | string | undefined;
  /** The suggestion that was taken, as it was written (§4.4): it becomes the body. */
  readonly suggestion?: string | undefined;
}

/**
 * A message that is a sticker (§4.1, §4.4), to be sent with `sendMessage`. Its body is what stands for the picture in text:
 * what older clients show.
 *
 * Throws `CodecError` when the metadata or an address does not fit.
 */
export function stickerMessage(item: StickerItemInput, { pack, suggestion }: StickerMessageOptions = {}): FileMessage {
  const { file, sources } = item;
  const address =
    typeof pack === 'string'
      ? { pack }
      : pack && { pack: pack.id, jid: toJid(pack.jid), node: pack.node ?? NS_STICKERS };
  const body = suggestion ?? file.desc?.get('') ?? '';
  const payloads = [sticker.encode(address ?? {}), fileSharing.encode({ file, sources })];
  // XEP-0447 §3.1: archives may leave out what has no body.
  return body === '' ? { payloads: [...payloads, hint.encode('store')] } : { body, payloads };
}

/** A sticker that came. */
export interface ReceivedSticker {
  /** The picture: `downloadUrls` (XEP-0447) says where to get it, and the text without language in its `desc` stands for it. */
  readonly file: FileSharing;
  /** Where the pack is that the sender says it is of, if it can be known. Nothing tells whether it really is. */
  readonly pack?: PackAddress & { readonly jid: Jid; readonly node: string };
}

/**
 * The sticker in a message (§4.2): to be shown as a picture or as its text, and not as a file to download. `undefined` when the
 * message is none, or has no picture that can be read.
 *
 * A pack without address is at the sender's account (§4.4), which in a room nobody knows.
 */
export function stickerOf(message: Element): ReceivedSticker | undefined {
  const found = sticker.safeFind(message);
  const [file] = sharedFiles(message);
  if (found?.ok !== true || file === undefined) return undefined;
  const { pack: id, jid, node = NS_STICKERS } = found.value;
  const { from, type } = message.attrs as Readonly<Record<string, string | undefined>>;
  const where = jid ?? (type === 'groupchat' ? undefined : tryParseJid(from ?? '')?.bare());
  return { file, ...(id !== undefined && where !== undefined && { pack: { jid: where, node, id } }) };
}

/** The URI of a pack (§4.6), to be sent to others. Throws `JidError` for an address that is none. */
export function stickerPackUri({ jid, node = NS_STICKERS, id }: PackAddress): string {
  const encode = (text: string): string => encodeURIComponent(text).replace(/%3A/g, ':');
  const address = encode(String(toJid(jid))).replace('%40', '@');
  return `xmpp:${address}?pubsub;action=retrieve;node=${encode(node)};item=${encode(id)}`;
}
