import { XmppError } from '@xeps/core';

/** Paging that can't go on. `loop`: the responder leads back to a page that it gave before. */
export class PagingError extends XmppError {
  static override readonly brand = 'PagingError';
  readonly reason: 'loop';

  constructor(reason: 'loop', message: string) {
    super('ERR_XMPP_PAGING', message);
    this.reason = reason;
  }
}
