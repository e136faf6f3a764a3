import type { Endpoint } from './discovery/endpoint.ts';

/**
 * Where a server sends its clients (RFC 6120 §4.9.3.19, XEP-0198 §3): `host`, `host:port` or `[ipv6]:port` for TCP, a
 * URL for WebSocket (RFC 7395 §3.6.1). The way of connecting stays as it was, and a URL without TLS is refused unless the
 * connection had none: who is sent elsewhere must not lose protection on the way.
 */
export function otherHost(text: string, from: Endpoint): Endpoint | undefined {
  if (from.kind === 'websocket') {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const allowed =
      url?.protocol === 'wss:' ||
      (url?.protocol === 'ws:' && from.url.startsWith('ws:') && url.hostname === new URL(from.url).hostname);
    return allowed ? { kind: 'websocket', url: text } : undefined;
  }
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/?#@[\]]+))(?::(\d{1,5}))?$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? from.port);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { ...from, host, port };
}
