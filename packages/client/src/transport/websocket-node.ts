import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsChannel } from '@xeps/stream';
import { WebSocket as WsWebSocket } from 'ws';
import { ConnectionError } from './errors.ts';
import { connectionError } from './node-errors.ts';
import { tlsConnectOptions, tlsInfo } from './tls-options.ts';
import type { NodeTlsOptions } from './tls-options.ts';
import type { ConnectOptions, Transport } from './types.ts';
import { connectWebSocket } from './websocket.ts';
import type { WebSocketConstructor } from './websocket.ts';

/** How to connect by WebSocket in Node. */
export interface NodeWebSocketOptions extends ConnectOptions {
  readonly tls?: NodeTlsOptions | undefined;
  /** The XMPP domain. The certificate may be for it instead of for the URL's host (XEP-0156 §2.2 rule 1). */
  readonly domain?: string | undefined;
  /** The IP address of the URL's host, where it is known already. */
  readonly address?: string | undefined;
  /** The name to ask for in TLS instead of the URL's host (XEP-0487 §2.2). */
  readonly serverName?: string | undefined;
  /** Bytes of the biggest frame taken in. Default 16 MiB; the stream's own limits apply as well. */
  readonly maxFrameBytes?: number | undefined;
}

/**
 * Opens a WebSocket for XMPP with the package `ws`, which takes TLS options and tells why it fails. Node only.
 *
 * @throws ConnectionError
 */
export async function connectNodeWebSocket(url: string | URL, options: NodeWebSocketOptions = {}): Promise<Transport> {
  const { tls, domain, address: ip, serverName, maxFrameBytes = 16 * 1024 * 1024, signal, timeout } = options;
  let info: TlsChannel | undefined;
  class Socket extends WsWebSocket {
    constructor(address: string, protocols: string[]) {
      const { hostname, protocol } = new URL(address);
      super(address, protocols, {
        // Compression of secrets and attacker's text together is what CRIME was about; and it costs memory.
        perMessageDeflate: false,
        maxPayload: maxFrameBytes,
        followRedirects: false,
        ...(ip !== undefined && { lookup: lookupOf(ip) }),
        ...(protocol === 'wss:' && tlsConnectOptions(serverName ?? hostname, tls, domain)),
      });
      this.once('upgrade', ({ socket }) => {
        if (protocol === 'wss:') info = tlsInfo(socket as TLSSocket);
      });
    }
  }
  return connectWebSocket(url, {
    signal,
    timeout,
    WebSocket: Socket as unknown as WebSocketConstructor,
    tlsInfo: () => info,
    describeError(error: Error & { code?: string }, address) {
      // The system's faults and OpenSSL's have a code; those that `ws` finds in the server's answer have none.
      if (error.code === undefined) {
        return new ConnectionError('protocol', `${address} is not an XMPP WebSocket: ${error.message}`, {
          cause: error,
        });
      }
      return connectionError(error, address, new URL(address).protocol === 'wss:' ? 'tls' : 'tcp');
    },
  });
}

/** A look-up that knows the answer. */
function lookupOf(address: string): LookupFunction {
  const family = isIP(address);
  return (_, { all }, callback) => {
    if (all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}
