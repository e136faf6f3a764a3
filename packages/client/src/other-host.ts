import type { Endpoint, WebSocketEndpoint } from './discovery/endpoint.ts';

/**
 * The URL to which a server sends its clients (RFC 7395 §3.6.1). One without TLS is refused unless the connection had
 * none: who is sent elsewhere must not lose protection on the way.
 */
export function otherWebSocket(text: string, from: WebSocketEndpoint): WebSocketEndpoint | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const allowed =
    url?.protocol === 'wss:' ||
    (url?.protocol === 'ws:' && from.url.startsWith('ws:') && url.hostname === new URL(from.url).hostname);
  return allowed ? { kind: 'websocket', url: text } : undefined;
}

/**
 * Where a server sends its clients (RFC 6120 §4.9.3.19, XEP-0198 §3): `host`, `host:port` or `[ipv6]:port` for TCP, a
 * URL for WebSocket. The way of connecting stays as it was.
 */
export function otherHost(text: string, from: Endpoint): Endpoint | undefined {
  if (from.kind === 'custom') return undefined;
  if (from.kind === 'websocket') return otherWebSocket(text, from);
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/?#@[\]]+))(?::(\d{1,5}))?$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? from.port);
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  // Not its address, and not the name that its certificate may have: who sends us elsewhere says nothing about that.
  return { kind: 'tcp', host, port, directTls: from.directTls };
}
