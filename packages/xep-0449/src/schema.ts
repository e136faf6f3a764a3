import { attr, child, children, element, flag, jid, langText, optional, string, text } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';
import { pubsubNode } from '@xeps/xep-0060';
import type { NodeType } from '@xeps/xep-0060';
import { hash } from '@xeps/xep-0300';
import { fileMetadata } from '@xeps/xep-0446';
import { sources } from '@xeps/xep-0447';

/** §4.1: the namespace of stickers, and the node of an account's packs (§4.3). */
export const NS_STICKERS = 'urn:xmpp:stickers:0';

const $sticker = /* @__PURE__ */ element(NS_STICKERS, 'sticker', {
  pack: optional(attr()),
  jid: optional(attr(jid)),
  node: optional(attr()),
});
/**
 * §4.1, §4.4: a message is a sticker, perhaps one of the pack of that id. The pack is at the sender's account, unless `jid` and
 * `node` say where.
 */
export interface Sticker extends Infer<typeof $sticker> {}
/** What encodes to a `<sticker/>`. */
export interface StickerInput extends InferInput<typeof $sticker> {}
/** §4.1: `<sticker/>`. `stickerOf` reads it together with the file. */
export const sticker: ElementSchema<Sticker, StickerInput> = $sticker;

const $suggest = /* @__PURE__ */ element(NS_STICKERS, 'suggest', {
  lang: optional(attr(string, 'xml:lang')),
  text: text(),
});
/** §4.3.1: a text that a sticker may take the place of. */
export interface StickerSuggestion extends Infer<typeof $suggest> {}
/** What encodes to a `<suggest/>`. */
export interface StickerSuggestionInput extends InferInput<typeof $suggest> {}
/** §4.3.1: `<suggest/>`. */
export const stickerSuggestion: ElementSchema<StickerSuggestion, StickerSuggestionInput> = $suggest;

const $item = /* @__PURE__ */ element(NS_STICKERS, 'item', {
  file: child(fileMetadata),
  sources: optional(child(sources)),
  suggestions: children(stickerSuggestion),
});
/** §4.3.1: a sticker of a pack: the picture, whose `desc` without language is what stands for it in text, and where it is. */
export interface StickerItem extends Infer<typeof $item> {}
/** What encodes to an `<item/>`. */
export interface StickerItemInput extends InferInput<typeof $item> {}
/** §4.3.1: `<item/>` of a pack. */
export const stickerItem: ElementSchema<StickerItem, StickerItemInput> = $item;

const $pack = /* @__PURE__ */ element(NS_STICKERS, 'pack', {
  name: langText(),
  summary: langText(),
  restricted: flag(),
  items: children(stickerItem),
  hash: child(hash),
});
/**
 * §4.3.1: stickers that belong together, and the hash of what makes them this pack. Others may not use a `restricted` one.
 */
export interface StickerPack extends Infer<typeof $pack> {}
/** What encodes to a `<pack/>`. */
export interface StickerPackInput extends InferInput<typeof $pack> {}
/** §4.3.1: `<pack/>`. One that others wrote is to be checked with `verifyStickerPack`. */
export const stickerPack: ElementSchema<StickerPack, StickerPackInput> = $pack;

/** §4.3: the node of an account's sticker packs, one item each. Everybody may get them. */
export const stickerPacks: NodeType<StickerPack, StickerPackInput> = /* @__PURE__ */ pubsubNode(
  NS_STICKERS,
  stickerPack,
  { accessModel: 'open', persistItems: true, maxItems: 'max' },
);
