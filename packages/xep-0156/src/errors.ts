import { XmppError } from '@xeps/core';

/**
 * Why a host-meta file could not be had.
 *
 * - `unreachable`: no HTTPS connection, or in a browser: the server does not permit other origins to read it (CORS)
 * - `status`: the server answered with an HTTP status other than success or "there is none"
 * - `redirect`: to somewhere that is not HTTPS, or too often
 * - `too-large`: more than 64 KiB
 * - `timeout`: it took too long
 * - `malformed`: it is not the XML or JSON of RFC 6415
 */
export type HostMetaErrorReason = 'unreachable' | 'status' | 'redirect' | 'too-large' | 'timeout' | 'malformed';

/** A host-meta file could not be had or read. Code `ERR_XMPP_HOST_META`. */
export class HostMetaError extends XmppError {
  static override readonly brand: string = 'HostMetaError';
  readonly reason: HostMetaErrorReason;

  constructor(reason: HostMetaErrorReason, message: string, options?: ErrorOptions) {
    super('ERR_XMPP_HOST_META', message, options);
    this.reason = reason;
  }
}
