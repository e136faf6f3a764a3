import type { Endpoint } from './discovery/endpoint.ts';

/** Whether an endpoint names the machine itself: the only place where a connection without TLS can be allowed. */
export function isLoopback(endpoint: Endpoint): boolean {
  if (endpoint.kind === 'custom') return false;
  const host = endpoint.kind === 'tcp' ? endpoint.host : new URL(endpoint.url).hostname;
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}
