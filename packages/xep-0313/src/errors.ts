import { XmppError } from '@xeps/core';

/**
 * - `not-found`: the archive has no message of an id that the query names, because it was deleted with all that are older
 *   (§3.2, §4.3.2). Ask by time (`start`) instead.
 * - `unsupported`: the archive does not know what the query needs (§7).
 * - `loop`: the archive leads back to a page that it gave before.
 * - `too-many`: the archive sends far more than was asked for and does not come to an end.
 */
export type ArchiveErrorReason = 'not-found' | 'unsupported' | 'loop' | 'too-many';

/** An archive that can't be read as asked. */
export class ArchiveError extends XmppError {
  static override readonly brand = 'ArchiveError';
  readonly reason: ArchiveErrorReason;

  constructor(reason: ArchiveErrorReason, message: string, options?: ErrorOptions) {
    super('ERR_XMPP_ARCHIVE', message, options);
    this.reason = reason;
  }
}
