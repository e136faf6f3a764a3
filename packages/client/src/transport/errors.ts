import { XmppError } from '@xeps/core';

/**
 * Why a connection could not be made, or ended.
 *
 * - `refused`: nobody listens at the port
 * - `unreachable`: there is no way to the host
 * - `timeout`: it took too long
 * - `dns`: the name has no address, or the domain says that it has no such service
 * - `tls`: TLS failed before the certificate was judged
 * - `certificate`: the server's certificate is not trusted, not valid now, or not the XMPP domain's
 * - `protocol`: the peer does not speak XMPP there (no `xmpp` subprotocol, a binary frame)
 * - `policy`: a WebSocket close code says that a rule was broken
 * - `reset`: the connection broke off
 * - `closed`: it was closed, by the peer or by this side
 * - `aborted`: the caller's signal
 * - `upgrading`: something was written while TLS was being negotiated
 */
export type ConnectionErrorReason =
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'dns'
  | 'tls'
  | 'certificate'
  | 'protocol'
  | 'policy'
  | 'reset'
  | 'closed'
  | 'aborted'
  | 'upgrading';

/** A connection failed. The message says to which address, and what to do. Code `ERR_XMPP_CONNECTION`. */
export class ConnectionError extends XmppError {
  static override readonly brand: string = 'ConnectionError';
  readonly reason: ConnectionErrorReason;

  constructor(reason: ConnectionErrorReason, message: string, options?: ErrorOptions) {
    super('ERR_XMPP_CONNECTION', message, options);
    this.reason = reason;
  }
}
