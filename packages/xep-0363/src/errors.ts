import { XmppError } from '@xeps/core';

/**
 * Why a file was not uploaded:
 *
 * - `no-service`: the server has no upload service;
 * - `too-large`: the service takes files of at most `max` bytes;
 * - `quota`: the account has used up what it may for now; try again at `retryAt`, where the service says when;
 * - `slot`: the service gave no slot, or one that can't be used; the `cause` says more;
 * - `insecure-url`: the slot's address is neither https nor on this machine;
 * - `size`: the body has not the size that was announced;
 * - `http`: the upload was refused with that `status`;
 * - `network`: the upload broke off.
 */
export type UploadFault = 'http' | 'insecure-url' | 'network' | 'no-service' | 'quota' | 'size' | 'slot' | 'too-large';

/** What is known of a fault beside its reason. */
export interface UploadErrorDetails extends ErrorOptions {
  readonly max?: number | undefined;
  readonly retryAt?: Date | undefined;
  readonly status?: number | undefined;
}

/** A file was not uploaded. */
export class UploadError extends XmppError {
  static override readonly brand = 'UploadError';
  readonly reason: UploadFault;
  /** Bytes. */
  readonly max: number | undefined;
  readonly retryAt: Date | undefined;
  /** The HTTP status. */
  readonly status: number | undefined;

  constructor(reason: UploadFault, message: string, details: UploadErrorDetails = {}) {
    super('ERR_XMPP_UPLOAD', message, details);
    this.reason = reason;
    this.max = details.max;
    this.retryAt = details.retryAt;
    this.status = details.status;
  }
}
