import { XmppError } from '@xeps/core';
import type { TcpEndpoint } from '@xeps/xep-0368';
import type { ConnectOptions, Transport } from '../transport/types.ts';

/** A URL to open a WebSocket to. */
export interface WebSocketEndpoint {
  readonly kind: 'websocket';
  readonly url: string;
}

/** What may be known of the way to an endpoint. Only in Node; browsers find their own. */
interface Route {
  /** The IP address to connect to instead of looking up the host. */
  readonly address?: string | undefined;
  /**
   * The name to ask for in TLS, and one that the certificate may have besides the XMPP domain (XEP-0487 §2.2). To be had
   * over HTTPS only: who names it says who is to be trusted.
   */
  readonly serverName?: string | undefined;
}

/** A way to reach an XMPP domain over the network. */
export type NetworkEndpoint = (TcpEndpoint | WebSocketEndpoint) & Route;

/** A connection that is made in another way, such as to a server in the same process. */
export interface CustomEndpoint {
  readonly kind: 'custom';
  /** For messages. */
  readonly name: string;
  /** Makes the connection. May reject with `ConnectionError`. */
  connect(options: ConnectOptions): Promise<Transport>;
}

/** A way to reach an XMPP domain. */
export type Endpoint = NetworkEndpoint | CustomEndpoint;

/**
 * Reads a WebSocket's address: `ws://host:port/path`, `wss://host:port/path`. All that there is in browsers.
 *
 * @param forms - what else would have been good, for the message
 * @throws XmppError `ERR_XMPP_SERVICE` for anything else
 */
export function parseWebSocketService(service: string, forms = ''): WebSocketEndpoint {
  const url = /^wss?:\/\//i.test(service) && URL.canParse(service) ? new URL(service) : undefined;
  // RFC 6455 §3: no fragment. Browsers refuse names and passwords in such URLs.
  if (url !== undefined && url.hash + url.username + url.password === '') return { kind: 'websocket', url: url.href };
  throw new XmppError(
    'ERR_XMPP_SERVICE',
    `${JSON.stringify(service)} is not a service: write ${forms}ws://host:port/path or wss://host:port/path`,
  );
}

const defaultPorts: Readonly<Record<string, number>> = { xmpp: 5222, xmpps: 5223 };

/**
 * Reads where to connect from a line of text, so that discovery is not needed: `xmpp://host:port` (STARTTLS, port 5222
 * when left out), `xmpps://host:port` (direct TLS, 5223), `ws://host:port/path`, `wss://host:port/path`.
 *
 * @throws XmppError `ERR_XMPP_SERVICE` for anything else
 */
export function parseService(service: string): Endpoint {
  const [, scheme = '', host, port] =
    /^(xmpps?):\/\/(\[[^\]]+\]|[^\s:/?#@[\]\\%]+)(?::(\d{1,5}))?\/?$/i.exec(service) ?? [];
  const kind = scheme.toLowerCase();
  const number = port === undefined ? defaultPorts[kind]! : Number(port);
  // The parser of http URLs checks the host, and makes A-labels of it.
  if (host !== undefined && number > 0 && number < 65_536 && URL.canParse(`http://${host}`)) {
    const { hostname } = new URL(`http://${host}`);
    return { kind: 'tcp', host: hostname.replace(/^\[|\]$/g, ''), port: number, directTls: kind === 'xmpps' };
  }
  return parseWebSocketService(service, 'xmpp://host:port, xmpps://host:port, ');
}

/** An endpoint as `parseService` reads it; for messages. */
export function formatService(endpoint: Endpoint): string {
  if (endpoint.kind === 'custom') return endpoint.name;
  if (endpoint.kind === 'websocket') return endpoint.url;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `${endpoint.directTls ? 'xmpps' : 'xmpp'}://${host}:${endpoint.port}`;
}
