/**
 * XEP-0449: Stickers. Pictures that stand for a feeling, and packs of them to publish, import and share.
 *
 * @packageDocumentation
 */
export { getStickerPack, getStickerPacks, importStickerPack, publishStickerPack } from './actions.ts';
export type { StickerPackItem } from './actions.ts';
export { StickerPackError } from './errors.ts';
export type { StickerPackFault } from './errors.ts';
export { stickerMessage, stickerOf, stickerPackUri } from './message.ts';
export type { PackAddress, ReceivedSticker, StickerMessageOptions } from './message.ts';
export { createStickerPack, stickerPackHash, stickerPackId, verifyStickerPack } from './pack.ts';
export type { StickerPackContent } from './pack.ts';
export { NS_STICKERS, sticker, stickerItem, stickerPack, stickerPacks, stickerSuggestion } from './schema.ts';
export type {
  Sticker,
  StickerInput,
  StickerItem,
  StickerItemInput,
  StickerPack,
  StickerPackInput,
  StickerSuggestion,
  StickerSuggestionInput,
} from './schema.ts';
