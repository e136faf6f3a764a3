import type { Endpoint } from './discovery/endpoint.ts';

/** Whether an endpoint names the machine itself: the only place where a connection without TLS can be allowed. */
export function isLoopback(endpoint: Endpoint): boolean {
  const host =
    endpoint.kind === 'tcp' ? endpoint.host : endpoint.kind === 'custom' ? '' : new URL(endpoint.url).hostname;
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}
