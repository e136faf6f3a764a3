import { XmppError } from '@xeps/core';

/**
 * Why a sticker pack is refused:
 *
 * - `hash`: it is not what its hash is of, or it is not what was asked for: its id belongs to another hash;
 * - `algorithm`: its hash proves nothing: the algorithm is unknown or weak;
 * - `incomplete`: it lacks what the specification asks for, as the message says;
 * - `missing`: it is not there;
 * - `restricted`: it may not be used by others.
 */
export type StickerPackFault = 'algorithm' | 'hash' | 'incomplete' | 'missing' | 'restricted';

/** A sticker pack is refused. */
export class StickerPackError extends XmppError {
  static override readonly brand = 'StickerPackError';
  readonly reason: StickerPackFault;

  constructor(reason: StickerPackFault, message: string) {
    super('ERR_XMPP_STICKER_PACK', message);
    this.reason = reason;
  }
}
